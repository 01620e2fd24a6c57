/**
 * Every code a message about input can carry, and what it means, those of the API objects' decoder among them.
 * `docs/errors.md` is made from this table. Codes are words and never change their meaning.
 */
export const PROBLEM_CODES = {
  'file-missing': 'A file or folder that the command line or the scenario names does not exist.',
  'file-unreadable':
    'A file exists but cannot be read: no permission, a folder where a file is expected, or not an ordinary file.',
  'bad-path': 'Something that is not the path of a file, for instance an address.',
  'file-too-large': 'A file is larger than the reader takes.',
  'text-encoding': 'A file is not UTF-8 text.',
  'control-character': 'A file holds a control character other than tab and line ends.',
  'no-documents': 'A file holds nothing, or nothing but comments. A warning where the file is one of several.',
  'yaml-syntax': 'The text is not YAML.',
  'json-syntax': 'The text is not JSON.',
  'yaml-tag': 'An explicit tag such as `!!binary`.',
  'yaml-directive': 'A directive such as `%YAML 1.1`.',
  'yaml-alias': 'An alias that no anchor before it explains.',
  'yaml-cycle': 'An alias inside the very value it stands for.',
  'yaml-key': 'A key that is not plain text.',
  'yaml-merge': 'A merge key `<<` whose value is not a map.',
  'too-deep': 'Maps and sequences are nested too deeply.',
  'too-many-nodes':
    'A file, or its aliases written out, holds too many values; or a cluster has more nodes than are simulated.',
  'too-many-documents': 'A file holds too many documents.',
  'duplicate-key': 'The same key twice in one map.',
  'forbidden-key': 'A key that no Kubernetes object has and that is dangerous to JavaScript programs.',
  'inexact-number': 'A whole number too large to be kept exactly.',
  'not-finite': 'A number that is infinite or not a number.',
  'leading-zero':
    'Warning: a number with a leading zero, read as octal where its digits allow it, and not the mode of a file.',
  'bare-boolean-word': 'Warning: yes, no, on or off without quotes, which kubectl may read as a boolean.',
  'unknown-field':
    'A member that the format does not know. Formats are closed, so that a misspelt name cannot pass unnoticed.',
  required: 'A member that must be there is not.',
  'wrong-type': 'A value of the wrong type, for instance text where a number belongs.',
  'invalid-value': 'A value outside what is possible here.',
  'out-of-range': 'A number, a length or a duration outside what makes sense here.',
  'bad-duration': 'Text that is not a duration such as `1h30m` or `250ms`.',
  'bad-quantity': 'Text that is not a Kubernetes quantity such as `500m` or `64Gi`.',
  'bad-distribution': 'A distribution with no name, or with more than one.',
  'bad-name': 'A name that Kubernetes would not take.',
  'bad-override': 'A `--set` that is not `PATH=VALUE`, or whose path does not fit the document.',
  'bad-fault': 'A fault of the timeline that cannot be read.',
  'bad-timeline': 'An entry of `timeline` that says nothing, or two things.',
  'bad-expectation': 'An entry of `expect` that cannot be read.',
  'bad-etcd-timers': 'Timers of etcd with which etcd would not start.',
  'bad-command': 'A kubectl command of the timeline that cannot be read or is not simulated.',
  'bad-trace': 'A trace that cannot be read, with what is wrong in which of its lines.',
  'bad-scheduler-configuration': 'A file or value that is not a KubeSchedulerConfiguration.',
  invalid: "A value that Kubernetes would refuse. The message is the API server's own.",
  unsupported: 'A word that is none of those that Kubernetes knows here.',
  'unsupported-value': 'A word that is none of those that are possible here.',
  'unknown-kind': 'A kind that Kubernetes does not have, or not in this apiVersion.',
  'kind-not-simulated':
    'Warning: a kind that is valid Kubernetes, or of an extension, and without effect in the simulation.',
  'too-many-problems': 'One object has more problems than are told.',
  duplicate: 'Something that must be there once is there twice.',
  forbidden: 'A member that must not be there beside another one.',
  'invalid-profile': 'A scheduler profile that kube-scheduler would not start with.',
  'unknown-controller': 'A name under `controllers` that none of them has.',
  'unknown-plugin': 'A scheduling plugin that does not exist. A warning where it is only disabled or configured.',
  'unknown-scheduler': 'A scheduler that is neither built in nor a file.',
  'bad-policy': 'A file that should be a policy and is none.',
  'field-not-simulated': 'Warning: valid Kubernetes, and without effect in the simulation.',
  'too-late':
    'Something is to happen, or to be checked, after the run has ended. A warning where nothing is lost by it.',
  'several-scenarios': 'More than one Scenario in one file.',
  'unknown-node': 'Warning: recorded pods are bound to a node that is not there.',
  'not-a-manifest':
    'Warning: a file in a folder of manifests that shows no sign of being one, for instance the values of a chart.',
  'scenario-among-manifests': 'Warning: a Scenario in a folder that is run as manifests.',
  'unknown-object': 'A command or expectation names an object that no manifest defines.',
  'unknown-replica': 'A fault concerns an instance of a component that the control plane does not have.',
  'unknown-member': 'A fault concerns a member that etcd does not have.',
  'name-taken': 'Two things that must have names of their own have the same.',
  'defined-twice': 'Warning: two manifests define the same object. As with kubectl apply, the later one counts.',
  'selects-nothing': 'Warning: a selector that no pod of the scenario matches.',
  'few-bytes': 'Warning: memory of less than a kilobyte, mostly a unit that was forgotten, or `m` in place of `Mi`.',
  'too-many-pods': 'More pods than are simulated, counted before any is made.',
} as const;

/** Codes of the reader, and those of the decoder of API objects, which `docs/errors.md` lists too. */
export type ProblemCode = keyof typeof PROBLEM_CODES | (string & {});

import { nearest } from '../sim/api/decode/nearest.ts';
import { splitFlags, valueOf, type Flag, type Flags } from './kubectl/flags.ts';
import type { KubectlReading } from './kubectl/line.ts';
import { readMarks, readPatch, readTaint } from './kubectl/marks.ts';
import { readCordon, readDrain } from './kubectl/nodes.ts';
import { readAutoscale, readDelete, readFiles, readRollout, readScale, readSetImage } from './kubectl/objects.ts';
import { refuse } from './kubectl/refusal.ts';
import { splitWords } from './kubectl/words.ts';

import { kindNamed, type KindNames } from './resource-names.ts';

export type { KubectlLine, KubectlReading } from './kubectl/line.ts';

/** The words after the command, the flags, and the namespace that was named. */
type ReadVerb = (
  rest: readonly string[],
  flags: Flags,
  namespace: string | undefined,
  kinds: KindNames,
) => KubectlReading;

interface Verb {
  readonly flags: readonly Flag[];
  readonly read: ReadVerb;
}

function valued(long: string, short?: string): Flag {
  return { long, ...(short === undefined ? {} : { short }), value: true };
}

function toggle(long: string, short?: string): Flag {
  return { long, ...(short === undefined ? {} : { short }), value: false };
}

type ReadNamespaced = (rest: readonly string[], flags: Flags, namespace: string, kinds: KindNames) => KubectlReading;

/** For commands on objects, which live in `default` where no namespace is named. */
function inNamespace(read: ReadNamespaced): ReadVerb {
  return (rest, flags, namespace, kinds) => read(rest, flags, namespace ?? 'default', kinds);
}

const FILES = [valued('filename', 'f'), toggle('recursive', 'R')];

/** Every command the simulated client knows. The one place to add one. */
const VERBS: Readonly<Record<string, Verb>> = {
  annotate: {
    flags: [toggle('overwrite')],
    read: inNamespace((rest, flags, ns, kinds) => readMarks('annotate', rest, flags, ns, kinds)),
  },
  apply: { flags: FILES, read: (rest, flags, ns) => readFiles('apply', rest, flags, ns) },
  autoscale: {
    flags: [valued('min'), valued('max'), valued('cpu-percent'), valued('cpu'), valued('name')],
    read: inNamespace(readAutoscale),
  },
  cordon: { flags: [], read: (rest) => readCordon(rest, true) },
  create: { flags: FILES, read: (rest, flags, ns) => readFiles('create', rest, flags, ns) },
  delete: {
    flags: [valued('grace-period'), toggle('now'), toggle('force'), valued('cascade')],
    read: inNamespace(readDelete),
  },
  drain: {
    flags: [
      toggle('ignore-daemonsets'),
      toggle('delete-emptydir-data'),
      toggle('force'),
      valued('grace-period'),
      valued('timeout'),
      valued('pod-selector'),
    ],
    read: (rest, flags) => readDrain(rest, flags),
  },
  label: {
    flags: [toggle('overwrite')],
    read: inNamespace((rest, flags, ns, kinds) => readMarks('label', rest, flags, ns, kinds)),
  },
  patch: { flags: [valued('patch', 'p'), valued('type'), valued('subresource')], read: inNamespace(readPatch) },
  rollout: { flags: [valued('to-revision')], read: inNamespace(readRollout) },
  scale: { flags: [valued('replicas')], read: inNamespace(readScale) },
  'set image': { flags: [], read: inNamespace((rest, _flags, ns, kinds) => readSetImage(rest, ns, kinds)) },
  taint: { flags: [toggle('overwrite')], read: (rest, flags) => readTaint(rest, flags) },
  uncordon: { flags: [], read: (rest) => readCordon(rest, false) },
};

const NAMESPACE = valued('namespace', 'n');

/** Reads a command line as kubectl does, for the commands that the simulated client knows. `kubectl` itself may lead. */
export function parseKubectl(text: string, kinds: KindNames = kindNamed): KubectlReading {
  const words = splitWords(text);
  if (words === undefined) return refuse('a quote in the command is not closed');
  if (words[0] === 'kubectl') words.shift();
  const front = splitLeadingNamespace(words);
  const [first = '', second = ''] = front.words;
  const name = first === 'set' ? `set ${second}` : first;
  if (!Object.hasOwn(VERBS, name)) return refuseVerb(first, second);
  const verb = VERBS[name]!;
  const split = splitFlags(front.words, [...verb.flags, NAMESPACE]);
  if (!split.ok) return split;
  const namespace = valueOf(split.flags, 'namespace') ?? front.namespace;
  if (namespace === '') return refuse('`--namespace` needs a value');
  return verb.read(split.words.slice(first === 'set' ? 2 : 1), split.flags, namespace, kinds);
}

/** Commands of kubectl that are no slips of those that are simulated. */
const NOT_SIMULATED: ReadonlySet<string> = new Set([
  'describe',
  'edit',
  'exec',
  'expose',
  'get',
  'logs',
  'replace',
  'run',
  'wait',
]);

function refuseVerb(first: string, second: string): KubectlReading {
  if (first === '' || first.startsWith('-')) return refuse('the command is empty');
  if (first === 'set')
    return refuse(second === '' ? '`set` needs to be told what: `set image …`' : `\`set ${second}\` is not simulated`);
  if (NOT_SIMULATED.has(first)) return refuse(`\`kubectl ${first}\` is not simulated`);
  const meant = nearest(
    first,
    Object.keys(VERBS).map((name) => name.split(' ')[0]!),
  );
  return refuse(
    `\`${first.slice(0, 40)}\` is not a command that is simulated`,
    meant === undefined ? undefined : `did you mean \`${meant}\`?`,
  );
}

/** `-n NAMESPACE` may stand before the command as well. */
function splitLeadingNamespace(words: readonly string[]): {
  readonly words: readonly string[];
  readonly namespace: string | undefined;
} {
  const match = /^(?:-n|--namespace)(?:=?(.*))$/.exec(words[0] ?? '');
  if (match === null) return { words, namespace: undefined };
  return match[1] === ''
    ? { words: words.slice(2), namespace: words[1] ?? '' }
    : { words: words.slice(1), namespace: match[1] };
}

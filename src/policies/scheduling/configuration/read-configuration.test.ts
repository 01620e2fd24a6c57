import { describe, expect, test } from 'vitest';
import { fieldPath, type Problem } from '../../../sim/api/problem.ts';
import type { ProfileConfiguration, SchedulerConfiguration } from './configuration.ts';
import { defaultSchedulerConfiguration, readSchedulerConfiguration } from './read-configuration.ts';

const HEAD = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' };

interface Answer {
  readonly configuration: SchedulerConfiguration | undefined;
  /** `path: message`, errors and warnings apart. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  readonly problems: readonly Problem[];
}

function read(raw: unknown): Answer {
  const problems: Problem[] = [];
  const configuration = readSchedulerConfiguration(raw, (problem) => problems.push(problem));
  const lines = (severity: string): string[] =>
    problems.filter((one) => one.severity === severity).map((one) => `${fieldPath(one.path)}: ${one.message}`);
  return { configuration, errors: lines('error'), warnings: lines('warning'), problems };
}

function profile(more: object): object {
  return { ...HEAD, profiles: [{ schedulerName: 'a', ...more }] };
}

function withArgs(plugin: string, args: unknown): object {
  return profile({ pluginConfig: [{ name: plugin, args }] });
}

function only(configuration: SchedulerConfiguration | undefined): ProfileConfiguration {
  expect(configuration?.profiles).toHaveLength(1);
  return configuration!.profiles[0]!;
}

test('clientConnection: what is zero or left out has the default, a negative rate is none', () => {
  const limit = (clientConnection: object) => read({ ...HEAD, clientConnection }).configuration?.clientConnection;
  expect(limit({ qps: 500, burst: 1000 })).toEqual({ qps: 500, burst: 1000 });
  expect(limit({ qps: 500 })).toEqual({ qps: 500, burst: 100 });
  expect(limit({ qps: 0, burst: 7 })).toEqual({ qps: 50, burst: 7 });
  expect(limit({ qps: -1 })).toBe('unlimited');
  expect(limit({ contentType: 'application/json' })).toBeUndefined();
});

describe('the defaults', () => {
  test('are those of v1.36', () => {
    const configuration = defaultSchedulerConfiguration();
    expect(configuration).toMatchObject({
      parallelism: 16,
      percentageOfNodesToScore: 0,
      podInitialBackoffSeconds: 1,
      podMaxBackoffSeconds: 10,
      clientConnection: undefined,
    });
    const { schedulerName, plugins, args } = only(configuration);
    expect(schedulerName).toBe('default-scheduler');
    expect(plugins.multiPoint.enabled.map(({ name }) => name).slice(0, 5)).toEqual([
      'SchedulingGates',
      'PrioritySort',
      'NodeUnschedulable',
      'NodeName',
      'TaintToleration',
    ]);
    expect(args.get('NodeResourcesFit')).toEqual({
      ignoredResources: [],
      ignoredResourceGroups: [],
      scoringStrategy: {
        type: 'LeastAllocated',
        resources: [
          { name: 'cpu', weight: 1 },
          { name: 'memory', weight: 1 },
        ],
      },
    });
    expect(args.get('DefaultPreemption')).toEqual({ minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100 });
  });

  test('fill what a configuration leaves out, also inside arguments', () => {
    const { configuration, errors } = read(
      withArgs('NodeResourcesFit', { scoringStrategy: { type: 'MostAllocated', resources: [{ name: 'cpu' }] } }),
    );
    expect(errors).toEqual([]);
    expect(only(configuration).args.get('NodeResourcesFit')).toEqual({
      ignoredResources: [],
      ignoredResourceGroups: [],
      scoringStrategy: { type: 'MostAllocated', resources: [{ name: 'cpu', weight: 1 }] },
    });
  });

  test('an empty list of profiles, null and a profile without a name are the default profile', () => {
    for (const profiles of [[], null, [{}], [{ plugins: null, pluginConfig: null }]]) {
      const { configuration, errors } = read({ ...HEAD, profiles });
      expect(errors).toEqual([]);
      expect(only(configuration)).toEqual(only(defaultSchedulerConfiguration()));
    }
  });

  test('arguments may say what they are', () => {
    const { apiVersion } = HEAD;
    const { configuration, errors } = read(
      withArgs('InterPodAffinity', { apiVersion, kind: 'InterPodAffinityArgs', hardPodAffinityWeight: 7 }),
    );
    expect(errors).toEqual([]);
    expect(only(configuration).args.get('InterPodAffinity')).toEqual({
      hardPodAffinityWeight: 7,
      ignorePreferredTermsOfExistingPods: false,
    });
  });
});

/** As kube-scheduler v1.36.3 words them, unless the comment says otherwise. */
const REFUSED: readonly (readonly [string, object, ...string[]])[] = [
  ['parallelism 0', { parallelism: 0 }, 'parallelism: Invalid value: 0: should be an integer value greater than zero'],
  [
    'percentageOfNodesToScore above 100',
    { percentageOfNodesToScore: 101 },
    'percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]',
  ],
  [
    'percentageOfNodesToScore of a profile below 0',
    profile({ percentageOfNodesToScore: -1 }),
    'profiles[0].percentageOfNodesToScore: Invalid value: -1: not in valid range [0-100]',
  ],
  [
    'no initial back-off',
    { podInitialBackoffSeconds: 0 },
    'podInitialBackoffSeconds: Invalid value: 0: must be greater than 0',
  ],
  [
    'a maximal back-off below the initial one',
    { podInitialBackoffSeconds: 5, podMaxBackoffSeconds: 3 },
    'podMaxBackoffSeconds: Invalid value: 3: must be greater than or equal to PodInitialBackoffSeconds',
  ],
  [
    'two profiles of one name',
    { profiles: [{ schedulerName: 'a' }, { schedulerName: 'a' }] },
    'profiles[1].schedulerName: Duplicate value: "a"',
  ],
  [
    'a nameless profile among several',
    { profiles: [{}, { schedulerName: 'a' }] },
    'profiles[0].schedulerName: Required value',
  ],
  ['an empty name', { profiles: [{ schedulerName: '' }] }, 'profiles[0].schedulerName: Required value'],
  [
    'profiles that sort the queue differently',
    {
      profiles: [
        { schedulerName: 'a' },
        { schedulerName: 'b', plugins: { queueSort: { enabled: [{ name: 'PrioritySort' }] } } },
      ],
    },
    'profiles[1].plugins.queueSort: Invalid value: "{\\"enabled\\":[{\\"name\\":\\"PrioritySort\\",\\"weight\\":0}],\\"disabled\\":[]}": must be the same for all profiles',
  ],
  [
    'a plugin of earlier releases',
    profile({ plugins: { filter: { enabled: [{ name: 'EBSLimits' }] } } }),
    'profiles[0].plugins.filter.enabled[0].name: Invalid value: "EBSLimits": was invalid in version "v1"',
  ],
  [
    'a negative weight',
    profile({ plugins: { score: { enabled: [{ name: 'ImageLocality', weight: -5 }] } } }),
    'profiles[0].plugins.score.enabled[0].weight: Invalid value: -5: total score of Score plugins could overflow',
  ],
  [
    'arguments given twice',
    profile({ pluginConfig: [{ name: 'NodeAffinity' }, { name: 'NodeAffinity' }] }),
    'profiles[0].pluginConfig[1]: Duplicate value: "NodeAffinity"',
  ],
  [
    'hardPodAffinityWeight above 100',
    withArgs('InterPodAffinity', { hardPodAffinityWeight: 101 }),
    'profiles[0].pluginConfig[0].args.hardPodAffinityWeight: Invalid value: 101: not in valid range [0, 100]',
  ],
  [
    'no preemption candidates at all',
    withArgs('DefaultPreemption', { minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 0 }),
    'profiles[0].pluginConfig[0].args.minCandidateNodesPercentage: Invalid value: 0: cannot be zero at the same time as minCandidateNodesAbsolute',
    'profiles[0].pluginConfig[0].args.minCandidateNodesAbsolute: Invalid value: 0: cannot be zero at the same time as minCandidateNodesPercentage',
  ],
  [
    'a negative number of preemption candidates',
    withArgs('DefaultPreemption', { minCandidateNodesAbsolute: -1 }),
    'profiles[0].pluginConfig[0].args.minCandidateNodesAbsolute: Invalid value: -1: not in valid range [0, inf)',
  ],
  [
    'an unknown scoring strategy',
    withArgs('NodeResourcesFit', { scoringStrategy: { type: 'Foo' } }),
    'profiles[0].pluginConfig[0].args.scoringStrategy.type: Unsupported value: "Foo": supported values: "LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"',
  ],
  [
    'RequestedToCapacityRatio without a shape',
    withArgs('NodeResourcesFit', { scoringStrategy: { type: 'RequestedToCapacityRatio' } }),
    'profiles[0].pluginConfig[0].args.scoringStrategy.requestedToCapacityRatio: Required value: must be specified when type is RequestedToCapacityRatio',
  ],
  [
    'a shape that is not asked for',
    withArgs('NodeResourcesFit', {
      scoringStrategy: { type: 'LeastAllocated', requestedToCapacityRatio: { shape: [{ utilization: 0, score: 0 }] } },
    }),
    'profiles[0].pluginConfig[0].args.scoringStrategy.requestedToCapacityRatio: Forbidden: must be nil when type is not RequestedToCapacityRatio',
  ],
  [
    'an empty shape',
    withArgs('NodeResourcesFit', {
      scoringStrategy: { type: 'RequestedToCapacityRatio', requestedToCapacityRatio: { shape: [] } },
    }),
    'profiles[0].pluginConfig[0].args.scoringStrategy.requestedToCapacityRatio.shape: Required value: at least one point must be specified',
  ],
  [
    'a shape that does not rise',
    withArgs('NodeResourcesFit', {
      scoringStrategy: {
        type: 'RequestedToCapacityRatio',
        requestedToCapacityRatio: {
          shape: [
            { utilization: 50, score: 1 },
            { utilization: 50, score: 2 },
          ],
        },
      },
    }),
    'profiles[0].pluginConfig[0].args.scoringStrategy.requestedToCapacityRatio.shape[1].utilization: Invalid value: 50: values must be sorted in increasing order',
  ],
  [
    'a shape out of range',
    withArgs('NodeResourcesFit', {
      scoringStrategy: {
        type: 'RequestedToCapacityRatio',
        requestedToCapacityRatio: {
          shape: [
            { utilization: 0, score: 11 },
            { utilization: 101, score: 0 },
          ],
        },
      },
    }),
    'profiles[0].pluginConfig[0].args.scoringStrategy.requestedToCapacityRatio.shape[0].score: Invalid value: 11: not in valid range [0, 10]',
    'profiles[0].pluginConfig[0].args.scoringStrategy.requestedToCapacityRatio.shape[1].utilization: Invalid value: 101: not in valid range [0, 100]',
  ],
  [
    'resource weights out of range',
    withArgs('NodeResourcesFit', {
      scoringStrategy: { type: 'LeastAllocated', resources: [{ name: 'cpu', weight: 101 }, { name: 'memory' }] },
    }),
    'profiles[0].pluginConfig[0].args.scoringStrategy.resources[0].weight: Invalid value: 101: resource weight of cpu not in valid range (0, 100]',
  ],
  [
    'a resource group with a slash',
    withArgs('NodeResourcesFit', { ignoredResourceGroups: ['a/b'] }),
    `profiles[0].pluginConfig[0].args.ignoredResourceGroups[0]: Invalid value: "a/b": resource group name can't contain '/'`,
  ],
  [
    'weights and repetition in balanced allocation',
    withArgs('NodeResourcesBalancedAllocation', { resources: [{ name: 'cpu', weight: 2 }, { name: 'cpu' }] }),
    'profiles[0].pluginConfig[0].args.resources[0].weight: Invalid value: 2: must be 1',
    'profiles[0].pluginConfig[0].args.resources[1].name: Duplicate value: "cpu"',
  ],
  [
    'In without values',
    withArgs('NodeAffinity', {
      addedAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'b', operator: 'In', values: [] }] }],
        },
      },
    }),
    `profiles[0].pluginConfig[0].args.addedAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values: Invalid value: "": for 'in', 'notin' operators, values set can't be empty`,
  ],
  [
    'a field selector with Exists',
    withArgs('NodeAffinity', {
      addedAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'Exists' }] }],
        },
      },
    }),
    'profiles[0].pluginConfig[0].args.addedAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchFields[0].operator: Unsupported value: "Exists": supported values: "In", "NotIn"',
  ],
  [
    'default constraints without defaultingType List',
    withArgs('PodTopologySpread', {
      defaultConstraints: [{ maxSkew: 1, topologyKey: 'a', whenUnsatisfiable: 'ScheduleAnyway' }],
    }),
    'profiles[0].pluginConfig[0].args.defaultingType: Invalid value: "System": when .defaultConstraints are not empty',
  ],
  [
    'a default constraint with a selector',
    withArgs('PodTopologySpread', {
      defaultingType: 'List',
      defaultConstraints: [{ maxSkew: 1, topologyKey: 'a', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: {} }],
    }),
    'profiles[0].pluginConfig[0].args.defaultConstraints[0].labelSelector: Forbidden: constraint must not define a selector, as they deduced for each pod',
  ],
  [
    'default constraints twice over one key',
    withArgs('PodTopologySpread', {
      defaultingType: 'List',
      defaultConstraints: [
        { maxSkew: 1, topologyKey: 'a', whenUnsatisfiable: 'ScheduleAnyway' },
        { maxSkew: 2, topologyKey: 'a', whenUnsatisfiable: 'ScheduleAnyway' },
      ],
    }),
    'profiles[0].pluginConfig[0].args.defaultConstraints[1]: Duplicate value: "{a, ScheduleAnyway}"',
  ],
  [
    'a negative bind timeout',
    withArgs('VolumeBinding', { bindTimeoutSeconds: -1 }),
    'profiles[0].pluginConfig[0].args.bindTimeoutSeconds: Invalid value: -1: invalid BindTimeoutSeconds, should not be a negative value',
  ],
  [
    'arguments of another kind',
    withArgs('InterPodAffinity', { kind: 'NodeAffinityArgs' }),
    // kube-scheduler: args for plugin InterPodAffinity were not of type InterPodAffinityArgs
    'profiles[0].pluginConfig[0].args.kind: Unsupported value: "NodeAffinityArgs": supported values: "InterPodAffinityArgs"',
  ],
  [
    // kube-scheduler: plugin "NodeName" does not extend ScorePlugin plugin
    'a plugin at an extension point that it lacks',
    profile({ plugins: { score: { enabled: [{ name: 'ImageLocality' }, { name: 'NodeName' }] } } }),
    'profiles[0].plugins.score.enabled[1]: plugin NodeName does not extend score',
  ],
  [
    // kube-scheduler: plugin "ImageLocality" already registered as "ScorePlugin"
    'a plugin twice at an extension point',
    profile({ plugins: { score: { enabled: [{ name: 'ImageLocality' }, { name: 'ImageLocality' }] } } }),
    'profiles[0].plugins.score.enabled[1]: plugin ImageLocality is enabled twice at score',
  ],
  [
    'a plugin twice everywhere',
    profile({ plugins: { multiPoint: { enabled: [{ name: 'ImageLocality' }, { name: 'ImageLocality' }] } } }),
    'profiles[0].plugins.multiPoint: plugin ImageLocality is enabled twice at multiPoint',
  ],
  [
    'nothing that sorts the queue',
    profile({ plugins: { queueSort: { disabled: [{ name: '*' }] } } }),
    'profiles[0].plugins.queueSort: exactly one queueSort plugin is needed, profile has 0',
  ],
  [
    'nothing that binds',
    profile({ plugins: { bind: { disabled: [{ name: '*' }] } } }),
    'profiles[0].plugins.bind: at least one bind plugin is needed',
  ],
  [
    'extenders that cannot work',
    {
      extenders: [
        { urlPrefix: 'http://x', prioritizeVerb: 'p', managedResources: [{ name: 'a/b' }, { name: 'a/b' }] },
        { bindVerb: 'b' },
        { bindVerb: 'b' },
      ],
    },
    'extenders[0].weight: Invalid value: 0: must have a positive weight applied to it',
    'extenders[0].managedResources[1].name: Invalid value: "a/b": duplicate extender managed resource name',
    'extenders: Invalid value: "found 2 extenders implementing bind": only one extender can implement bind',
  ],
];

describe('what kube-scheduler refuses is refused', () => {
  test.each(REFUSED)('%s', (_name, raw, ...errors) => {
    const answer = read({ ...HEAD, ...(raw as object) });
    expect(answer.errors).toEqual(errors);
    expect(answer.configuration).toBeUndefined();
  });
});

describe('strictness', () => {
  test('an unknown member is an error, with what was meant', () => {
    const { configuration, problems } = read({ ...HEAD, paralelism: 3 });
    expect(configuration).toBeUndefined();
    expect(problems).toEqual([
      {
        path: ['paralelism'],
        severity: 'error',
        code: 'unknown-field',
        message: 'unknown field "paralelism"',
        suggestion: 'parallelism',
        at: 'key',
      },
    ]);
  });

  test('a member that v1beta3 still had is unknown', () => {
    expect(read({ ...HEAD, healthzBindAddress: '0.0.0.0' }).errors).toEqual([
      'healthzBindAddress: unknown field "healthzBindAddress"',
    ]);
  });

  test.each([
    [{ parallelism: '3' }, 'parallelism: expected an integer, found text'],
    [{ parallelism: 2.5 }, 'parallelism: expected an integer, found a number'],
    [{ parallelism: 3e9 }, 'parallelism: expected an integer of 32 bits, found 3000000000'],
    [{ profiles: {} }, 'profiles: expected a list, found an object'],
    [{ profiles: ['a'] }, 'profiles[0]: expected an object, found text'],
    [{ enableProfiling: 'yes' }, 'enableProfiling: expected true or false, found text'],
    [
      { apiVersion: 'kubescheduler.config.k8s.io/v1beta3' },
      'apiVersion: Unsupported value: "kubescheduler.config.k8s.io/v1beta3": supported values: "kubescheduler.config.k8s.io/v1"',
    ],
  ])('%j', (raw, error) => {
    expect(read({ ...HEAD, ...raw }).errors).toEqual([error]);
  });

  test.each([null, undefined, 3, 'text', [], { kind: 'Pod' }, Object.create(null), NaN])('hostile root %s', (raw) => {
    const { configuration, errors } = read(raw);
    expect(configuration).toBeUndefined();
    expect(errors.length).toBeGreaterThan(0);
  });

  test('members named like those of a prototype are unknown, and pollute nothing', () => {
    const raw = JSON.parse(
      '{"apiVersion":"kubescheduler.config.k8s.io/v1","kind":"KubeSchedulerConfiguration","__proto__":{"a":1},"constructor":1}',
    ) as unknown;
    expect(read(raw).errors).toEqual([
      '[__proto__]: unknown field "__proto__"',
      'constructor: unknown field "constructor"',
    ]);
    expect(({} as { a?: number }).a).toBeUndefined();
  });

  test('an unknown plugin is an error that lists those there are, and a slip of the pen is pointed out', () => {
    const { problems, configuration } = read(profile({ plugins: { score: { enabled: [{ name: 'NodeAfinity' }] } } }));
    expect(configuration).toBeUndefined();
    expect(problems[0]).toMatchObject({ code: 'unknown-plugin', suggestion: 'NodeAffinity' });
    expect(problems[0]!.message).toContain('NodeResourcesFit');
  });

  test("the user's own plugins are known by name and keep their arguments as written", () => {
    const raw = profile({
      plugins: { score: { enabled: [{ name: 'Mine', weight: 4 }] } },
      pluginConfig: [{ name: 'Mine', args: { depth: 3 } }],
    });
    const configuration = readSchedulerConfiguration(raw, (problem) => expect.unreachable(problem.message), {
      ownPlugins: ['Mine'],
    });
    expect(only(configuration).args.get('Mine')).toEqual({ depth: 3 });
    expect(only(configuration).plugins.score.enabled).toEqual([{ name: 'Mine', weight: 4 }]);
  });

  test('every problem is reported, not only the first', () => {
    const { errors } = read({
      ...HEAD,
      parallelism: 0,
      nope: 1,
      profiles: [
        {
          schedulerName: 'a',
          plugins: { score: { enabled: [{ name: 'Nope' }] }, fliter: {} },
          pluginConfig: [{ name: 'InterPodAffinity', args: { hardPodAffinityWeight: -1, x: 1 } }],
        },
      ],
    });
    expect(errors.map((line) => line.split(': ')[0])).toEqual([
      'nope',
      'parallelism',
      'profiles[0].plugins.fliter',
      'profiles[0].plugins.score.enabled[0].name',
      'profiles[0].pluginConfig[0].args.x',
      'profiles[0].pluginConfig[0].args.hardPodAffinityWeight',
    ]);
  });

  test('paths begin where the configuration stands', () => {
    const paths: string[] = [];
    readSchedulerConfiguration({ ...HEAD, x: 1 }, ({ path }) => paths.push(fieldPath(path)), {
      path: ['spec', 'cluster', 'scheduler', 'config'],
    });
    expect(paths).toEqual(['spec.cluster.scheduler.config.x']);
  });
});

describe('what is accepted and has no effect is said', () => {
  test.each([
    [{ leaderElection: { leaderElect: true } }, 'leaderElection: accepted, not simulated'],
    [{ parallelism: 8 }, 'parallelism: accepted, not simulated'],
    [{ extenders: [{ urlPrefix: 'http://x', filterVerb: 'filter' }] }, 'extenders: accepted, not simulated'],
    [
      profile({ plugins: { multiPoint: { enabled: [{ name: 'GangScheduling' }] } } }),
      'profiles[0].plugins.multiPoint.enabled[0].name: accepted, not simulated',
    ],
    [
      profile({ plugins: { filter: { disabled: [{ name: 'Nope' }] } } }),
      'profiles[0].plugins.filter.disabled[0].name: no plugin is called "Nope"',
    ],
    [
      profile({ pluginConfig: [{ name: 'NodeName', args: { a: 1 } }] }),
      'profiles[0].pluginConfig[0].args: NodeName takes',
    ],
    [
      profile({ pluginConfig: [{ name: 'Foo', args: { a: 1 } }] }),
      'profiles[0].pluginConfig[0].name: no plugin is called',
    ],
  ])('%j', (raw, warning) => {
    const { configuration, errors, warnings } = read({ ...HEAD, ...raw });
    expect(errors).toEqual([]);
    expect(configuration).toBeDefined();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(warning);
  });

  test("resources that an extender wants ignored replace NodeResourcesFit's own", () => {
    const { configuration } = read({
      ...withArgs('NodeResourcesFit', { ignoredResources: ['example.com/a'] }),
      extenders: [
        { managedResources: [{ name: 'example.com/b', ignoredByScheduler: true }, { name: 'example.com/c' }] },
      ],
    });
    expect(only(configuration).args.get('NodeResourcesFit')).toMatchObject({ ignoredResources: ['example.com/b'] });
  });
});

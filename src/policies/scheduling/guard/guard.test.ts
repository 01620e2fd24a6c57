import { describe, expect, test } from 'vitest';
import { NO_CHANCE, nodeOf, podOf, SchedulingWorld } from '../../../../test/doubles/scheduling-world.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import { PolicyError } from '../../../sim/policy-api/policy-error.ts';
import type {
  SchedulingDecision,
  SchedulingPolicy,
  SchedulingPolicyFactory,
} from '../../../sim/policy-api/scheduler.ts';
import { defineSchedulingPlugin, type PluginMethods } from '../../../sim/policy-api/scheduler-module.ts';
import type { NodeInfo, PluginHandle, PodInfo } from '../../../sim/policy-api/scheduling.ts';
import { Code, unschedulable, type Status } from '../../../sim/policy-api/status.ts';
import { kubeScheduler } from '../kube-scheduler.ts';
import { defaultSchedulerConfiguration } from '../configuration/read-configuration.ts';
import { schedulerOf } from '../own-scheduler.ts';
import { guardedScheduler } from './guarded-scheduler.ts';
import { PolicyWatch } from './policy-watch.ts';

/** Two nodes, one of which is full, and a plugin of somebody else's in the default profile. */
function worldWith(make: (handle: PluginHandle) => PluginMethods, watch?: PolicyWatch): SchedulingWorld {
  const module = { name: 'mine', plugins: { Mine: defineSchedulingPlugin('Mine', make) } };
  const guard = watch === undefined ? {} : { watch };
  const world = new SchedulingWorld({ scheduler: schedulerOf(module, { guard }) });
  world.node('n0');
  world.node('n1');
  world.pod('old', { cpu: '1', node: 'n0' });
  world.now = 5_000_000;
  return world;
}

function errorOf(action: () => unknown): PolicyError {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(PolicyError);
    return error as PolicyError;
  }
  throw new Error('nothing was thrown');
}

function nonsense(value: unknown): never {
  return value as never;
}

describe('whatever a plugin does wrong names it, the decision and the time', () => {
  const cases: readonly (readonly [string, PluginMethods, string, string])[] = [
    [
      'throws in filter',
      {
        filter: (_state, _pod, node) => {
          throw new RangeError(`no ${node.name} for you`);
        },
      },
      'filter of pod default/p on n0',
      'threw RangeError: no n0 for you',
    ],
    [
      'throws something that is no error',
      {
        filter: () => {
          throw 'oops';
        },
      },
      'filter of pod default/p on n0',
      'threw oops',
    ],
    ['scores NaN', { score: () => NaN }, 'score of pod default/p on n0', 'returned NaN, which is no whole number'],
    ['scores infinity', { score: () => Infinity }, 'score of pod default/p on n0', 'returned Infinity, which'],
    ['scores a half', { score: () => 0.5 }, 'score of pod default/p on n0', 'returned 0.5, which is no whole number'],
    ['scores text', { score: () => nonsense('7') }, 'score of pod default/p on n0', 'returned "7", which'],
    ['scores a promise', { score: () => nonsense({ then: 1 }) }, 'score of pod default/p on n0', 'returned an object'],
    ['scores above 100', { score: () => 101 }, 'score of pod default/p on n0', 'not between 0 and 100'],
    [
      'normalises to NaN',
      { score: () => 1000, normalizeScores: (_state, _pod, scores) => void scores.fill(NaN) },
      'normalizeScores of pod default/p',
      'left the score NaN',
    ],
    [
      'takes scores away',
      { score: () => 1, normalizeScores: (_state, _pod, scores) => void scores.pop() },
      'normalizeScores of pod default/p',
      'left 1 scores of 2',
    ],
    ['a filter answers true', { filter: () => nonsense(true) }, 'filter of pod default/p on n0', 'returned true where'],
    [
      'a status with an unknown code',
      { filter: () => nonsense({ code: 77, reasons: [] }) },
      'filter of pod default/p on n0',
      'whose code is 77',
    ],
    [
      'a code that has no meaning there',
      { filter: (): Status => ({ code: Code.Wait, reasons: [] }) },
      'filter of pod default/p on n0',
      'returned Wait, which has no meaning here',
    ],
    [
      'reasons that are no texts',
      { filter: () => nonsense({ code: Code.Unschedulable, reasons: [3] }) },
      'filter of pod default/p on n0',
      'reasons are not a list of texts',
    ],
    [
      'node names that are no set',
      { preFilter: () => nonsense({ result: { nodeNames: ['n0'] } }) },
      'preFilter of pod default/p',
      'returned a list for nodeNames',
    ],
    ['preScore rejects', { preScore: () => unschedulable('x') }, 'preScore of pod default/p', 'returned Unschedulable'],
  ];
  test.each(cases)('%s', (_name, methods, decision, problem) => {
    const world = worldWith(() => methods);
    const error = errorOf(() => world.decide(world.pod('p', { cpu: '1' })));
    expect(error).toMatchObject({ policy: 'plugin Mine', decision, at: 5_000_000 });
    expect(error.message).toContain(problem);
  });

  test.each<[string, (victim: Pod) => object, string]>([
    ['an unknown node', () => ({ nominatedNodeName: 'nowhere' }), 'nominated nowhere, which is no node'],
    ['a victim elsewhere', (old) => ({ nominatedNodeName: 'n1', victims: [old] }), 'a victim that is not on "n1"'],
    ['the same victim twice', (old) => ({ nominatedNodeName: 'n0', victims: [old, old] }), 'named a victim twice'],
    ['a made-up victim', () => ({ nominatedNodeName: 'n0', victims: [podOf('x')] }), 'a victim that is not on "n0"'],
  ])('postFilter names %s', (_name, result, problem) => {
    const victims: Pod[] = [];
    // Before DefaultPreemption, and where it finds nothing.
    const world = worldWith(() => ({ postFilter: () => ({ result: result(victims[0]!) }) }));
    victims.push(world.policy.cache.refresh().get('n0')!.pods[0]!.pod);
    const error = errorOf(() => world.decide(world.pod('p', { cpu: '99', spec: { preemptionPolicy: 'Never' } })));
    expect(error.message).toContain(problem);
    expect(error.decision).toBe('postFilter of pod default/p');
  });

  test.each<[string, (handle: PluginHandle) => unknown, string]>([
    ['throws', () => nonsense((undefined as unknown as { x: number }).x), 'threw TypeError'],
    ['makes nothing', () => undefined, 'threw TypeError'],
  ])('a factory that %s', (_name, make, problem) => {
    const error = errorOf(() => worldWith(make as () => PluginMethods));
    expect(error.decision).toBe('making of the plugin');
    expect(error.message).toContain(problem);
  });

  test('a plugin under another name', () => {
    const module = { name: 'mine', plugins: { Mine: () => ({ name: 'Yours' }) } };
    expect(errorOf(() => new SchedulingWorld({ scheduler: schedulerOf(module, { guard: {} }) })).message).toContain(
      'is called "Yours", but registered as "Mine"',
    );
  });

  test('hints', () => {
    const world = worldWith(() => ({
      filter: () => undefined,
      eventsToRegister: () => [{ events: ['Node/Add'], hint: () => nonsense('perhaps') }],
    }));
    const hints = world.policy.hints[0]!.plugins.find(({ name }) => name === 'Mine')!.events;
    const change = { type: 'ADDED', object: nodeOf('n'), previous: undefined } as const;
    const error = errorOf(() => hints[0]!.hint!(podOf('p'), change));
    expect(error.message).toBe(
      'plugin Mine: queueing hint of pod default/p: returned "perhaps", which is neither Queue nor QueueSkip',
    );
  });

  test('an order that orders nothing', () => {
    const module = {
      name: 'mine',
      plugins: { Mine: defineSchedulingPlugin('Mine', () => ({ compare: () => NaN })) },
      configuration: {
        profiles: [{ plugins: { queueSort: { enabled: [{ name: 'Mine' }], disabled: [{ name: '*' }] } } }],
      },
    };
    const world = new SchedulingWorld({ scheduler: schedulerOf(module, { guard: {} }) });
    const [a, b] = [podOf('a'), podOf('b')].map((pod) => ({ pod, enqueuedAt: 0 }));
    expect(errorOf(() => world.policy.compare(a!, b!)).message).toContain('order of pods default/a and default/b');
  });
});

describe('nothing that a plugin is shown can be changed', () => {
  const looks: readonly (readonly [string, (pod: PodInfo, node: NodeInfo, handle: PluginHandle) => unknown])[] = [
    ['the pod', (pod) => ((pod.pod as { kind: string }).kind = 'Node')],
    ['its labels', (pod) => ((pod.pod.metadata.labels as Record<string, string>)['a'] = 'b')],
    ['its spec', (pod) => (pod.pod.spec.containers as unknown[]).push(1)],
    ['its requests', (pod) => ((pod.specRequests as { milliCpu: number }).milliCpu = 0)],
    ['its view', (pod) => ((pod as { pod: unknown }).pod = undefined)],
    ['the node', (_pod, node) => ((node.node.spec as { unschedulable: boolean }).unschedulable = true)],
    ['what is in use', (_pod, node) => ((node.requested as { milliCpu: number }).milliCpu = 0)],
    ['what there is', (_pod, node) => ((node.allocatable as { milliCpu: number }).milliCpu = 1e9)],
    ['its list of pods', (_pod, node) => (node.pods as PodInfo[]).pop()],
    ['a place in it', (_pod, node) => ((node.pods as PodInfo[])[0] = undefined as never)],
    ['its length', (_pod, node) => ((node.pods as PodInfo[]).length = 0)],
    ['a pod on it', (_pod, node) => ((node.pods[0]!.pod.status as { phase: string }).phase = 'Failed')],
    ['its methods', (_pod, node) => (node as unknown as { addPod(pod: PodInfo): void }).addPod(node.pods[0]!)],
    ['the list of nodes', (_pod, _node, handle) => (handle.snapshot().nodes as NodeInfo[]).reverse()],
    ['the feature gates', (_pod, _node, handle) => ((handle.featureGates as Record<string, boolean>)['X'] = true)],
    ['the handle', (_pod, _node, handle) => ((handle as { now: unknown }).now = () => 0)],
  ];
  test.each(looks)('%s', (_name, change) => {
    const world = worldWith((handle) => ({
      filter: (_state, pod, node) => {
        change(pod, node, handle);
        return undefined;
      },
    }));
    const before = JSON.stringify([
      ...world.policy.cache.refresh().nodes.map(({ pods, requested }) => ({ pods, requested })),
    ]);
    const error = errorOf(() => world.decide(world.pod('p', { cpu: '1' })));
    expect(error.message).toMatch(/^plugin Mine: filter of pod default\/p on n0: threw TypeError/);
    expect(
      JSON.stringify([...world.policy.cache.refresh().nodes.map(({ pods, requested }) => ({ pods, requested }))]),
    ).toBe(before);
  });

  test('maps and sets are copies', () => {
    const world = worldWith(() => ({
      filter: (state, pod, node) => {
        (node.allocatable.scalar as Map<string, number>).set('x.io/gpu', 8);
        (node.claimUses as Map<string, number>).set('a/b', 1);
        (state.skipFilter as Set<string>).add('NodeResourcesFit');
        (pod.specRequests.scalar as Map<string, number>).clear();
        return undefined;
      },
    }));
    const pod = world.pod('p', { cpu: '99' });
    expect(world.decide(pod)).toMatchObject({ kind: 'unschedulable' });
    expect(world.policy.cache.refresh().get('n0')!.allocatable.scalar.size).toBe(0);
  });

  test("the other plugins' entries in the cycle's state are out of reach", () => {
    const read: unknown[] = [];
    const world = worldWith(() => ({
      preFilter: (state) => {
        state.write('PodTopologySpread', 'broken');
        return undefined;
      },
      filter: (state) => {
        read.push(state.read('PodTopologySpread'), state.read('NodeResourcesFit'));
        return undefined;
      },
    }));
    const constraint = {
      maxSkew: 1,
      topologyKey: 'kubernetes.io/hostname',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: {},
    } as const;
    const pod = world.pod('p', { spec: { topologySpreadConstraints: [constraint] } });
    expect(world.decide(pod)).toMatchObject({ kind: 'node' });
    expect(read.slice(0, 2)).toEqual(['broken', undefined]);
  });
});

describe('what a plugin may do still works between guards', () => {
  test('views show what is there, and lists can be walked in every way', () => {
    const seen: unknown[] = [];
    const world = worldWith((handle) => ({
      preScore: (_state, pod, nodes) => {
        seen.push(
          nodes.map((node) => node.name),
          [...nodes].length,
          Array.isArray(nodes),
          nodes.filter((node) => node.pods.length > 0).map((node) => node.pods[0]!.pod.metadata.name),
          nodes.find((node) => node.name === 'n1')!.requested.milliCpu,
          nodes.at(-1)!.allocatable.milliCpu,
          nodes.slice(1).length,
          nodes.concat([]).length,
          Object.keys(nodes),
          1 in nodes,
          5 in nodes,
          pod.pod.metadata.name,
          handle.snapshot().get('n0')!.pods.length,
          handle.lister('Pod').get('default/old')!.metadata.name,
          handle.now(),
          nodes[0] === handle.snapshot().get('n0'),
        );
        return undefined;
      },
    }));
    world.decide(world.pod('p', { cpu: '1' }));
    expect(seen).toEqual([
      ['n0', 'n1'],
      2,
      true,
      ['old'],
      0,
      4000,
      1,
      2,
      ['0', '1'],
      true,
      false,
      'p',
      1,
      'old',
      5_000_000,
      true,
    ]);
  });

  test('what-if questions: a copy of a node can be emptied and asked about', () => {
    const answers: unknown[] = [];
    const world = worldWith((handle) => ({
      postFilter: (state, pod) => {
        const own = state.clone();
        const copy = handle.cloneNode(handle.snapshot().get('n0')!);
        answers.push(handle.runFilters(own, pod, copy)?.reasons);
        const victim = copy.pods[0]!;
        copy.removePod(victim);
        handle.runRemovePod(own, pod, victim, copy);
        answers.push(handle.runFilters(own, pod, copy), copy.pods.length, handle.snapshot().get('n0')!.pods.length);
        return { result: { nominatedNodeName: 'n0', victims: [victim.pod] } };
      },
    }));
    world.policy.removeNode('n1');
    const decision = world.decide(world.pod('p', { cpu: '4', priority: 0, spec: { preemptionPolicy: 'Never' } }));
    expect(answers).toEqual([['Insufficient cpu'], undefined, 0, 1]);
    expect(decision).toMatchObject({ kind: 'unschedulable', nominatedNodeName: 'n0' });
    expect((decision as unknown as { victims: Pod[] }).victims.map((victim) => victim.metadata.name)).toEqual(['old']);
  });

  test('state with a clone of its own is cloned for what-if questions', () => {
    class Count {
      value = 0;
      clone(): Count {
        const copy = new Count();
        copy.value = this.value;
        return copy;
      }
    }
    const counts: number[] = [];
    const world = worldWith(() => ({
      preFilter: (state) => void state.write('count', new Count()),
      addPod: (state) => void state.read<Count>('count')!.value++,
      filter: (state) => void counts.push(state.read<Count>('count')!.value),
    }));
    world.policy.nominate(world.pod('nominated', { cpu: '1', priority: 5 }), 'n0');
    world.decide(world.pod('p', { cpu: '1' }));
    // n0 with the nominated pod, n0 without, n1.
    expect(counts).toEqual([1, 0, 0]);
  });

  test('a watch shows whose turn it is', () => {
    const watch = new PolicyWatch();
    const seen: string[] = [];
    const score = (): number => {
      seen.push(`${watch.policy}: ${(watch.decision as () => string)()}`);
      return 1;
    };
    const world = worldWith(() => ({ score }), watch);
    world.decide(world.pod('p', { cpu: '1' }));
    expect(seen).toEqual(['plugin Mine: score of pod default/p on n0', 'plugin Mine: score of pod default/p on n1']);
    expect(watch.policy).toBeUndefined();
  });
});

describe('a whole scheduler between guards', () => {
  const kube = kubeScheduler(defaultSchedulerConfiguration());

  /** kube-scheduler, but for what a test breaks. */
  function broken(changes: (inner: SchedulingPolicy) => Partial<SchedulingPolicy>): SchedulingPolicyFactory {
    return (host) => {
      const inner = kube(host);
      const changed = changes(inner);
      return new Proxy(inner, {
        get(target, key) {
          const value: unknown = key in changed ? changed[key as keyof SchedulingPolicy] : Reflect.get(target, key);
          return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
        },
      });
    };
  }

  function worldOf(changes: (inner: SchedulingPolicy) => Partial<SchedulingPolicy>): SchedulingWorld {
    const world = new SchedulingWorld({ scheduler: guardedScheduler('mine', broken(changes)), random: NO_CHANCE });
    world.node('n0');
    world.now = 7;
    return world;
  }

  test('one that behaves decides as it did', () => {
    const world = worldOf(() => ({}));
    expect(world.place(world.pod('p', { cpu: '1' }))).toBe('n0');
    expect(world.place(world.pod('q', { cpu: '9' }))).toContain('Insufficient cpu');
  });

  const decisions: readonly (readonly [string, unknown, string])[] = [
    [
      'an unknown node',
      { kind: 'node', nodeName: 'nowhere', evaluated: 1, steps: {} },
      'chose "nowhere", which is no node',
    ],
    ['nothing', undefined, 'returned undefined'],
    ['an unknown kind', { kind: 'maybe', evaluated: 1 }, 'decided "maybe"'],
    ['NaN nodes looked at', { kind: 'error', message: '', evaluated: NaN }, 'says that it looked at NaN nodes'],
    [
      'victims that are nowhere',
      {
        kind: 'unschedulable',
        message: '',
        evaluated: 1,
        victims: [podOf('x')],
        unschedulablePlugins: [],
        pendingPlugins: [],
        nominatedNodeName: 'n0',
      },
      'named a victim that is not on "n0"',
    ],
  ];
  test.each(decisions)('decides %s', (_name, decision, problem) => {
    const world = worldOf(() => ({ decide: () => decision as SchedulingDecision }));
    const error = errorOf(() => world.decide(world.pod('p')));
    expect(error).toMatchObject({ policy: 'scheduler mine', decision: 'placement of pod default/p', at: 7 });
    expect(error.message).toContain(problem);
  });

  test('places the same pod twice', () => {
    const world = worldOf(() => ({}));
    const pod = world.pod('p', { cpu: '1' });
    world.place(pod);
    expect(errorOf(() => world.decide(pod)).message).toContain('placed a pod that has a node');
  });

  test('changes what it is told', () => {
    const world = worldOf(() => ({ setPod: (pod) => void ((pod.spec as { nodeName: string }).nodeName = 'x') }));
    expect(errorOf(() => world.pod('p', { node: 'n0' })).message).toContain('threw TypeError');
  });

  test('throws', () => {
    const world = worldOf(() => ({
      decide: () => {
        throw new Error('boom');
      },
    }));
    expect(errorOf(() => world.decide(world.pod('p'))).message).toBe(
      'scheduler mine: placement of pod default/p: threw Error: boom',
    );
  });
});

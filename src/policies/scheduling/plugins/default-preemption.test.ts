import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { budgetOf, podOf, SchedulingWorld, type PodWish } from '../../../../test/doubles/scheduling-world.ts';
import type { Pod } from '../../../sim/api/pod.ts';

const SECOND = 1_000_000;

/** A world whose nodes have 4 CPUs each, filled with pods given as `name/cpu/priority`. */
function full(nodes: Readonly<Record<string, string>>, more: Partial<PodWish> = {}): SchedulingWorld {
  const world = new SchedulingWorld();
  for (const [node, pods] of Object.entries(nodes)) {
    world.node(node);
    for (const text of pods.split(' ').filter((word) => word !== '')) {
      const [name, cpu, priority] = text.split('/');
      world.pod(name!, { cpu: cpu!, priority: Number(priority), node, labels: { app: name! }, ...more });
    }
  }
  return world;
}

function started(name: string, seconds: number | undefined, wish: PodWish): [string, PodWish] {
  return [name, { ...wish, status: seconds === undefined ? {} : { startTime: seconds * SECOND } }];
}

describe('entry and eligibility (sheet 6.1, 6.2)', () => {
  test('a pod that is gone from the informer is an error', () => {
    const world = full({ n: 'a/4/0' });
    const decision = world.decide(podOf('p', { cpu: '1', priority: 10 }));
    expect(decision).toMatchObject({ kind: 'unschedulable', victims: [] });
    expect(decision).toHaveProperty('message', expect.stringContaining('preemption: pod "p" not found'));
  });

  test('preemptionPolicy Never does not preempt and leaves the nomination alone', () => {
    const world = full({ n: 'a/4/0' });
    const pod = world.pod('p', { cpu: '1', priority: 10, spec: { preemptionPolicy: 'Never' } });
    expect(world.preempt(pod)).toBe('not eligible due to preemptionPolicy=Never.');
    expect(world.decide(pod)).toMatchObject({ nominatedNodeName: undefined });
  });

  const leaving: Partial<PodWish> = {
    deletionTimestamp: 1,
    status: { conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }] },
  };

  test('a victim still leaves the nominated node: wait', () => {
    const world = full({ n: 'a/4/0', m: 'b/4/0' }, leaving);
    const pod = world.pod('p', { cpu: '1', priority: 10, status: { nominatedNodeName: 'n' } });
    expect(world.preempt(pod)).toBe('not eligible due to a terminating pod on the nominated node.');
  });

  test.each([
    ['of no lower priority', { ...leaving, priority: 10 }],
    ['not terminating', { ...leaving, deletionTimestamp: undefined }],
    [
      'evicted by somebody else',
      {
        ...leaving,
        status: { conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' }] },
      },
    ],
  ] as const)('a pod there that is %s is nothing to wait for', (_name, wish) => {
    const world = full({ n: 'a/4/0' }, wish as PodWish);
    world.node('m');
    world.pod('b', { cpu: '4', priority: 0, node: 'm' });
    const pod = world.pod('p', { cpu: '1', priority: 10, status: { nominatedNodeName: 'n' } });
    expect(world.preempt(pod)).not.toContain('not eligible');
  });

  test('the nominated node can never take the pod: eligible again', () => {
    const world = full({ n: 'a/4/0', m: 'b/4/0' }, leaving);
    world.policy.setNode({ ...world.node('n'), spec: { unschedulable: true } });
    const pod = world.pod('p', { cpu: '1', priority: 10, status: { nominatedNodeName: 'n' } });
    expect(world.preempt(pod)).toBe('m: b');
  });

  test('the nominated node is gone: eligible again', () => {
    const world = full({ m: 'b/4/0' });
    const pod = world.pod('p', { cpu: '1', priority: 10, status: { nominatedNodeName: 'gone' } });
    expect(world.preempt(pod)).toBe('m: b');
  });
});

describe('candidates (sheet 6.3)', () => {
  test('only nodes whose status is Unschedulable are tried', () => {
    const world = full({ n: 'a/4/0', m: 'b/4/0' });
    world.policy.setNode({ ...world.node('n'), spec: { unschedulable: true } });
    expect(world.preempt(world.pod('p', { cpu: '1', priority: 10 }))).toBe('m: b');
  });

  test('no such node: not helpful, and the nomination is cleared', () => {
    const world = full({ n: 'a/4/0' });
    const pod = world.pod('p', { cpu: '5', priority: 10 });
    expect(world.preempt(pod)).toBe('0/1 nodes are available: 1 Preemption is not helpful for scheduling.');
    expect(world.decide(pod)).toMatchObject({ nominatedNodeName: '', victims: [] });
  });

  test('nobody of lower priority: no victims found', () => {
    const world = full({ n: 'a/4/10', m: 'b/4/11' });
    const pod = world.pod('p', { cpu: '1', priority: 10 });
    expect(world.preempt(pod)).toBe('0/2 nodes are available: 2 No preemption victims found for incoming pod.');
  });

  test('victims that do not make room: the status of the emptied node stands in the message', () => {
    const world = full({ n: 'a/3/20 b/1/0' });
    const pod = world.pod('p', { cpu: '2', priority: 10 });
    expect(world.preempt(pod)).toBe('0/1 nodes are available: 1 Insufficient cpu.');
  });

  function cluster(nodes: number, args: object): { world: SchedulingWorld; pod: Pod } {
    const world = new SchedulingWorld({
      configuration: {
        profiles: [{ pluginConfig: [{ name: 'DefaultPreemption', args }] }],
      },
    });
    // The later the node, the less its victim matters: the more nodes are tried, the later the chosen one.
    for (let i = 0; i < nodes; i++) {
      world.node(`n${i}`);
      world.pod(`v${i}`, { cpu: '4', priority: -i, node: `n${i}` });
    }
    return { world, pod: world.pod('p', { cpu: '1', priority: 10 }) };
  }

  test.each([
    [{ minCandidateNodesAbsolute: 3, minCandidateNodesPercentage: 0 }, 'n2: v2'],
    [{ minCandidateNodesAbsolute: 1, minCandidateNodesPercentage: 50 }, 'n4: v4'],
    [{ minCandidateNodesAbsolute: 1, minCandidateNodesPercentage: 19 }, 'n0: v0'],
    [{ minCandidateNodesAbsolute: 100, minCandidateNodesPercentage: 10 }, 'n9: v9'],
  ])('of ten nodes, %j are enough to choose %s from', (args, chosen) => {
    const { world, pod } = cluster(10, args);
    expect(world.preempt(pod)).toBe(chosen);
  });

  test('the search goes on until one candidate violates no budget', () => {
    const { world, pod } = cluster(3, { minCandidateNodesAbsolute: 1, minCandidateNodesPercentage: 0 });
    world.pod('guarded', { cpu: '4', priority: -9, node: 'n0', labels: { app: 'guarded' } });
    world.add(budgetOf('b', 0, { app: 'guarded' }));
    expect(world.preempt(pod)).toBe('n1: v1');
  });

  test('the search starts at an offset drawn from the own stream', () => {
    const world = new SchedulingWorld({
      random: { next: () => 0, below: (n) => n - 1 },
      configuration: {
        profiles: [
          {
            pluginConfig: [
              { name: 'DefaultPreemption', args: { minCandidateNodesAbsolute: 1, minCandidateNodesPercentage: 0 } },
            ],
          },
        ],
      },
    });
    for (const name of ['a', 'b', 'c']) {
      world.node(name);
      world.pod(`on-${name}`, { cpu: '4', node: name });
    }
    expect(world.preempt(world.pod('p', { cpu: '1', priority: 1 }))).toBe('c: on-c');
  });
});

describe('victims on one node (sheet 6.4)', () => {
  test('every pod that leaves room is spared, the most important first', () => {
    const world = full({ n: 'low/1/1 high/1/3 middle/2/2' });
    expect(world.preempt(world.pod('p', { cpu: '1', priority: 10 }))).toBe('n: low');
    expect(world.preempt(world.pod('q', { cpu: '2', priority: 10 }))).toBe('n: middle');
    expect(world.preempt(world.pod('r', { cpu: '3', priority: 10 }))).toBe('n: middle low');
  });

  test('pods of equal or higher priority are never touched', () => {
    const world = full({ n: 'equal/2/10 higher/1/11 lower/1/9' });
    expect(world.preempt(world.pod('p', { cpu: '1', priority: 10 }))).toBe('n: lower');
  });

  test('a terminating pod can be a victim', () => {
    const world = full({ n: 'a/4/0' }, { deletionTimestamp: 1 });
    expect(world.preempt(world.pod('p', { cpu: '1', priority: 10 }))).toBe('n: a');
  });

  test('among equals those that started later go', () => {
    const world = new SchedulingWorld();
    world.node('n');
    for (const [name, wish] of [
      started('late', 30, { cpu: '2', node: 'n' }),
      started('early', 10, { cpu: '2', node: 'n' }),
    ]) {
      world.pod(name, wish);
    }
    expect(world.preempt(world.pod('p', { cpu: '1', priority: 10 }))).toBe('n: late');
  });

  test('a pod that has not started is less important than one that has', () => {
    const world = new SchedulingWorld();
    world.node('n');
    world.pod(...started('waiting', undefined, { cpu: '2', node: 'n' }));
    world.pod(...started('running', 99, { cpu: '2', node: 'n' }));
    expect(world.preempt(world.pod('p', { cpu: '1', priority: 10 }))).toBe('n: waiting');
  });

  test('of several that have not started the last on the node counts most', () => {
    const world = full({ n: 'a/1/0 b/1/0 c/1/0 d/1/0' });
    expect(world.preempt(world.pod('p', { cpu: '2', priority: 10 }))).toBe('n: b a');
  });

  test('pods that violate a budget are put back before the others', () => {
    const world = full({ n: 'guarded/2/0 free/2/5' });
    world.add(budgetOf('b', 0, { app: 'guarded' }));
    expect(world.preempt(world.pod('p', { cpu: '1', priority: 10 }))).toBe('n: free');
  });

  test('victims of both groups are told by importance', () => {
    const world = full({ n: 'guarded/2/0 free/2/5' });
    world.add(budgetOf('b', 0, { app: 'guarded' }));
    expect(world.preempt(world.pod('p', { cpu: '4', priority: 10 }))).toBe('n: free guarded');
  });

  test.each<[string, ReturnType<typeof budgetOf>]>([
    ['of another namespace', budgetOf('b', 0, { app: 'guarded' }, { namespace: 'other' })],
    ['with an empty selector', budgetOf('b', 0, {})],
    ['that allows one disruption', budgetOf('b', 1, { app: 'guarded' })],
    ['that knows the pod to be going', budgetOf('b', 0, { app: 'guarded' }, { disruptedPods: { guarded: 0 } })],
  ])('a budget %s guards nobody', (_name, budget) => {
    const world = full({ n: 'guarded/2/0 free/2/5' });
    world.add(budget);
    expect(world.preempt(world.pod('p', { cpu: '1', priority: 10 }))).toBe('n: guarded');
  });

  test('a pod without labels is guarded by nobody', () => {
    const world = full({ n: 'guarded/2/0 free/2/5' }, { labels: {} });
    world.add(budgetOf('b', 0, { app: 'guarded' }));
    expect(world.preempt(world.pod('p', { cpu: '1', priority: 10 }))).toBe('n: guarded');
  });

  test('the budget is drawn in order of importance, by all pods it covers', () => {
    // One disruption is allowed: the more important pod takes it, so that the less important one violates and is kept.
    const world = full({ n: 'a/2/5 b/2/0' }, { labels: { app: 'x' } });
    world.add(budgetOf('b', 1, { app: 'x' }));
    expect(world.preempt(world.pod('p', { cpu: '1', priority: 10 }))).toBe('n: a');
  });

  test('nominated pods of no lower priority count as present', () => {
    const world = full({ n: 'a/2/0 b/2/0' });
    world.policy.nominate(world.pod('nominated', { cpu: '2', priority: 10 }), 'n');
    expect(world.preempt(world.pod('p', { cpu: '2', priority: 10 }))).toBe('n: b a');
    expect(world.preempt(world.pod('q', { cpu: '2', priority: 11 }))).toBe('n: a');
  });

  test('the state of the cluster is as it was', () => {
    const world = full({ n: 'a/2/0 b/2/0' });
    const pod = world.pod('p', { cpu: '2', priority: 10 });
    const first = world.preempt(pod);
    expect(world.preempt(pod)).toBe(first);
    expect(
      world.policy.cache
        .refresh()
        .get('n')!
        .pods.map(({ pod: { metadata } }) => metadata.name),
    ).toEqual(['a', 'b']);
  });
});

describe('picking the node (sheet 6.5)', () => {
  test('1: the fewest violations of budgets', () => {
    const world = full({ n: 'guarded/4/0', m: 'free/4/5' });
    world.add(budgetOf('b', 0, { app: 'guarded' }));
    expect(world.preempt(world.pod('p', { cpu: '1', priority: 10 }))).toBe('m: free');
  });

  test('2: the lowest priority of the most important victim', () => {
    const world = full({ n: 'a/4/5', m: 'b/2/4 c/2/4' });
    expect(world.preempt(world.pod('p', { cpu: '4', priority: 10 }))).toBe('m: c b');
  });

  test('3: the smallest sum of priorities', () => {
    const world = full({ n: 'a/2/5 b/2/4', m: 'c/2/5 d/2/3' });
    expect(world.preempt(world.pod('p', { cpu: '4', priority: 10 }))).toBe('m: c d');
  });

  test('3: a victim more is never better, however low its priority', () => {
    const world = full({ n: 'a/2/5 b/2/-1000', m: 'c/4/5' });
    expect(world.preempt(world.pod('p', { cpu: '4', priority: 10 }))).toBe('m: c');
  });

  test('4: the fewest victims', () => {
    // Equal sums need priorities that shift to nothing.
    const lowest = -2147483648;
    const world = full({ n: `a/2/${lowest} b/2/${lowest}`, m: `c/4/${lowest}` });
    expect(world.preempt(world.pod('p', { cpu: '4', priority: 10 }))).toBe('m: c');
  });

  test('5: the latest start among the most important victims', () => {
    const world = new SchedulingWorld();
    for (const [node, seconds] of [
      ['n', 10],
      ['m', 20],
      ['k', 15],
    ] as const) {
      world.node(node);
      world.pod(...started(`${node}-important`, seconds, { cpu: '2', priority: 5, node }));
      world.pod(...started(`${node}-other`, 1, { cpu: '2', priority: 1, node }));
    }
    expect(world.preempt(world.pod('p', { cpu: '4', priority: 10 }))).toBe('m: m-important m-other');
  });

  test('5: one that has not started is the latest', () => {
    const world = new SchedulingWorld();
    world.node('n');
    world.pod(...started('a', 50, { cpu: '4', node: 'n' }));
    world.node('m');
    world.pod(...started('b', undefined, { cpu: '4', node: 'm' }));
    expect(world.preempt(world.pod('p', { cpu: '1', priority: 1 }))).toBe('m: b');
  });

  test('6: the first candidate', () => {
    const world = full({ n: 'a/4/0', m: 'b/4/0', k: 'c/4/0' });
    expect(world.preempt(world.pod('p', { cpu: '1', priority: 1 }))).toBe('n: a');
  });
});

describe('what follows (sheet 6.6, 6.7)', () => {
  test('the pod fails its cycle, with the node nominated and DynamicResources asked before', () => {
    const world = full({ n: 'a/4/0' });
    const decision = world.decide(world.pod('p', { cpu: '1', priority: 10 }));
    expect(decision).toMatchObject({ kind: 'unschedulable', nominatedNodeName: 'n' });
    expect(decision).toHaveProperty('message', '0/1 nodes are available: 1 Insufficient cpu.');
    const failed = world.decide(world.pod('q', { cpu: '1' }));
    expect(failed).toHaveProperty(
      'message',
      '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
    );
  });

  test('the preemptor is held back while its victims are evicted', () => {
    const world = full({ n: 'a/4/0' });
    const pod = world.pod('p', { cpu: '1', priority: 10 });
    expect(world.policy.preEnqueue(pod, undefined)).toBeUndefined();
    world.preempting.add(pod.metadata.uid);
    expect(world.policy.preEnqueue(pod, undefined)).toBe('DefaultPreemption');
  });

  test('the nominated node is tried first, and alone when it fits', () => {
    const world = full({ n: '', m: 'b/3/0', k: '' });
    const pod = world.pod('p', { cpu: '1', priority: 10, status: { nominatedNodeName: 'm' } });
    expect(world.decide(pod)).toMatchObject({ kind: 'node', nodeName: 'm', evaluated: 1 });
  });
});

interface Placed {
  readonly cpu: number;
  readonly priority: number;
  readonly port: boolean;
  readonly node: number;
}

const placed = fc.record<Placed>({
  cpu: fc.integer({ min: 1, max: 4 }),
  priority: fc.integer({ min: 0, max: 6 }),
  port: fc.boolean(),
  node: fc.nat(3),
});

/** Whether the incoming pod fits a node beside these. Only CPU and one host port decide. */
function fits(others: readonly Placed[], incoming: Placed): boolean {
  const cpu = others.reduce((sum, other) => sum + other.cpu, 0);
  return cpu + incoming.cpu <= 8 && !(incoming.port && others.some((other) => other.port));
}

describe('properties, where only resources and ports decide', () => {
  test('victims have lower priority, make room, are minimal by removal, and spare whoever counts more', () => {
    fc.assert(
      fc.property(fc.array(placed, { maxLength: 24 }), placed, (pods, incoming) => {
        const world = new SchedulingWorld();
        const wish = ({ cpu, priority, port }: Placed): PodWish => ({
          cpu: String(cpu),
          priority,
          ...(port ? { hostPort: 80 } : {}),
        });
        const onNode: Map<string, Placed>[] = [];
        for (let n = 0; n < 4; n++) {
          world.node(`n${n}`, { cpu: '8' });
          onNode.push(new Map());
        }
        pods.forEach((pod, i) => {
          const others = onNode[pod.node]!;
          if (!fits([...others.values()], pod)) return;
          others.set(`v${i}`, pod);
          world.pod(`v${i}`, { ...wish(pod), node: `n${pod.node}` });
        });
        const decision = world.decide(world.pod('p', wish(incoming)));
        const canFit = onNode.some((others) => fits([...others.values()], incoming));
        expect(decision.kind).toBe(canFit ? 'node' : 'unschedulable');
        if (decision.kind !== 'unschedulable') return;

        const staying = (others: ReadonlyMap<string, Placed>): Placed[] =>
          [...others.values()].filter(({ priority }) => priority >= incoming.priority);
        const canPreempt = onNode.some((others) => fits(staying(others), incoming));
        expect(decision.victims.length > 0).toBe(canPreempt);
        if (!canPreempt) return;

        const others = onNode[Number(decision.nominatedNodeName!.slice(1))]!;
        const victims = decision.victims.map(({ metadata }) => metadata.name);
        expect(new Set(victims).size).toBe(victims.length);
        const rest = (without: readonly string[]): Placed[] =>
          [...others].filter(([name]) => !without.includes(name)).map(([, pod]) => pod);
        for (const name of victims) expect(others.get(name)!.priority).toBeLessThan(incoming.priority);
        expect(fits(rest(victims), incoming)).toBe(true);
        // Nobody goes in vain: with any one of them back there is no room.
        for (const name of victims) expect(fits(rest(victims.filter((other) => other !== name)), incoming)).toBe(false);
      }),
      { numRuns: 400 },
    );
  });
});

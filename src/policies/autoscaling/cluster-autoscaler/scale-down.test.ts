import { describe, expect, it } from 'vitest';
import { groupOf, hostWith } from '../../../../test/doubles/autoscaler-objects.ts';
import { budgetOf, nodeOf, podOf } from '../../../../test/doubles/scheduling-world.ts';
import { makeReplicaSet } from '../../../../test/doubles/objects.ts';
import type { ApiObject } from '../../../sim/api/kinds.ts';
import type { Node } from '../../../sim/api/node.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { PodDisruptionBudget } from '../../../sim/api/policy.ts';
import type { CloudProvider } from '../../../sim/policy-api/cloud.ts';
import { NodeGroupBackoff } from './back-off.ts';
import { ClusterSnapshot } from '../simulation/cluster-snapshot.ts';
import { DeletionsInProgress } from './deletions-in-progress.ts';
import { RemainingBudgets } from './disruption-budgets.ts';
import { DrainabilityRules } from './drainability.ts';
import { ScaleDownPlanner } from './planner.ts';
import { CLUSTER_AUTOSCALER_DEFAULTS, type ClusterAutoscalerSettings } from './settings.ts';
import { areSimilar, balance } from './similar-groups.ts';
import { templateOf } from '../simulation/templates.ts';
import { utilizationOf } from './utilization.ts';

const MINUTE = 60_000_000;
const OWNER = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid: 'rs', controller: true };
const DAEMON = { ...OWNER, kind: 'DaemonSet', name: 'ds', uid: 'ds' };
const OWNERS = [
  makeReplicaSet('rs', 3, {}),
  { ...makeReplicaSet('ds', 3, {}), kind: 'DaemonSet' } as unknown as ApiObject,
];

interface Wish {
  readonly cpu?: string;
  readonly owner?: typeof OWNER | null;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: Partial<Pod['spec']>;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly phase?: Pod['status']['phase'];
  readonly deletionTimestamp?: number;
}

function podOn(node: string, name: string, wish: Wish = {}): Pod {
  const { cpu = '1', owner = OWNER, annotations = {}, spec = {}, phase = 'Running', ...more } = wish;
  const pod = podOf(name, { cpu, node, ...more, spec });
  const ownerReferences = owner === null ? [] : [owner];
  return { ...pod, metadata: { ...pod.metadata, annotations, ownerReferences }, status: { ...pod.status, phase } };
}

function ready(name: string, wish: Parameters<typeof nodeOf>[1] = {}): Node {
  const node = nodeOf(name, wish);
  return { ...node, status: { ...node.status, conditions: [{ type: 'Ready', status: 'True' }] } };
}

interface Case {
  readonly nodes: readonly Node[];
  readonly pods?: readonly Pod[];
  readonly budgets?: readonly PodDisruptionBudget[];
  readonly min?: number;
  readonly settings?: Partial<ClusterAutoscalerSettings>;
}

/** A planner over one group that has all nodes, and a look at it at a time. */
function planning({ nodes, pods = [], budgets = [], min = 0, settings = {} }: Case) {
  const host = hostWith(OWNERS);
  const group = groupOf('g', { min, size: nodes.length });
  const cloud: CloudProvider = {
    nodeGroups: () => [group],
    groupOf: () => group,
    stateOf: () => 'running',
    instanceTypes: () => [],
    launch: () => undefined,
    terminate: () => undefined,
  };
  const all = { ...CLUSTER_AUTOSCALER_DEFAULTS, ...settings };
  const planner = new ScaleDownPlanner(cloud, all, new DrainabilityRules(host, all));
  const deletions = new DeletionsInProgress();
  const snapshot = new ClusterSnapshot(host);
  const look = (now: number, there = pods): string[] => {
    snapshot.setClusterState(
      nodes,
      there.map((pod) => ({ pod, nodeName: pod.spec.nodeName! })),
    );
    snapshot.fork();
    planner.update({ snapshot, nodes, budgets: new RemainingBudgets(budgets), deletions, now });
    snapshot.revert();
    return [...planner.unneededNames];
  };
  const due = (now: number): { empty: string[]; drain: string[] } => {
    const { empty, drain } = planner.nodesToDelete(deletions, now);
    const names = (list: typeof empty): string[] => list.map(({ node }) => node.metadata.name);
    return { empty: names(empty), drain: names(drain) };
  };
  return { planner, deletions, look, due };
}

const TWO = [ready('a'), ready('b')];

describe('a node is unneeded', () => {
  it('at or below half of its CPU and memory, when its pods have a place elsewhere', () => {
    const { look } = planning({ nodes: TWO });
    expect(look(0, [podOn('a', 'p', { cpu: '2' }), podOn('b', 'q', { cpu: '2100m' })])).toEqual([]);
    expect(look(6 * MINUTE, [podOn('a', 'p', { cpu: '1900m' }), podOn('b', 'q', { cpu: '2100m' })])).toEqual(['a']);
    expect(look(12 * MINUTE, [podOn('a', 'p', { cpu: '2001m' }), podOn('b', 'q', { cpu: '1' })])).toEqual(['b']);
  });

  it('each in turn: what moves takes room', () => {
    const pods = [podOn('a', 'p', { cpu: '2' }), podOn('b', 'q', { cpu: '2' }), podOn('c', 'r', { cpu: '2' })];
    expect(planning({ nodes: [...TWO, ready('c')], pods }).look(0)).toEqual(['a']);
  });

  it('not for five minutes after it was found that it cannot go', () => {
    const { look } = planning({ nodes: TWO });
    const full = [podOn('a', 'p', { cpu: '2' }), podOn('b', 'q', { cpu: '3' })];
    expect(look(0, full)).toEqual([]);
    const light = [podOn('a', 'p', { cpu: '1' }), podOn('b', 'q', { cpu: '3' })];
    expect(look(5 * MINUTE, light)).toEqual([]);
    expect(look(5 * MINUTE + 1, light)).toEqual(['a']);
  });

  it('not in a group at its least size, and not where an annotation says so', () => {
    expect(planning({ nodes: TWO, min: 2 }).look(0)).toEqual([]);
    const kept = ready('a');
    const annotations = { 'cluster-autoscaler.kubernetes.io/scale-down-disabled': 'true' };
    const nodes = [{ ...kept, metadata: { ...kept.metadata, annotations } }, ready('b')];
    expect(planning({ nodes }).look(0)).toEqual(['b']);
  });

  it('not beyond what a budget allows together', () => {
    const pods = [podOn('a', 'p', { labels: { app: 'x' } }), podOn('b', 'q', { labels: { app: 'x' } })];
    const nodes = [...TWO, ready('c')];
    const rest = podOn('c', 'r', { cpu: '2100m' });
    expect(planning({ nodes, pods: [...pods, rest], budgets: [budgetOf('x', 0, { app: 'x' })] }).look(0)).toEqual([]);
    expect(planning({ nodes, pods: [...pods, rest], budgets: [budgetOf('x', 1, { app: 'x' })] }).look(0)).toEqual([
      'a',
    ]);
  });
});

describe('a pod keeps its node', () => {
  const kept = (wish: Wish, settings: Partial<ClusterAutoscalerSettings> = {}, now = 0): boolean => {
    const nodes = [ready('a'), ready('b', { spec: { taints: [] } })];
    return !planning({ nodes, pods: [podOn('a', 'p', wish), podOn('b', 'q', { cpu: '2100m' })], settings })
      .look(now)
      .includes('a');
  };
  const emptyDir = { volumes: [{ name: 'v', emptyDir: {} }] };
  const safe = (value: string): Wish['annotations'] => ({ 'cluster-autoscaler.kubernetes.io/safe-to-evict': value });

  it.each<[string, Wish, boolean]>([
    ['of a ReplicaSet', {}, false],
    ['without an owner', { owner: null }, true],
    ['of a controller nobody knows', { owner: { ...OWNER, kind: 'Website' } }, true],
    ['whose owner is gone', { owner: { ...OWNER, name: 'gone' } }, true],
    ['of a DaemonSet', { owner: DAEMON }, false],
    ['with local storage', { spec: emptyDir }, true],
    ['with storage in memory', { spec: { volumes: [{ name: 'v', emptyDir: { medium: 'Memory' } }] } }, false],
    ['with a host path', { spec: { volumes: [{ name: 'v', hostPath: { path: '/' } }] } }, true],
    [
      'with local storage that may go',
      { spec: emptyDir, annotations: { 'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes': 'w,v' } },
      false,
    ],
    ['that says no', { annotations: safe('false') }, true],
    ['that says yes, though it has no owner', { owner: null, annotations: safe('true') }, false],
    ['that has failed', { owner: null, phase: 'Failed' }, false],
    ['of the system', { namespace: 'kube-system', owner: { ...OWNER, kind: 'StatefulSet', name: 'x' } }, true],
  ])('%s', (_, wish, expected) => {
    expect(kept(wish)).toBe(expected);
  });

  it('of the system for an hour, and not where the flag says so', () => {
    const objects = makeReplicaSet('rs', 3, {});
    const host = hostWith([{ ...objects, metadata: { ...objects.metadata, namespace: 'kube-system' } }]);
    const pod = podOn('a', 'p', { namespace: 'kube-system' });
    const rules = new DrainabilityRules(host, CLUSTER_AUTOSCALER_DEFAULTS);
    const none = new RemainingBudgets([]);
    expect(rules.of(pod, none, 60 * MINUTE)).toEqual({ outcome: 'blocked', reason: 'UnmovableKubeSystemPod' });
    expect(rules.of(pod, none, 60 * MINUTE + 1).outcome).toBe('drain');
    const lenient = { ...CLUSTER_AUTOSCALER_DEFAULTS, skipNodesWithSystemPods: false };
    expect(new DrainabilityRules(host, lenient).of(pod, none, 0).outcome).toBe('drain');
    const covered = new RemainingBudgets([budgetOf('b', 1, {}, { namespace: 'kube-system' })]);
    expect(rules.of(pod, covered, 0).outcome).toBe('drain');
  });

  it('until a budget lets it go', () => {
    const rules = new DrainabilityRules(hostWith(OWNERS), CLUSTER_AUTOSCALER_DEFAULTS);
    const pod = podOn('a', 'p', { labels: { app: 'x' } });
    const blocked = { outcome: 'blocked', reason: 'NotEnoughPdb' };
    expect(rules.of(pod, new RemainingBudgets([budgetOf('x', 0, { app: 'x' })]), 0)).toEqual(blocked);
    expect(rules.of(pod, new RemainingBudgets([budgetOf('x', 1, { app: 'x' })]), 0).outcome).toBe('drain');
    expect(rules.of(pod, new RemainingBudgets([budgetOf('x', 0, { app: 'y' })]), 0).outcome).toBe('drain');
  });

  it('on completion: the node waits for it', () => {
    const pods = [podOn('a', 'p', { annotations: safe('on-completion') }), podOn('b', 'q', { cpu: '2100m' })];
    const { look, due } = planning({ nodes: TWO, pods });
    expect(look(0)).toEqual(['a']);
    expect(due(11 * MINUTE)).toEqual({ empty: [], drain: [] });
  });
});

describe('a node is deleted', () => {
  it('when it has not been needed for ten minutes without a break', () => {
    const { look, due } = planning({ nodes: TWO, pods: [podOn('b', 'q', { cpu: '3' })] });
    look(0);
    look(10 * MINUTE);
    expect(due(10 * MINUTE)).toEqual({ empty: [], drain: [] });
    expect(due(10 * MINUTE + 1)).toEqual({ empty: ['a'], drain: [] });
    look(11 * MINUTE, [podOn('a', 'p', { cpu: '3' }), podOn('b', 'q', { cpu: '3' })]);
    look(12 * MINUTE);
    expect(due(13 * MINUTE)).toEqual({ empty: [], drain: [] });
  });

  it('after twenty minutes where it is not ready', () => {
    const sick = nodeOf('a');
    const { look, due } = planning({ nodes: [sick, ready('b')], pods: [podOn('b', 'q', { cpu: '3' })] });
    look(0);
    expect(due(20 * MINUTE)).toEqual({ empty: [], drain: [] });
    expect(due(20 * MINUTE + 1)).toEqual({ empty: ['a'], drain: [] });
  });

  it('empty ones before others, down to the least size', () => {
    const nodes = ['a', 'b', 'c', 'd'].map((name) => ready(name));
    const pods = [podOn('a', 'p'), podOn('d', 'q', { cpu: '3' })];
    const { look, due } = planning({ nodes, pods, min: 2 });
    look(0);
    expect(due(11 * MINUTE)).toEqual({ empty: ['b', 'c'], drain: [] });
  });

  it('ten at a time, of those with pods one', () => {
    const deletions = new DeletionsInProgress();
    const most = { parallel: 10, drained: 1 };
    const twelve = Array.from({ length: 12 }, (_, i) => i);
    expect(deletions.crop(twelve, [], most).empty).toHaveLength(10);
    expect(deletions.crop([1, 2], [3, 4], most)).toEqual({ empty: [1, 2], drain: [3] });
    const removable = { node: nodeOf('x'), pods: [], waitsFor: [], isRisky: false };
    deletions.begin(removable, 'g', true);
    expect(deletions.crop(twelve, [3], most)).toEqual({ empty: twelve.slice(0, 9), drain: [] });
  });
});

describe('a group that failed to grow', () => {
  it('is left alone for 5, 10, 20 and 30 minutes, and from the beginning after three hours', () => {
    const backoff = new NodeGroupBackoff(5 * MINUTE, 30 * MINUTE, 180 * MINUTE);
    let now = 0;
    const waits = [5, 10, 20, 30, 30].map(() => {
      backoff.failed('g', now);
      const until = backoff.until('g', now)!;
      const waited = until - now;
      now = until + 1;
      return waited / MINUTE;
    });
    expect(waits).toEqual([5, 10, 20, 30, 30]);
    backoff.forgetOld(now + 180 * MINUTE);
    backoff.failed('g', now);
    expect(backoff.until('g', now)! - now).toBe(5 * MINUTE);
  });

  it('does not wait longer for a second failure in the same while', () => {
    const backoff = new NodeGroupBackoff(5 * MINUTE, 30 * MINUTE, 180 * MINUTE);
    backoff.failed('g', 0);
    backoff.failed('g', 2 * MINUTE);
    expect(backoff.until('g', 2 * MINUTE)).toBe(7 * MINUTE);
  });
});

describe('groups', () => {
  const template = (wish: Parameters<typeof nodeOf>[1]) => templateOf(nodeOf('n', wish), []);

  it('are similar up to their place and a little memory', () => {
    const zone = (name: string) => ({ labels: { 'topology.kubernetes.io/zone': name } });
    expect(areSimilar(template(zone('a')), template(zone('b')))).toBe(true);
    expect(areSimilar(template({ memory: '1000Mi' }), template({ memory: '986Mi' }))).toBe(true);
    expect(areSimilar(template({ memory: '1000Mi' }), template({ memory: '984Mi' }))).toBe(false);
    expect(areSimilar(template({ cpu: '4' }), template({ cpu: '4001m' }))).toBe(false);
    expect(areSimilar(template({ labels: { disk: 'ssd' } }), template({}))).toBe(false);
  });

  it('get new nodes so that the smallest grows first, up to their bounds', () => {
    const groups = [groupOf('a', { size: 3 }), groupOf('b', { size: 1, max: 2 }), groupOf('c', { size: 0 })];
    const grown = balance(groups, 7).map(({ group, from, to }) => [group.id, from, to]);
    expect(grown).toEqual([
      ['c', 0, 5],
      ['b', 1, 2],
      ['a', 3, 4],
    ]);
    expect(balance([groupOf('a', { size: 2, max: 3 })], 7).map(({ to }) => to)).toEqual([3]);
  });
});

describe('utilization', () => {
  it('is the larger share of CPU and memory, of GPUs alone where there are any', () => {
    const snapshot = new ClusterSnapshot(hostWith());
    const infos = [podOn('a', 'p', { cpu: '1' }), podOn('a', 'd', { cpu: '1', owner: DAEMON })].map((pod) =>
      snapshot.infoOf(pod),
    );
    expect(utilizationOf({ node: nodeOf('a'), pods: infos }, false, 0).value).toBe(0.5);
    expect(utilizationOf({ node: nodeOf('a'), pods: infos }, true, 0).value).toBeCloseTo(1 / 3);
    const gpus = nodeOf('a', { more: { 'nvidia.com/gpu': '4' } });
    expect(utilizationOf({ node: gpus, pods: infos }, false, 0)).toMatchObject({ cpu: 0.5, gpu: 0, value: 0 });
  });
});

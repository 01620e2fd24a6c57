import { describe, expect, it } from 'vitest';
import { groupOf, hostWith, type GroupWish } from '../../../../test/doubles/autoscaler-objects.ts';
import { nodeOf, podOf } from '../../../../test/doubles/scheduling-world.ts';
import type { Node } from '../../../sim/api/node.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import { ClusterSnapshot } from '../simulation/cluster-snapshot.ts';
import { planScaleUp, type ScaleUpPlan, type ScaleUpSituation } from './scale-up.ts';
import { CLUSTER_AUTOSCALER_DEFAULTS, type ClusterAutoscalerSettings } from './settings.ts';
import { templateOf } from '../simulation/templates.ts';

const OWNER = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid: 'rs', controller: true };

function pods(count: number, requests: Readonly<Record<string, string>>, owned = true): Pod[] {
  return Array.from({ length: count }, (_, i) => {
    const pod = podOf(`p${i}`, { spec: { containers: [{ name: 'c', image: 'i', resources: { requests } }] } });
    return owned ? { ...pod, metadata: { ...pod.metadata, ownerReferences: [OWNER] } } : pod;
  });
}

interface Case {
  readonly groups: Readonly<Record<string, GroupWish>>;
  readonly pods: readonly Pod[];
  readonly nodes?: readonly Node[];
  readonly settings?: Partial<ClusterAutoscalerSettings>;
  readonly refusalOf?: ScaleUpSituation['refusalOf'];
  readonly random?: () => number;
}

function plan({ groups, pods: waiting, nodes = [], settings, refusalOf, random }: Case): ScaleUpPlan {
  const snapshot = new ClusterSnapshot(hostWith());
  snapshot.setClusterState(nodes, []);
  const made = Object.entries(groups).map(([id, wish]) => groupOf(id, wish));
  return planScaleUp(waiting, {
    snapshot,
    settings: { ...CLUSTER_AUTOSCALER_DEFAULTS, ...settings },
    groups: made,
    templates: new Map(made.map(({ id, template }) => [id, templateOf(template, [])])),
    nodeCount: nodes.length,
    refusalOf: refusalOf ?? (() => undefined),
    random: random ?? (() => 0),
  });
}

function growthOf(found: ScaleUpPlan): Record<string, number> {
  return Object.fromEntries(found.growth.map(({ group, from, to }) => [group.id, to - from]));
}

const FOUR = { cpu: '4', memory: '16Gi' };

describe('a scale-up', () => {
  it('makes as many nodes as the pods fill, by the filters of the scheduler', () => {
    expect(growthOf(plan({ groups: { a: FOUR }, pods: pods(9, { cpu: '1' }) }))).toEqual({ a: 3 });
    expect(growthOf(plan({ groups: { a: FOUR }, pods: pods(9, { cpu: '3' }) }))).toEqual({ a: 9 });
  });

  it('packs larger pods first', () => {
    const waiting = [...pods(4, { cpu: '1' }), ...pods(4, { cpu: '3' }, false)].map((pod, i) => ({
      ...pod,
      metadata: { ...pod.metadata, name: `p${i}`, uid: `u${i}` },
    }));
    expect(growthOf(plan({ groups: { a: FOUR }, pods: waiting }))).toEqual({ a: 4 });
  });

  it('looks at taints and selectors of the template', () => {
    const tainted = { ...FOUR, spec: { taints: [{ key: 'gpu', effect: 'NoSchedule' as const }] } };
    const found = plan({ groups: { a: tainted, b: { ...FOUR, max: 0 } }, pods: pods(1, { cpu: '1' }) });
    expect(found.growth).toEqual([]);
    expect(found.helpless.map(({ reasons }) => reasons)).toEqual([
      '1 node(s) had untolerated taint(s), 1 max node group size reached',
    ]);
  });

  it('says that a pod is too large', () => {
    const found = plan({ groups: { a: FOUR, b: { ...FOUR, cpu: '2' } }, pods: pods(2, { cpu: '5' }) });
    expect(found.helpless.map(({ reasons }) => reasons)).toEqual(['2 Insufficient cpu', '2 Insufficient cpu']);
  });

  it('keeps within the bounds of groups and of the whole', () => {
    const waiting = pods(40, { cpu: '1' });
    expect(growthOf(plan({ groups: { a: { ...FOUR, max: 5, size: 2 } }, pods: waiting }))).toEqual({ a: 3 });
    const settings = { maxNodesTotal: 4 };
    const nodes = [nodeOf('n', { cpu: '1m' })];
    expect(growthOf(plan({ groups: { a: FOUR }, pods: waiting, settings, nodes }))).toEqual({ a: 3 });
    expect(growthOf(plan({ groups: { a: FOUR }, pods: waiting, settings: { maxNodesPerScaleUp: 2 } }))).toEqual({
      a: 2,
    });
  });

  it('leaves groups alone that are backed off', () => {
    const refusalOf: ScaleUpSituation['refusalOf'] = ({ id }) =>
      id === 'a' ? 'in backoff after failed scale-up' : undefined;
    const found = plan({ groups: { a: FOUR, b: FOUR }, pods: pods(4, { cpu: '1' }), refusalOf });
    expect(growthOf(found)).toEqual({ b: 1 });
  });

  it('balances similar groups where it is told to, smallest first', () => {
    const zone = (name: string): GroupWish => ({ ...FOUR, labels: { 'topology.kubernetes.io/zone': name } });
    const groups = { a: { ...zone('a'), size: 2 }, b: zone('b'), c: { ...zone('c'), cpu: '8' } };
    const waiting = pods(16, { cpu: '1' });
    const settings: Partial<ClusterAutoscalerSettings> = {
      expander: ['priority'],
      priorities: [{ priority: 1, groups: ['^a$'] }],
    };
    expect(growthOf(plan({ groups, pods: waiting, settings }))).toEqual({ a: 4 });
    const balanced = { ...settings, balanceSimilarNodeGroups: true };
    expect(growthOf(plan({ groups, pods: waiting, settings: balanced }))).toEqual({ a: 1, b: 3 });
  });
});

describe('an expander', () => {
  const groups = {
    small: { ...FOUR, cpu: '2', memory: '8Gi', price: 0.1 },
    large: { ...FOUR, cpu: '16', memory: '64Gi', price: 0.79 },
  };
  const grown = (waiting: Pod[], settings: Partial<ClusterAutoscalerSettings>, random?: () => number): string => {
    const found = plan({ groups, pods: waiting, settings, ...(random === undefined ? {} : { random }) });
    return Object.entries(growthOf(found))
      .map(([id, count]) => `${id}:${count}`)
      .join();
  };

  it('least-waste takes the nodes with the least left over', () => {
    expect(grown(pods(2, { cpu: '1', memory: '4Gi' }), { expander: ['least-waste'] })).toBe('small:1');
    expect(grown(pods(1, { cpu: '15', memory: '60Gi' }), { expander: ['least-waste'] })).toBe('large:1');
  });

  it('least-nodes takes few', () => {
    expect(grown(pods(4, { cpu: '1', memory: '4Gi' }), { expander: ['least-nodes'] })).toBe('large:1');
  });

  it('most-pods helps as many as it can', () => {
    const waiting = [...pods(2, { cpu: '1' }), podOf('big', { cpu: '12' })];
    expect(grown(waiting, { expander: ['most-pods'] })).toBe('large:1');
  });

  it('price spends money well', () => {
    expect(grown(pods(1, { cpu: '1', memory: '4Gi' }), { expander: ['price'] })).toBe('small:1');
    expect(grown(pods(1, { cpu: '14', memory: '50Gi' }), { expander: ['price'] })).toBe('large:1');
  });

  it('priority goes by name, and lets others in where none matches', () => {
    const waiting = pods(2, { cpu: '1', memory: '4Gi' });
    const priorities = [
      { priority: 10, groups: ['sma.*'] },
      { priority: 50, groups: ['^large$'] },
    ];
    expect(grown(waiting, { expander: ['priority'], priorities })).toBe('large:1');
    const none = [{ priority: 10, groups: ['other'] }];
    expect(grown(waiting, { expander: ['priority', 'least-waste'], priorities: none })).toBe('small:1');
  });

  it('leaves what is equal to the lot', () => {
    const waiting = pods(1, { cpu: '1' });
    expect(grown(waiting, { expander: ['random'] }, () => 0)).toBe('small:1');
    expect(grown(waiting, { expander: ['random'] }, () => 0.99)).toBe('large:1');
  });
});

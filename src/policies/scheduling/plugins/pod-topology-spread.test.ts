import { describe, expect, test } from 'vitest';
import { meta } from '../../../../test/doubles/objects.ts';
import { putNode, scores, verdicts } from '../../../../test/doubles/one-plugin.ts';
import { podOf, SchedulingWorld, type PodWish, type WorldOptions } from '../../../../test/doubles/scheduling-world.ts';
import type { LabelSelector } from '../../../sim/api/meta.ts';
import type { Pod, TopologySpreadConstraint } from '../../../sim/api/pod.ts';
import type { Service } from '../../../sim/api/service.ts';
import type { ReplicaSet } from '../../../sim/api/workloads.ts';
import { CycleScratch } from '../framework/cycle-state.ts';
import { podInfoOf } from '../framework/pod-info.ts';

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
const SKEWED = "Unschedulable: node(s) didn't match pod topology spread constraints";
const NO_KEY =
  "UnschedulableAndUnresolvable: node(s) didn't match pod topology spread constraints (missing required label)";

/** Nodes as `name: zone/pods of the group`; an empty zone means no zone label. */
function world(nodes: Readonly<Record<string, string>>, options: WorldOptions = {}, labels = {}): SchedulingWorld {
  const made = new SchedulingWorld(options);
  for (const [name, text] of Object.entries(nodes)) {
    const [zone, count] = text.split('/');
    made.node(name, { labels: zone === '' ? {} : { [ZONE]: zone! } });
    for (let i = 0; i < Number(count); i++) made.pod(`${name}-${i}`, { node: name, labels: { app: 'x', ...labels } });
  }
  return made;
}

function constraint(more: Partial<TopologySpreadConstraint> = {}): TopologySpreadConstraint {
  return {
    maxSkew: 1,
    topologyKey: ZONE,
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: { matchLabels: { app: 'x' } },
    ...more,
  };
}

function pod(constraints: readonly TopologySpreadConstraint[], more: PodWish = {}): Pod {
  return podOf('p', { labels: { app: 'x' }, ...more, spec: { topologySpreadConstraints: constraints, ...more.spec } });
}

const hard = (made: SchedulingWorld, more: Partial<TopologySpreadConstraint> = {}, wish: PodWish = {}): unknown =>
  verdicts(made, 'PodTopologySpread', pod([constraint(more)], wish));

const soft = (made: SchedulingWorld, ...list: Partial<TopologySpreadConstraint>[]): unknown =>
  scores(
    made,
    'PodTopologySpread',
    pod(list.map((more) => constraint({ whenUnsatisfiable: 'ScheduleAnyway', ...more }))),
  );

describe('PodTopologySpread PreFilter and Filter (sheet 3.10)', () => {
  test('a pod without hard constraints skips', () => {
    expect(verdicts(world({ a: 'x/0' }), 'PodTopologySpread', podOf('p'))).toBe('Skip');
    expect(hard(world({ a: 'x/0' }), { whenUnsatisfiable: 'ScheduleAnyway' })).toBe('Skip');
  });

  test('the skew is counted with the pod itself against the emptiest domain', () => {
    const made = world({ a: 'x/2', b: 'x/0', c: 'y/1' });
    expect(hard(made)).toEqual({ a: SKEWED, b: SKEWED, c: 'ok' });
    expect(hard(made, { maxSkew: 2 })).toEqual({ a: 'ok', b: 'ok', c: 'ok' });
  });

  test('a pod that its own constraint does not select does not count itself', () => {
    const made = world({ a: 'x/2', c: 'y/1' });
    expect(hard(made, {}, { labels: { app: 'y' } })).toEqual({ a: 'ok', c: 'ok' });
  });

  test('a node without the key is unresolvable, and is no domain', () => {
    expect(hard(world({ a: 'x/0', b: '/0' }))).toEqual({ a: 'ok', b: NO_KEY });
  });

  test('nodes that lack any hard key are no domain of the others', () => {
    const made = world({ a: 'x/1', b: 'y/0' });
    putNode(made, 'bare', { exactLabels: { [ZONE]: 'z' } });
    const both = [constraint(), constraint({ topologyKey: HOST, maxSkew: 5 })];
    expect(verdicts(made, 'PodTopologySpread', pod(both))).toEqual({ a: SKEWED, b: 'ok', bare: NO_KEY });
  });

  test('the first constraint that fails decides', () => {
    const made = world({ a: 'x/1', b: 'y/0' });
    putNode(made, 'bare', { exactLabels: { [ZONE]: 'x' } });
    const both = [constraint({ topologyKey: HOST }), constraint()];
    expect(verdicts(made, 'PodTopologySpread', pod(both))).toMatchObject({ a: SKEWED, bare: NO_KEY });
  });

  test('minDomains: too few domains count as an empty one', () => {
    const made = world({ a: 'x/1', b: 'y/1' });
    expect(hard(made)).toEqual({ a: 'ok', b: 'ok' });
    expect(hard(made, { minDomains: 2 })).toEqual({ a: 'ok', b: 'ok' });
    expect(hard(made, { minDomains: 3 })).toEqual({ a: SKEWED, b: SKEWED });
  });

  test('only pods of the same namespace that are not being deleted count', () => {
    const made = world({ a: 'x/0', b: 'y/0' });
    made.pod('elsewhere', { node: 'a', namespace: 'other', labels: { app: 'x' } });
    made.pod('going', { node: 'a', labels: { app: 'x' }, deletionTimestamp: 1 });
    expect(hard(made)).toEqual({ a: 'ok', b: 'ok' });
  });

  test('an empty selector counts no pod but selects the pod itself; none at all selects nothing', () => {
    const made = world({ a: 'x/3', b: 'y/0' });
    expect(hard(made, { labelSelector: {} })).toEqual({ a: 'ok', b: 'ok' });
    const { labelSelector: _none, ...without } = constraint({ maxSkew: 1 });
    expect(verdicts(made, 'PodTopologySpread', pod([without]))).toEqual({ a: 'ok', b: 'ok' });
    expect(verdicts(made, 'PodTopologySpread', pod([{ ...without, matchLabelKeys: ['app'] }]))).toEqual({
      a: 'ok',
      b: 'ok',
    });
  });

  test('matchLabelKeys: only pods with the same values of the keys the pod has', () => {
    const made = world({ a: 'x/2', b: 'y/0' }, {}, { version: '1' });
    const more = { matchLabelKeys: ['version', 'absent'] };
    expect(hard(made, more, { labels: { app: 'x', version: '1' } })).toEqual({ a: SKEWED, b: 'ok' });
    expect(hard(made, more, { labels: { app: 'x', version: '2' } })).toEqual({ a: 'ok', b: 'ok' });
    expect(hard(made, more, { labels: { app: 'x' } })).toEqual({ a: SKEWED, b: 'ok' });
  });

  test('nodeAffinityPolicy: domains that the pod could not go to do not count, unless Ignore', () => {
    const made = world({ a: 'x/1', b: 'y/1', c: 'z/0' });
    const wish = { spec: { nodeSelector: { [HOST]: 'a' } } };
    expect(hard(made, {}, wish)).toMatchObject({ a: 'ok' });
    expect(hard(made, { nodeAffinityPolicy: 'Ignore' }, wish)).toMatchObject({ a: SKEWED });
  });

  test('nodeTaintsPolicy: domains with untolerated taints count, unless Honor', () => {
    const made = world({ a: 'x/1' });
    made.node('c', { labels: { [ZONE]: 'z' }, spec: { taints: [{ key: 'k', effect: 'NoExecute' }] } });
    expect(hard(made)).toMatchObject({ a: SKEWED });
    expect(hard(made, { nodeTaintsPolicy: 'Honor' })).toMatchObject({ a: 'ok' });
    const tolerating = { spec: { tolerations: [{ operator: 'Exists' as const }] } };
    expect(hard(made, { nodeTaintsPolicy: 'Honor' }, tolerating)).toMatchObject({ a: SKEWED });
  });

  test('AddPod and RemovePod change counts by one, also for pods being deleted, on nodes that count', () => {
    const made = world({ a: 'x/1', b: 'y/1' });
    const incoming = podInfoOf(pod([constraint()]));
    const { nodes } = made.policy.cache.refresh();
    const plugin = made.policy
      .frameworkFor(incoming.pod)
      .plugins.preFilter.find((p) => p.name === 'PodTopologySpread')!;
    const [a, b] = nodes as [(typeof nodes)[0], (typeof nodes)[0]];
    const filter = plugin as unknown as { filter(state: object, pod: object, node: object): unknown };
    const state = new CycleScratch();
    plugin.preFilter(state, incoming, nodes);
    const before = state.clone();
    const other = podInfoOf(podOf('other', { labels: { app: 'x' }, deletionTimestamp: 1 }));
    plugin.addPod!(state, incoming, other, a);
    expect(filter.filter(state, incoming, a)).toMatchObject({ reasons: [expect.stringContaining('spread')] });
    expect(filter.filter(state, incoming, b)).toBe(undefined);
    expect(filter.filter(before, incoming, a)).toBe(undefined);
    plugin.removePod!(state, incoming, other, a);
    expect(filter.filter(state, incoming, a)).toBe(undefined);
    plugin.addPod!(state, incoming, podInfoOf(podOf('foreign', { namespace: 'other', labels: { app: 'x' } })), a);
    expect(filter.filter(state, incoming, a)).toBe(undefined);
  });
});

describe('PodTopologySpread Score (sheet 3.10)', () => {
  test('golden vector: zones with 1 and 3 pods, maxSkew 1 (appendix A)', () => {
    expect(soft(world({ a: 'x/1', b: 'y/3' }), {})).toEqual({ a: [1, 100], b: [4, 25] });
  });

  test('a higher maxSkew adds the same to all, so that differences count less', () => {
    expect(soft(world({ a: 'x/1', b: 'y/3' }), { maxSkew: 5 })).toEqual({ a: [5, 100], b: [8, 62] });
  });

  test('hosts are counted pod by pod, their weight is by the number of feasible nodes', () => {
    expect(soft(world({ a: 'x/0', b: 'x/1', c: 'x/2' }), { topologyKey: HOST })).toEqual({
      a: [0, 100],
      b: [2, 33],
      c: [3, 0],
    });
  });

  test('a node that lacks a key of the pod’s own constraints is ignored and scores 0', () => {
    expect(soft(world({ a: 'x/1', b: 'y/3', c: '/0' }), {})).toEqual({ a: [1, 100], b: [4, 25], c: [0, 0] });
  });

  test('nothing anywhere is 100 everywhere', () => {
    expect(soft(world({ a: 'x/0', b: 'y/0' }), {})).toEqual({ a: [0, 100], b: [0, 100] });
  });

  test('a pod with only hard constraints skips', () => {
    expect(soft(world({ a: 'x/0' }), { whenUnsatisfiable: 'DoNotSchedule' })).toBe('Skip');
  });

  test('nodes that are not feasible count for domains that a feasible node has', () => {
    const made = world({ a: 'x/0', b: 'y/0' });
    made.node('full', { labels: { [ZONE]: 'x' }, cpu: '0' });
    made.pod('f', { node: 'full', labels: { app: 'x' } });
    const decision = made.decide(
      made.pod('p', {
        cpu: '1',
        labels: { app: 'x' },
        spec: { topologySpreadConstraints: [constraint({ whenUnsatisfiable: 'ScheduleAnyway' })] },
      }),
    );
    expect(decision).toMatchObject({ nodeName: 'b' });
  });
});

function service(name: string, selector: Record<string, string> | undefined, namespace = 'default'): Service {
  return {
    kind: 'Service',
    metadata: meta({ name, namespace }),
    spec: {
      type: 'ClusterIP',
      ports: [],
      publishNotReadyAddresses: false,
      sessionAffinity: 'None',
      ...(selector === undefined ? {} : { selector }),
    },
  };
}

function replicaSet(name: string, selector: LabelSelector): ReplicaSet {
  return { kind: 'ReplicaSet', metadata: meta({ name }), spec: { selector } } as unknown as ReplicaSet;
}

describe('PodTopologySpread defaults (sheet 3.10)', () => {
  const nodes = { a: 'x/0', b: 'x/3', c: 'y/1' };
  const ofService = podOf('p', { labels: { app: 'x' } });
  const ownedBy = (apiVersion: string, kind: string, controller = true): Pod => {
    const owned = podOf('p', { labels: { app: 'x' } });
    const owner = { apiVersion, kind, name: 'o', uid: 'u', controller };
    return { ...owned, metadata: { ...owned.metadata, ownerReferences: [owner] } };
  };

  test('golden vector of the system defaults (appendix A)', () => {
    const made = world(nodes).add(service('s', { app: 'x' }));
    expect(scores(made, 'PodTopologySpread', ofService)).toEqual({ a: [10, 93], b: [15, 60], c: [9, 100] });
  });

  test('no Service and no owner: nothing to spread', () => {
    expect(scores(world(nodes), 'PodTopologySpread', ofService)).toBe('Skip');
  });

  test.each<[string, Service]>([
    ['selects other labels', service('s', { app: 'y' })],
    ['is in another namespace', service('s', { app: 'x' }, 'other')],
    ['has no selector', service('s', undefined)],
    ['has an empty selector', service('s', {})],
  ])('a Service that %s does not count', (_what, one) => {
    expect(scores(world(nodes).add(one), 'PodTopologySpread', ofService)).toBe('Skip');
  });

  test('the controlling ReplicaSet counts, by group and version; another owner does not', () => {
    const made = world(nodes).add(
      replicaSet('o', { matchExpressions: [{ key: 'app', operator: 'In', values: ['x'] }] }),
    );
    expect(scores(made, 'PodTopologySpread', ownedBy('apps/v1', 'ReplicaSet'))).toMatchObject({ b: [15, 60] });
    expect(scores(made, 'PodTopologySpread', ownedBy('extensions/v1beta1', 'ReplicaSet'))).toBe('Skip');
    expect(scores(made, 'PodTopologySpread', ownedBy('apps/v1', 'ReplicaSet', false))).toBe('Skip');
    expect(scores(made, 'PodTopologySpread', ownedBy('batch/v1', 'Job'))).toBe('Skip');
  });

  test('constraints of its own, even hard ones alone, take the place of the defaults', () => {
    const made = world(nodes).add(service('s', { app: 'x' }));
    expect(scores(made, 'PodTopologySpread', pod([constraint()]))).toBe('Skip');
  });

  test('the system defaults do not ask for keys: a node without a zone scores by its host alone', () => {
    const made = world({ a: 'x/1', b: '/1' }).add(service('s', { app: 'x' }));
    expect(scores(made, 'PodTopologySpread', ofService)).toEqual({ a: [9, 33], b: [3, 100] });
  });

  const list = (...defaultConstraints: object[]): WorldOptions => ({
    configuration: {
      profiles: [
        {
          schedulerName: 'default-scheduler',
          pluginConfig: [{ name: 'PodTopologySpread', args: { defaultingType: 'List', defaultConstraints } }],
        },
      ],
    },
  });
  const zone = { maxSkew: 1, topologyKey: ZONE };

  test('a list of defaults: hard ones filter, soft ones score', () => {
    const hardList = world(nodes, list({ ...zone, whenUnsatisfiable: 'DoNotSchedule' })).add(
      service('s', { app: 'x' }),
    );
    expect(verdicts(hardList, 'PodTopologySpread', ofService)).toEqual({ a: SKEWED, b: SKEWED, c: 'ok' });
    expect(scores(hardList, 'PodTopologySpread', ofService)).toBe('Skip');
    const softList = world({ a: 'x/1', b: 'y/3', c: '/0' }, list({ ...zone, whenUnsatisfiable: 'ScheduleAnyway' }));
    softList.add(service('s', { app: 'x' }));
    expect(scores(softList, 'PodTopologySpread', ofService)).toEqual({ a: [1, 100], b: [4, 25], c: [0, 0] });
  });

  test('an empty list: no defaults', () => {
    expect(scores(world(nodes, list()).add(service('s', { app: 'x' })), 'PodTopologySpread', ofService)).toBe('Skip');
  });
});

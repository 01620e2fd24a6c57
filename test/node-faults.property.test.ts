import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { keyOf } from '../src/sim/api/kinds.ts';
import { LABEL_ZONE, type Node } from '../src/sim/api/node.ts';
import { conditionOf, conditionStatus, isPodReady, type Pod, type Toleration } from '../src/sim/api/pod.ts';
import type { Commit } from '../src/sim/control-plane/etcd/store.ts';
import type { Fault } from '../src/sim/scenario/faults.ts';
import type { FaultEntry } from '../src/sim/scenario/timeline.ts';
import { runFaulty, SECOND } from './doubles/faulty-cluster.ts';
import { deploymentNamed, serviceNamed, template } from './doubles/workload-objects.ts';

/**
 * What has to hold of nodes, pods and evictions whatever befalls the nodes: P1, P9, P10, C14, L4 and L5 of
 * kubernetes-behaviour.md 9, in clusters with faults made up at random.
 */
const RUNS = process.env['ORRERY_LONG'] === undefined ? { numRuns: 12, seed: 7 } : { numRuns: 400 };

const ZONES = ['a', 'b', 'c'];
const NODES = 9;
const REPLICAS = 12;
const TOLERATION = 30;
/** All faults are over by then, and so much later everything is whole again. Seconds. */
const CALM_AT = 500;
const END = 1_100;

const node = fc.integer({ min: 0, max: NODES - 1 }).map((i) => `node-${i}`);
const duration = fc.integer({ min: 5, max: 200 }).map((seconds) => seconds * SECOND);

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('NodeCrash', 'NodeRestart', 'NodeHang', 'NodeNetworkPartition'),
    nodes: fc.uniqueArray(node, { minLength: 1, maxLength: 3 }),
    durationMicros: duration,
  }),
  fc.record({
    kind: fc.constantFrom('ZoneOutage', 'ZoneNetworkPartition'),
    zone: fc.constantFrom(...ZONES),
    durationMicros: duration,
  }),
);

const faults: fc.Arbitrary<FaultEntry[]> = fc.array(
  fc
    .record({ at: fc.integer({ min: 30, max: CALM_AT - 201 }), fault })
    .map(({ at, fault: one }) => ({ atMicros: at * SECOND, text: one.kind, fault: one })),
  { minLength: 1, maxLength: 6 },
);

function web() {
  const made = template();
  const tolerations = ['not-ready', 'unreachable'].map((name): Toleration => ({
    key: `node.kubernetes.io/${name}`,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: TOLERATION,
  }));
  return deploymentNamed('web', { replicas: REPLICAS, template: { ...made, spec: { ...made.spec, tolerations } } });
}

const isStruck = (entries: readonly FaultEntry[], name: string, zone: string): boolean =>
  entries.some(({ fault: one }) => ('nodes' in one ? one.nodes.includes(name) : 'zone' in one && one.zone === zone));

const noExecute = (one: Node): boolean => (one.spec.taints ?? []).some(({ effect }) => effect === 'NoExecute');

describe('whatever befalls the nodes', () => {
  it('pods keep their nodes (P1), well nodes stay well, evictions keep their pace (P9, P10), and all is whole again (L4, L5)', () => {
    fc.assert(
      fc.property(faults, fc.string({ minLength: 1, maxLength: 4 }), (entries, seed) => {
        const { commits, simulation } = runFaulty({
          nodes: NODES,
          zones: ZONES,
          manifests: [web(), serviceNamed('web')],
          faults: entries,
          seconds: END,
          seed,
        });
        judgePods(commits);
        judgeNodes(commits, entries);
        const { store } = simulation.api;
        const pods = [...store.values('Pod')];
        expect(pods.filter(isPodReady).length).toBe(REPLICAS);
        expect(pods.length).toBe(REPLICAS);
        for (const one of store.values('Node')) {
          expect([keyOf(one), conditionStatus(one.status.conditions, 'Ready'), one.spec.taints ?? []]).toEqual([
            keyOf(one),
            'True',
            [],
          ]);
        }
        const endpoints = [...store.values('EndpointSlice')].flatMap((slice) =>
          slice.endpoints.filter(({ conditions }) => conditions.ready).map(({ targetRef }) => targetRef?.name),
        );
        expect(new Set(endpoints)).toEqual(new Set(pods.map(({ metadata }) => metadata.name)));
        expect(endpoints.length).toBe(REPLICAS);
      }),
      RUNS,
    );
  });
});

/** P1: a node is for good. Evictions by taint come when the toleration is over, and not before (P9). */
function judgePods(commits: readonly Commit[]): void {
  const nodeOf = new Map<string, string>();
  const taintedAt = new Map<string, number>();
  for (const { kind, change, committedAt } of commits) {
    if (kind === 'Node') {
      const one = change.object as Node;
      if (!noExecute(one)) taintedAt.delete(one.metadata.name);
      else if (!taintedAt.has(one.metadata.name)) taintedAt.set(one.metadata.name, committedAt);
    }
    if (kind !== 'Pod') continue;
    const pod = change.object as Pod;
    const { uid } = pod.metadata;
    const { nodeName } = pod.spec;
    if (nodeName === undefined) continue;
    expect(nodeOf.get(uid) ?? nodeName).toBe(nodeName);
    nodeOf.set(uid, nodeName);
    const before = change.previous as Pod | undefined;
    const marked = conditionOf(pod.status.conditions, 'DisruptionTarget')?.reason === 'DeletionByTaintManager';
    const wasMarked = before !== undefined && conditionOf(before.status.conditions, 'DisruptionTarget') !== undefined;
    const since = taintedAt.get(nodeName);
    if (!marked || wasMarked || since === undefined) continue;
    expect(committedAt - since).toBeGreaterThanOrEqual(TOLERATION * SECOND - 20_000);
  }
}

/** P10: who was not struck is never Unknown; taints keep their pace, zone by zone. */
function judgeNodes(commits: readonly Commit[], entries: readonly FaultEntry[]): void {
  const taints = new Map<string, number[]>();
  for (const { kind, change, committedAt } of commits) {
    if (kind !== 'Node') continue;
    const one = change.object as Node;
    const { name, labels } = one.metadata;
    const zone = labels[LABEL_ZONE] ?? '';
    if (!isStruck(entries, name, zone)) {
      expect([name, conditionStatus(one.status.conditions, 'Ready')]).toEqual([name, 'True']);
    }
    const before = change.previous as Node | undefined;
    if (!noExecute(one) || (before !== undefined && noExecute(before))) continue;
    taints.set(zone, [...(taints.get(zone) ?? []), committedAt]);
  }
  for (const times of taints.values()) {
    times.forEach((from, i) => {
      times.slice(i).forEach((to, more) => {
        expect(more + 1).toBeLessThanOrEqual(1 + (to - from) / (10 * SECOND) + 0.05);
      });
    });
  }
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyOf, type ApiObject } from '../src/sim/api/kinds.ts';
import { compileLabelSelector } from '../src/sim/api/label-selector.ts';
import { controllerOf } from '../src/sim/api/meta.ts';
import { conditionOf, isPodReady, type Pod } from '../src/sim/api/pod.ts';
import type { PodDisruptionBudget } from '../src/sim/api/policy.ts';
import type { Response } from '../src/sim/api/request.ts';
import type { Commit } from '../src/sim/control-plane/etcd/store.ts';
import { runText } from './doubles/cloud-run.ts';
import { faultyCluster, SECOND } from './doubles/faulty-cluster.ts';
import { makeNamespace, makePod, makeReplicaSet, meta } from './doubles/objects.ts';
import { etcdOf, thatCanBe, troubles } from './doubles/troubled-control-plane.ts';
import { deploymentNamed } from './doubles/workload-objects.ts';
import './property-seed.ts';

const RUNS = process.env['ORRERY_LONG'] === undefined ? 60 : 2_000;

const DOOMED = 'doomed';
const REPLICAS = 5;
const LEAST = 3;
/** Of a ReplicaSet that nobody owns, which finds pods to adopt. */
const SET = 2;
/** Faults are over by 60 s; then elections, back-offs, reconnections and what waits for them need their time. */
const END_SECONDS = 500;

const budget: PodDisruptionBudget = {
  kind: 'PodDisruptionBudget',
  metadata: meta({ name: 'web' }),
  spec: { minAvailable: LEAST, selector: { matchLabels: { app: 'web' } } },
  status: {
    disruptionsAllowed: 0,
    currentHealthy: 0,
    desiredHealthy: 0,
    expectedPods: 0,
    disruptedPods: {},
    conditions: [],
  },
} as unknown as PodDisruptionBudget;

const doomed = deploymentNamed('gone', { replicas: 2 });
const set = makeReplicaSet('set', SET, { app: 'set' });
const adopts: ApiObject = {
  ...set,
  spec: { ...set.spec, template: { ...set.spec.template, metadata: { labels: { app: 'set' }, annotations: {} } } },
};
const MANIFESTS: readonly ApiObject[] = [
  adopts,
  makeNamespace(DOOMED),
  deploymentNamed('web', { replicas: REPLICAS }),
  { ...doomed, metadata: { ...doomed.metadata, namespace: DOOMED } },
  budget,
];

const trouble = fc.record({
  seed: fc.nat(),
  members: fc.constantFrom(1, 3, 5),
  apiServers: fc.constantFrom(1, 2),
  faults: troubles,
  /** When somebody evicts a pod, makes one that matches and that nobody owns, and deletes the namespace. Milliseconds. */
  evictions: fc.array(fc.integer({ min: 5_000, max: 60_000 }), { maxLength: 12 }),
  orphans: fc.array(fc.integer({ min: 5_000, max: 60_000 }), { maxLength: 3 }),
  deletion: fc.integer({ min: 8_000, max: 40_000 }),
});
type Trouble = typeof trouble extends fc.Arbitrary<infer T> ? T : never;

function play({ seed, members, apiServers, faults, evictions, orphans, deletion }: Trouble) {
  const simulation = faultyCluster({
    nodes: 3,
    manifests: MANIFESTS,
    faults: thatCanBe(faults, members),
    controlPlane: { etcd: etcdOf(members), apiServers, controllerManagers: 2 },
    seconds: END_SECONDS,
    seed: String(seed),
  });
  const { api, engine } = simulation;
  const commits: Commit[] = [];
  const evicted: { readonly uid: string; readonly response: Response }[] = [];
  api.observe((commit) => commits.push(commit));
  const timer = engine.on('test/timer', (_a, _b, act) => (act as () => void)());
  const at = (millis: number, act: () => void): void => {
    engine.at(Math.round(millis * 1_000), timer, 0, 0, act);
  };
  const client = api.client('somebody', undefined);
  evictions.forEach((millis, i) =>
    at(millis, () => {
      const pods = [...api.store.values('Pod')].filter(
        ({ metadata }) => metadata.namespace === 'default' && metadata.labels['app'] === 'web',
      );
      const pod = pods[i % Math.max(1, pods.length)];
      if (pod === undefined) return;
      const { uid } = pod.metadata;
      client.send({ verb: 'evict', key: keyOf(pod), uid }, (response) => evicted.push({ uid, response }));
    }),
  );
  orphans.forEach((millis, i) =>
    at(millis, () =>
      client.send({ verb: 'create', object: makePod(`orphan-${i}`, {}, { labels: { app: 'set' } }) }, () => undefined),
    ),
  );
  at(deletion, () => {
    const deleteIt = (): void =>
      client.send({ verb: 'delete', kind: 'Namespace', key: DOOMED }, ({ ok }) => {
        if (!ok && api.store.get('Namespace', DOOMED)?.metadata.deletionTimestamp === undefined)
          at(Math.floor(engine.now / 1_000) + 1_000, deleteIt);
      });
    deleteIt();
  });
  while (simulation.advance(Number.MAX_SAFE_INTEGER));
  return { simulation, commits, evicted };
}

/** C1: one controller at most, and none that does not match; who has one keeps it until it lets go. */
function judgeOwners(commits: readonly Commit[]): void {
  for (const { change } of commits) {
    const pod = change.object;
    if (pod.kind !== 'Pod') continue;
    const owners = pod.metadata.ownerReferences.filter(({ controller }) => controller === true);
    expect(owners.length).toBeLessThanOrEqual(1);
    const before = change.previous === undefined ? undefined : controllerOf((change.previous as Pod).metadata);
    const now = controllerOf(pod.metadata);
    if (before !== undefined && now !== undefined) expect(now.uid).toBe(before.uid);
    if (before !== undefined || now === undefined || change.type !== 'MODIFIED') continue;
    const owner = commits.find(({ change: { object } }) => object.metadata.uid === now.uid)!.change.object;
    expect(owner.kind).toBe('ReplicaSet');
    if (owner.kind === 'ReplicaSet') expect(compileLabelSelector(owner.spec.selector)(pod.metadata.labels)).toBe(true);
  }
}

/** C13: each eviction that is granted takes one of those that the budget allows, in one step. */
function judgeBudget(commits: readonly Commit[], evicted: ReturnType<typeof play>['evicted']): void {
  let allowed = 0;
  let taken = 0;
  for (const { change } of commits) {
    const one = change.object;
    if (one.kind !== 'PodDisruptionBudget') continue;
    const { disruptionsAllowed, disruptedPods = {} } = one.status;
    const before =
      change.previous === undefined ? {} : ((change.previous as PodDisruptionBudget).status.disruptedPods ?? {});
    const marked = Object.keys(disruptedPods).filter((name) => disruptedPods[name] !== before[name]);
    expect(marked.length).toBeLessThanOrEqual(1);
    if (marked.length === 1) {
      expect(allowed).toBeGreaterThanOrEqual(1);
      expect(disruptionsAllowed).toBe(allowed - 1);
      taken++;
    }
    allowed = disruptionsAllowed;
  }
  // A pod that is not ready yet goes without.
  const granted = new Set(evicted.filter(({ response }) => response.ok).map(({ uid }) => uid));
  const exempt = [...granted].filter((uid) => {
    const versions = commits.flatMap(({ change: { object } }) =>
      object.kind === 'Pod' && object.metadata.uid === uid ? [object] : [],
    );
    const asked = versions.findIndex(
      ({ metadata, status }) =>
        metadata.deletionTimestamp !== undefined || conditionOf(status.conditions, 'DisruptionTarget') !== undefined,
    );
    return asked < 0 || versions[asked - 1]!.status.phase !== 'Running' || !isPodReady(versions[asked - 1]!);
  });
  expect(taken).toBeGreaterThanOrEqual(granted.size - exempt.length);
}

/** C18: nothing is made in a namespace that goes, and it goes when it is empty. */
function judgeNamespace(commits: readonly Commit[]): void {
  const inside = new Set<string>();
  let isGoing = false;
  for (const { change } of commits) {
    const { object } = change;
    if (object.kind === 'Namespace' && object.metadata.name === DOOMED) {
      isGoing ||= object.metadata.deletionTimestamp !== undefined;
      if (change.type === 'DELETED') expect([...inside]).toEqual([]);
    }
    if (object.metadata.namespace !== DOOMED || object.kind === 'Event') continue;
    if (change.type === 'DELETED') inside.delete(object.metadata.uid);
    else inside.add(object.metadata.uid);
    if (change.type === 'ADDED') expect(isGoing, `${object.kind} ${object.metadata.name} is made`).toBe(false);
  }
  expect(isGoing).toBe(true);
}

describe('controllers of a control plane in trouble', () => {
  it('own what is theirs (C1), keep budgets (C13) and namespaces (C18), and resume what was pending (L6, L7)', () => {
    fc.assert(
      fc.property(trouble, (drawn) => {
        const { simulation, commits, evicted } = play(drawn);
        judgeOwners(commits);
        judgeBudget(commits, evicted);
        judgeNamespace(commits);
        const { store } = simulation.api;
        expect(store.get('Namespace', DOOMED)).toBeUndefined();
        const pods = [...store.values('Pod')];
        expect(pods.every(isPodReady)).toBe(true);
        expect(pods.length).toBe(REPLICAS + SET);
        const web = store.get('Deployment', 'default/web')!;
        expect(web.status).toMatchObject({ availableReplicas: REPLICAS, observedGeneration: web.metadata.generation });
      }),
      { numRuns: RUNS },
    );
  }, 3_600_000);
});

describe('an autoscaler under a steady load', () => {
  it('comes to what the load asks for, within its tolerance, and stays there (L9)', async () => {
    const story = fc.record({
      load: fc.integer({ min: 200, max: 9_000 }),
      target: fc.integer({ min: 30, max: 90 }),
      replicas: fc.integer({ min: 1, max: 12 }),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(story, async ({ load, target, replicas, seed }) => {
        const { commits } = await runText(
          `# Steady?
apiVersion: orrery.dev/v1
kind: Scenario
metadata: { name: steady }
spec:
  duration: 60m
  seed: ${seed}
  cluster: { nodes: [{ count: 3, capacity: { cpu: 64, memory: 128Gi, pods: 110 } }] }
  behaviour: [{ selector: { app: web }, usage: { shared: { cpu: [{ at: 0s, is: ${load}m }] } } }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: c, image: 'i:1', resources: { requests: { cpu: 1 } } }] }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  maxReplicas: 40
  metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: ${target} } } }]
`,
        );
        const sizes = commits.flatMap(({ change: { object }, committedAt }) =>
          object.kind === 'Deployment' ? [{ size: object.spec.replicas, at: committedAt / SECOND }] : [],
        );
        const { size } = sizes.at(-1)!;
        expect(sizes.find((one) => one.at > 1_800 && one.size !== size)).toBeUndefined();
        // Whole percents of what each pod requests, as the controller counts.
        const percent = Math.floor(load / 10 / size);
        const ratio = percent / target;
        if (size > 1) expect(ratio).toBeGreaterThan(0.9 - 1.01 / size - 1 / target);
        expect(ratio).toBeLessThanOrEqual(1.1 + 1 / target);
      }),
      { numRuns: process.env['ORRERY_LONG'] === undefined ? 25 : 500 },
    );
  }, 600_000);
});

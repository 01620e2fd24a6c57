import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CycleScratch } from '../src/policies/scheduling/framework/cycle-state.ts';
import { podInfoOf } from '../src/policies/scheduling/framework/pod-info.ts';
import type { Pod, PodAffinityTerm, PodSpec, TopologySpreadConstraint } from '../src/sim/api/pod.ts';
import { putNode } from './doubles/one-plugin.ts';
import { podOf, SchedulingWorld } from './doubles/scheduling-world.ts';
import {
  mayRunOn,
  type ClusterModel,
  type NodeModel,
  type PodModel,
  type SpreadModel,
  type TermModel,
} from './oracle/feasible-nodes.ts';

/** Filters against brute force: of every node, the scheduler and the definition must say the same. */

const APPS = ['a', 'b', 'c'];
const NAMESPACES = ['default', 'other'];
const ZONES = ['x', 'y', 'z'];
const KEYS = ['zone', 'rack', 'kubernetes.io/hostname'];
const TAINTS = ['k', 'l'];

const term: fc.Arbitrary<TermModel> = fc.record({
  app: fc.constantFrom(...APPS),
  key: fc.constantFrom(...KEYS),
  namespaces: fc.option(fc.subarray(NAMESPACES, { minLength: 1 }), { nil: undefined, freq: 2 }),
});

const hostPort = fc.record({
  port: fc.constantFrom(80, 81),
  ip: fc.constantFrom('0.0.0.0', '10.0.0.1', '10.0.0.2'),
  udp: fc.boolean(),
});

const spread: fc.Arbitrary<SpreadModel> = fc.record({
  key: fc.constantFrom('zone', 'rack'),
  maxSkew: fc.integer({ min: 1, max: 2 }),
  app: fc.constantFrom(...APPS),
  minDomains: fc.integer({ min: 1, max: 4 }),
  honorsTaints: fc.boolean(),
  honorsAffinity: fc.boolean(),
});

const zoneLists = fc.array(fc.subarray(ZONES), { minLength: 1, maxLength: 2 });

const rarely = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant<T[]>([]) }, { weight: 2, arbitrary: fc.array(value, { maxLength: 2 }) });

/** What a question is about: everything else stays out of the way, so that each rule has its say. */
const TOPICS = ['room', 'node object', 'ports', 'spread', 'affinity', 'everything'] as const;
type Topic = (typeof TOPICS)[number];

const about = <T>(topic: Topic, wanted: readonly Topic[], value: fc.Arbitrary<T>, otherwise: T): fc.Arbitrary<T> =>
  topic === 'everything' || wanted.includes(topic) ? value : fc.constant(otherwise);

function pods(topic: Topic, nodes: number | undefined): fc.Arbitrary<Omit<PodModel, 'name'>> {
  const isRoom = <T>(value: fc.Arbitrary<T>, otherwise: T): fc.Arbitrary<T> => about(topic, ['room'], value, otherwise);
  return fc.record({
    namespace: fc.constantFrom(...NAMESPACES),
    app: fc.constantFrom(...APPS),
    milliCpu: isRoom(fc.constantFrom(0, 100, 500, 1000), 0),
    mebibytes: isRoom(fc.constantFrom(0, 64, 512), 0),
    gpus: isRoom(fc.constantFrom(0, 0, 0, 1), 0),
    hostPorts: about(topic, ['ports'], rarely(hostPort), []),
    tolerates: fc.subarray(['k', 'l', '*', 'node.kubernetes.io/unschedulable'], { maxLength: 2 }),
    disk: about(
      topic,
      ['node object'],
      fc.option(fc.constantFrom('ssd', 'hdd'), { nil: undefined, freq: 1 }),
      undefined,
    ),
    zones: about(topic, ['node object', 'spread'], fc.option(zoneLists, { nil: undefined, freq: 1 }), undefined),
    near: about(topic, ['affinity'], rarely(term), []),
    far: about(topic, ['affinity'], rarely(term), []),
    spread: about(topic, ['spread'], fc.uniqueArray(spread, { maxLength: 2, selector: ({ key }) => key }), []),
    isTerminating: fc.boolean(),
    node:
      nodes === undefined ? fc.constant(undefined) : fc.nat({ max: nodes - 1 }).map((i): string | undefined => `n${i}`),
  });
}

const node: fc.Arbitrary<Omit<NodeModel, 'name'>> = fc.record({
  labels: fc.record(
    { zone: fc.constantFrom(...ZONES), rack: fc.constantFrom('r', 's'), disk: fc.constantFrom('ssd', 'hdd') },
    { requiredKeys: [] },
  ),
  milliCpu: fc.constantFrom(500, 1000, 2000),
  mebibytes: fc.constantFrom(256, 1024),
  gpus: fc.constantFrom(0, 1, 2),
  pods: fc.constantFrom(1, 3, 110),
  taints: rarely(
    fc.record({
      key: fc.constantFrom(...TAINTS),
      effect: fc.constantFrom('NoSchedule', 'PreferNoSchedule', 'NoExecute'),
    }),
  ),
  isCordoned: fc.integer({ min: 0, max: 5 }).map((value) => value === 0),
});

const question: fc.Arbitrary<{ readonly cluster: ClusterModel; readonly pod: PodModel }> = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.constantFrom(...TOPICS))
  .chain(([count, topic]) =>
    fc.record({
      nodes: fc.array(node, { minLength: count, maxLength: count }),
      running: fc.array(pods(topic, count), { maxLength: 8 }),
      pod: pods(topic, undefined),
    }),
  )
  .map(({ nodes, running, pod }) => ({
    cluster: {
      nodes: nodes.map((one, i) => {
        const name = `n${i}`;
        return { ...one, name, labels: { ...one.labels, 'kubernetes.io/hostname': name } };
      }),
      pods: running.map((one, i) => ({ ...one, name: `p${i}` })),
    },
    pod: { ...pod, name: 'incoming' },
  }));

function affinityTerm({ app, key, namespaces }: TermModel): PodAffinityTerm {
  return {
    topologyKey: key,
    labelSelector: { matchLabels: { app } },
    ...(namespaces === undefined ? {} : { namespaces }),
  };
}

function specOf(pod: PodModel): Partial<PodSpec> {
  const required = (
    terms: readonly TermModel[],
  ): { requiredDuringSchedulingIgnoredDuringExecution: PodAffinityTerm[] } => ({
    requiredDuringSchedulingIgnoredDuringExecution: terms.map(affinityTerm),
  });
  const nodeAffinity = pod.zones && {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: pod.zones.map((values) => ({
        matchExpressions: [
          { key: 'zone', operator: 'In' as const, values: values.length === 0 ? ['nowhere'] : values },
        ],
      })),
    },
  };
  return {
    containers: [
      {
        name: 'c',
        image: 'i',
        resources: {
          requests: {
            cpu: `${pod.milliCpu}m`,
            memory: `${pod.mebibytes}Mi`,
            ...(pod.gpus === 0 ? {} : { 'example.com/gpu': String(pod.gpus) }),
          },
        },
        ports: pod.hostPorts.map(({ port, ip, udp }) => ({
          containerPort: port,
          hostPort: port,
          ...(ip === '0.0.0.0' ? {} : { hostIP: ip }),
          ...(udp ? { protocol: 'UDP' as const } : {}),
        })),
      },
    ],
    tolerations: pod.tolerates.map((key) => ({ operator: 'Exists' as const, ...(key === '*' ? {} : { key }) })),
    ...(pod.disk === undefined ? {} : { nodeSelector: { disk: pod.disk } }),
    affinity: {
      ...(nodeAffinity === undefined ? {} : { nodeAffinity }),
      ...(pod.near.length === 0 ? {} : { podAffinity: required(pod.near) }),
      ...(pod.far.length === 0 ? {} : { podAntiAffinity: required(pod.far) }),
    },
    topologySpreadConstraints: pod.spread.map(
      ({ key, maxSkew, app, minDomains, honorsTaints, honorsAffinity }): TopologySpreadConstraint => ({
        topologyKey: key,
        maxSkew,
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { app } },
        minDomains,
        nodeTaintsPolicy: honorsTaints ? 'Honor' : 'Ignore',
        nodeAffinityPolicy: honorsAffinity ? 'Honor' : 'Ignore',
      }),
    ),
  };
}

function worldOf({ nodes, pods: running }: ClusterModel): SchedulingWorld {
  const world = new SchedulingWorld();
  for (const { name, labels, milliCpu, mebibytes, gpus, pods: room, taints, isCordoned } of nodes) {
    putNode(world, name, {
      exactLabels: labels,
      allocatable: {
        cpu: `${milliCpu}m`,
        memory: `${mebibytes}Mi`,
        pods: String(room),
        ...(gpus === 0 ? {} : { 'example.com/gpu': String(gpus) }),
      },
      spec: { taints, unschedulable: isCordoned },
    });
  }
  for (const pod of running) world.pod(pod.name, { ...wishOf(pod), node: pod.node! });
  return world;
}

function wishOf(pod: PodModel): Parameters<typeof podOf>[1] {
  return {
    namespace: pod.namespace,
    labels: { app: pod.app },
    spec: { ...specOf(pod), ...(pod.node === undefined ? {} : { nodeName: pod.node }) },
    ...(pod.isTerminating && pod.node !== undefined ? { deletionTimestamp: 1 } : {}),
  };
}

/** Nodes that the plain filters take. */
function taken(world: SchedulingWorld, pod: Pod): string[] {
  const framework = world.policy.frameworkFor(pod);
  const { nodes } = world.policy.cache.refresh();
  const state = new CycleScratch();
  const info = podInfoOf(pod);
  expect(framework.runPreFilter(state, info).status).toBe(undefined);
  return nodes.filter((one) => framework.runFilter(state, info, one) === undefined).map((one) => one.name);
}

const numRuns = process.env['ORRERY_LONG'] === undefined ? 600 : 20_000;

test('filters take exactly the nodes that brute force takes, and a placement goes to one of them', () => {
  let takenAtAll = 0;
  let refused = 0;
  fc.assert(
    fc.property(question, ({ cluster, pod }) => {
      const world = worldOf(cluster);
      const incoming = podOf(pod.name, wishOf(pod));
      const expected = cluster.nodes.filter((one) => mayRunOn(cluster, pod, one)).map((one) => one.name);
      const found = taken(world, incoming);
      expect([...found].sort()).toEqual(expected);
      world.add(incoming);
      const decision = world.decide(incoming);
      if (expected.length === 0) expect(decision.kind).toBe('unschedulable');
      else expect(expected).toContain(decision.kind === 'node' ? decision.nodeName : decision.kind);
      takenAtAll += expected.length;
      refused += cluster.nodes.length - expected.length;
    }),
    { numRuns },
  );
  // Both answers must be frequent, or nothing was tried.
  expect(takenAtAll).toBeGreaterThan(numRuns / 8);
  expect(refused).toBeGreaterThan(numRuns / 2);
});

import { FAIR, nameOf, NAMESPACES, namespaceObjects, node, nodes, unlike, type Weather } from './cluster.ts';
import { configuration } from './configuration.ts';
import type { Draw, Json } from './draw.ts';
import { onNode, ORDINARY, pod, selector, type Habits } from './pods.ts';
import { sequence } from './sequences.ts';
import { storage } from './storage.ts';

const CALM: Habits = { oddResources: 0, sidecars: 0, tolerations: 5, nodeAffinity: 0, spread: 0, peers: 0, ports: 0 };

interface Kind {
  readonly weather?: Partial<Weather>;
  /** Of the incoming pod, and of those on nodes. */
  readonly habits?: Partial<Habits>;
  readonly neighbours?: Partial<Habits>;
  readonly configured?: boolean;
  readonly pods?: number;
}

/** A cluster with pods on its nodes and one that comes in. */
function cluster(draw: Draw, { weather = {}, habits = {}, neighbours = {}, configured = false, pods = 3 }: Kind): Json {
  const made = nodes(draw, { ...FAIR, ...weather });
  const names = made.map(nameOf);
  const there = names.flatMap((name) =>
    draw.times(0, pods, () => onNode(draw, pod(draw, { ...CALM, ...neighbours }, names), name)),
  );
  return {
    ...(configured ? { configuration: configuration(draw) } : {}),
    ...draw.maybe(60, 'nextStartNodeIndex', () => draw.below(made.length)),
    namespaces: namespaceObjects(draw),
    nodes: made,
    pods: there,
    pod: pod(draw, { ...CALM, ...habits }, names),
  };
}

function withOwners(draw: Draw, drawn: Json): Json {
  const { metadata } = drawn['pod'] as { metadata: Json };
  const { namespace } = metadata;
  const kind = draw.of('ReplicaSet', 'StatefulSet', 'ReplicationController', 'none');
  const of = draw.of('ours', 'gone');
  if (kind !== 'none') {
    const apiVersion = kind === 'ReplicationController' ? 'v1' : 'apps/v1';
    metadata['ownerReferences'] = [{ apiVersion, kind, name: of, uid: 'u', controller: draw.chance(90) }];
  }
  const workload = (spec: Json): Json[] => [{ metadata: { name: 'ours', namespace }, spec }];
  const services = draw.times(0, 3, (i) => ({
    metadata: { name: `s${i}`, namespace: draw.of(namespace, ...NAMESPACES) },
    spec: { selector: draw.of({ release: 'stable' }, { 'app.kubernetes.io/name': 'cart' }, metadata['labels'], {}) },
  }));
  const labelSelector = selector(draw) ?? { matchLabels: { release: 'stable' } };
  return {
    ...drawn,
    services,
    replicaSets: workload({ selector: labelSelector }),
    statefulSets: workload({ selector: labelSelector, serviceName: 'x' }),
    replicationControllers: workload({ selector: { release: 'canary' } }),
  };
}

function withStorage(draw: Draw, drawn: Json): Json {
  const { metadata, spec } = drawn['pod'] as { metadata: Json; spec: Json };
  const names = (drawn['nodes'] as Json[]).map(nameOf);
  const { namespace, name } = metadata as { namespace: string; name: string };
  const { lists, volumes } = storage(draw, names, name, namespace);
  spec['volumes'] = volumes;
  // Others mount the same claims.
  for (const other of draw.some(25, drawn['pods'] as Json[])) {
    const { metadata: of, spec: mounts } = other as { metadata: Json; spec: Json };
    if (of['namespace'] !== namespace) continue;
    mounts['volumes'] = [{ name: 'm', persistentVolumeClaim: { claimName: draw.of('data-0', 'data-1') } }];
  }
  const attachments = draw.times(0, 4, (i) => ({
    metadata: { name: `attached-${i}` },
    spec: {
      attacher: draw.of('disk.csi.cloud.example', 'nfs.csi.k8s.io'),
      nodeName: draw.of(...names),
      source: { persistentVolumeName: `pv-${i}` },
    },
    status: { attached: true },
  }));
  return { ...drawn, ...lists, volumeAttachments: attachments };
}

/** Nodes filled to the brim with pods that an important one may drive away. */
function crowded(draw: Draw, habits: Partial<Habits>): Json {
  const made = nodes(draw, { ...FAIR, taints: 8, cordoned: 4 }, 3, 14).map((one) => ({
    ...one,
    status: { allocatable: { cpu: draw.of('2', '4'), memory: '16Gi', pods: draw.of('3', '110', '110') } },
  }));
  const names = made.map(nameOf);
  const request = (cpu: string): Json => ({
    containers: [{ name: 'c', image: 'i', resources: { requests: { cpu } } }],
  });
  const there = names.flatMap((name) =>
    draw.times(2, 9, () => {
      const priority = draw.of<Json>({}, { priority: 0 }, { priority: 5 }, { priority: 500 }, { priority: -7 });
      const spec = { ...request(draw.of('300m', '500m', '900m', '1400m')), ...priority };
      return onNode(draw, pod(draw, { ...CALM, ...habits }, names, spec), name);
    }),
  );
  const waiting = draw.times(0, 3, () => {
    const spec = { ...request(draw.of('500m', '1')), priority: draw.of(0, 900, 5000) };
    return { ...pod(draw, CALM, names, spec), status: { nominatedNodeName: draw.of(...names) } };
  });
  const budgets = draw.times(0, 4, (i) => ({
    metadata: { name: `b${i}`, namespace: draw.of(...NAMESPACES) },
    spec: { minAvailable: 1, ...draw.maybe(90, 'selector', () => selector(draw) ?? {}) },
    status: { disruptionsAllowed: draw.of(0, 0, 1, 3) },
  }));
  const incoming = pod(draw, { ...CALM, ...habits }, names, {
    ...request(draw.of('1', '1800m', '2500m')),
    priority: draw.of(100, 1000, 1000, 4),
    ...draw.maybe(8, 'preemptionPolicy', () => 'Never'),
  });
  if (draw.chance(12)) incoming['status'] = { nominatedNodeName: draw.of(...names) };
  return {
    ...draw.maybe(40, 'configuration', () => configuration(draw)),
    namespaces: namespaceObjects(draw),
    nodes: made,
    pods: [...there, ...waiting],
    podDisruptionBudgets: budgets,
    pod: incoming,
  };
}

/** So many nodes that a search ends early. */
function sampled(draw: Draw): Json {
  const weather = { ...FAIR, taints: 5, images: 3 };
  const made = unlike(
    Array.from({ length: draw.between(101, 420) }, (_, i) => node(draw, weather, i)),
    nameOf,
  );
  const names = made.map(nameOf);
  const there = draw.some(50, names).map((name) => onNode(draw, pod(draw, { ...CALM, peers: 5 }, names), name));
  return {
    ...draw.maybe(50, 'configuration', () => configuration(draw)),
    nextStartNodeIndex: draw.below(made.length),
    namespaces: namespaceObjects(draw),
    nodes: made,
    pods: there,
    pod: pod(draw, { ...ORDINARY, nodeAffinity: 30 }, names),
  };
}

const EVERYTHING: Kind = {
  weather: { taints: 20, accelerators: 30, images: 20 },
  habits: { oddResources: 30, sidecars: 40, tolerations: 50, nodeAffinity: 30, spread: 40, peers: 40, ports: 20 },
  neighbours: ORDINARY,
};

/** What cases are about, by name. */
export const SHAPES: ReadonlyMap<string, (draw: Draw) => Json> = new Map<string, (draw: Draw) => Json>([
  [
    'amounts',
    (draw) =>
      cluster(draw, {
        weather: { accelerators: 60 },
        habits: { oddResources: 90, sidecars: 60 },
        neighbours: { oddResources: 40, sidecars: 30 },
      }),
  ],
  [
    'amounts-configured',
    (draw) =>
      cluster(draw, {
        configured: true,
        weather: { accelerators: 60 },
        habits: { oddResources: 60 },
        neighbours: { oddResources: 40 },
      }),
  ],
  ['taints', (draw) => cluster(draw, { weather: { taints: 75, cordoned: 15 }, habits: { tolerations: 95 } })],
  ['node-labels', (draw) => cluster(draw, { habits: { nodeAffinity: 95 }, weather: { zones: 60 } })],
  [
    'spread',
    (draw) =>
      cluster(draw, { habits: { spread: 100, nodeAffinity: 20, tolerations: 30 }, weather: { taints: 25 }, pods: 5 }),
  ],
  ['default-spread', (draw) => withOwners(draw, cluster(draw, { configured: draw.chance(50), pods: 5 }))],
  [
    'peers',
    (draw) =>
      cluster(draw, { habits: { peers: 100 }, neighbours: { peers: 45 }, configured: draw.chance(30), pods: 4 }),
  ],
  [
    'ports-and-images',
    (draw) =>
      cluster(draw, { habits: { ports: 90, sidecars: 40 }, neighbours: { ports: 50 }, weather: { images: 80 } }),
  ],
  ['storage', (draw) => withStorage(draw, cluster(draw, {}))],
  ['eviction', (draw) => crowded(draw, {})],
  ['eviction-with-terms', (draw) => crowded(draw, { spread: 35, peers: 35, ports: 15, nodeAffinity: 15 })],
  ['sampled', sampled],
  ['sequence', sequence],
  ['everything', (draw) => withOwners(draw, withStorageSometimes(draw, cluster(draw, EVERYTHING)))],
  ['everything-configured', (draw) => withOwners(draw, cluster(draw, { ...EVERYTHING, configured: true }))],
]);

function withStorageSometimes(draw: Draw, drawn: Json): Json {
  return draw.chance(25) ? withStorage(draw, drawn) : drawn;
}

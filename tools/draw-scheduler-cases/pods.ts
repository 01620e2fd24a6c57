import { ACCELERATORS, HOSTNAME, NAMESPACES, PULLED, REGION, ROW, TAINT_KEYS, ZONE, ZONES } from './cluster.ts';
import type { Draw, Json } from './draw.ts';

/** How often pods have what, in hundredths. */
export interface Habits {
  readonly oddResources: number;
  readonly sidecars: number;
  readonly tolerations: number;
  readonly nodeAffinity: number;
  readonly spread: number;
  readonly peers: number;
  readonly ports: number;
}

export const ORDINARY: Habits = {
  oddResources: 15,
  sidecars: 15,
  tolerations: 20,
  nodeAffinity: 10,
  spread: 10,
  peers: 10,
  ports: 5,
};

const APP = 'app.kubernetes.io/name';
const APPS = ['cart', 'search', 'ledger', 'mail'];

export function labels(draw: Draw): Json {
  return {
    ...draw.maybe(90, APP, () => draw.of(...APPS)),
    ...draw.maybe(60, 'release', () => draw.of('stable', 'canary', 'v2.0')),
    ...draw.maybe(20, 'tier', () => draw.of('', 'web')),
  };
}

export function selector(draw: Draw): Json | null {
  const expression = (): Json => {
    const operator = draw.of('In', 'NotIn', 'Exists', 'DoesNotExist');
    const key = draw.of(APP, APP, 'release', 'tier', 'nobody-has-this');
    const values = draw.of(['cart'], ['stable', 'canary'], ['ledger', 'mail', 'cart'], ['']);
    return { key, operator, ...(operator.endsWith('In') ? { values } : {}) };
  };
  switch (draw.below(10)) {
    case 0:
      return {};
    case 1:
      return null;
    case 2:
    case 3:
      return { matchExpressions: draw.times(1, 2, expression) };
    case 4:
      return { matchLabels: { [APP]: draw.of(...APPS) }, matchExpressions: [expression()] };
    case 5:
      return { matchLabels: { release: draw.of('stable', 'canary'), [APP]: draw.of(...APPS) } };
    default:
      return { matchLabels: { [APP]: draw.of(...APPS) } };
  }
}

function requests(draw: Draw, odd: boolean): Json {
  const asked: Json = {
    ...draw.maybe(85, 'cpu', () => draw.of('1m', '50m', '100m', '350m', '1', '1750m', '3')),
    ...draw.maybe(85, 'memory', () => draw.of('1', '31Mi', '200M', '700Mi', '1Gi', '3221225472')),
  };
  if (!odd) return asked;
  return {
    ...asked,
    ...draw.maybe(30, 'cpu', () => draw.of('0', '0.0001', '1n', '17', '1e-1', '1001')),
    ...draw.maybe(30, 'memory', () => draw.of('0', '1500m', '1e9', '900Gi', '3Pi')),
    ...draw.maybe(40, 'ephemeral-storage', () => draw.of('0', '1Ki', '8G', '11Gi')),
    ...draw.maybe(50, draw.of(...ACCELERATORS.filter((name) => !name.startsWith('huge'))), () =>
      draw.of('0', '1', '2', '9'),
    ),
    ...draw.maybe(15, 'hugepages-2Mi', () => draw.of('2Mi', '128Mi')),
    ...draw.maybe(10, 'nobody.example/has-this', () => '1'),
  };
}

function container(draw: Draw, habits: Habits, name: string): Json {
  const odd = draw.chance(habits.oddResources);
  return {
    name,
    image: draw.of(...PULLED, 'nginx:latest', 'never-pulled:1', 'registry.local:5000/z'),
    ...draw.maybe(92, 'resources', () => ({ requests: requests(draw, odd) })),
    ...draw.maybe(habits.ports, 'ports', () =>
      draw.times(1, 2, () => ({
        containerPort: 1 + draw.unique(),
        ...draw.maybe(85, 'hostPort', () => draw.of(80, 8080, 9100)),
        ...draw.maybe(40, 'protocol', () => draw.of('TCP', 'UDP', 'SCTP')),
        ...draw.maybe(40, 'hostIP', () => draw.of('127.0.0.1', '0.0.0.0', '10.1.1.1')),
      })),
    ),
  };
}

function toleration(draw: Draw): Json {
  if (draw.chance(8))
    return { operator: 'Exists', ...draw.maybe(40, 'effect', () => draw.of('NoSchedule', 'NoExecute')) };
  const exists = draw.chance(40);
  return {
    key: draw.of(...TAINT_KEYS),
    ...(exists
      ? { operator: 'Exists' }
      : {
          ...draw.maybe(60, 'operator', () => 'Equal'),
          ...draw.maybe(80, 'value', () => draw.of('yes', '7', 'team-x')),
        }),
    ...draw.maybe(65, 'effect', () => draw.of('NoSchedule', 'NoExecute', 'PreferNoSchedule')),
  };
}

function nodeExpression(draw: Draw): Json {
  const operator = draw.of('In', 'In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt');
  if (operator === 'Gt' || operator === 'Lt')
    return { key: 'cores', operator, values: [draw.of('0', '15', '-4', '1000000')] };
  const key = draw.of(ZONE, ROW, 'arch', 'cores', HOSTNAME);
  const values =
    key === ZONE ? draw.some(50, ZONES) : key === ROW ? ['row-1', 'row-3'] : draw.of(['arm64'], ['amd64', '4'], ['16']);
  if (operator === 'Exists' || operator === 'DoesNotExist') return { key, operator };
  return { key, operator, values: values.length > 0 ? values : ['basement'] };
}

function nodeTerm(draw: Draw, names: readonly string[]): Json {
  return {
    ...draw.maybe(90, 'matchExpressions', () => draw.times(1, 2, () => nodeExpression(draw))),
    ...draw.maybe(8, 'matchFields', () => [
      { key: 'metadata.name', operator: draw.of('In', 'NotIn'), values: [draw.of(...names)] },
    ]),
  };
}

export function nodeAffinity(draw: Draw, names: readonly string[]): Json {
  return {
    ...draw.maybe(60, 'requiredDuringSchedulingIgnoredDuringExecution', () => ({
      nodeSelectorTerms: draw.times(1, 3, () => nodeTerm(draw, names)),
    })),
    ...draw.maybe(65, 'preferredDuringSchedulingIgnoredDuringExecution', () =>
      draw.times(1, 3, () => ({
        weight: draw.of(1, 2, 33, 100),
        preference: { matchExpressions: draw.times(1, 2, () => nodeExpression(draw)) },
      })),
    ),
  };
}

function peerTerm(draw: Draw): Json {
  return {
    topologyKey: draw.of(HOSTNAME, ZONE, ZONE, ROW, REGION, 'arch'),
    labelSelector: selector(draw),
    ...draw.maybe(20, 'namespaces', () => draw.of(['payments'], ['default', 'batch-7'], ['not-there'])),
    ...draw.maybe(20, 'namespaceSelector', () =>
      draw.of({}, { matchLabels: { owner: 'shop' } }, { matchExpressions: [{ key: 'pci', operator: 'DoesNotExist' }] }),
    ),
  };
}

export function peers(draw: Draw): Json {
  const side = (required: number): Json => ({
    ...draw.maybe(required, 'requiredDuringSchedulingIgnoredDuringExecution', () =>
      draw.times(1, 2, () => peerTerm(draw)),
    ),
    ...draw.maybe(60, 'preferredDuringSchedulingIgnoredDuringExecution', () =>
      draw.times(1, 2, () => ({ weight: draw.of(1, 17, 100), podAffinityTerm: peerTerm(draw) })),
    ),
  });
  return { ...draw.maybe(60, 'podAffinity', () => side(35)), ...draw.maybe(60, 'podAntiAffinity', () => side(40)) };
}

export function spread(draw: Draw): Json[] {
  const seen = new Set<string>();
  return draw
    .times(1, 3, () => {
      const whenUnsatisfiable = draw.of('DoNotSchedule', 'ScheduleAnyway');
      return {
        maxSkew: draw.of(1, 1, 2, 4, 9),
        topologyKey: draw.of(HOSTNAME, ZONE, ZONE, ROW, REGION),
        whenUnsatisfiable,
        labelSelector: selector(draw),
        ...(whenUnsatisfiable === 'DoNotSchedule' ? draw.maybe(30, 'minDomains', () => draw.of(1, 2, 4, 7)) : {}),
        ...draw.maybe(30, 'nodeAffinityPolicy', () => draw.of('Honor', 'Ignore')),
        ...draw.maybe(30, 'nodeTaintsPolicy', () => draw.of('Honor', 'Ignore')),
      } as Json;
    })
    .filter(({ topologyKey, whenUnsatisfiable }) => {
      const key = `${String(topologyKey)} ${String(whenUnsatisfiable)}`;
      return !seen.has(key) && seen.add(key);
    })
    .map((one) => (one['labelSelector'] === null || !draw.chance(15) ? one : { ...one, matchLabelKeys: ['tier'] }))
    .filter(
      (one) => !JSON.stringify(one['labelSelector'] ?? {}).includes('"tier"') || one['matchLabelKeys'] === undefined,
    );
}

/** A pod of any kind; `more` goes over its spec. */
export function pod(draw: Draw, habits: Habits, nodeNames: readonly string[], more: Json = {}): Json {
  const name = `${draw.of('job', 'svc', 'a.b')}-${draw.unique()}`;
  const sidecar = (): Json => ({ ...container(draw, habits, 'proxy'), restartPolicy: 'Always' });
  const init = draw.chance(habits.sidecars)
    ? [
        ...draw.times(0, 1, () => container(draw, habits, 'setup')),
        ...draw.times(0, 1, sidecar),
        ...draw.times(0, 1, () => container(draw, habits, 'migrate')),
      ]
    : [];
  const affinity = {
    ...draw.maybe(habits.nodeAffinity, 'nodeAffinity', () => nodeAffinity(draw, nodeNames)),
    ...(draw.chance(habits.peers) ? peers(draw) : {}),
  };
  return {
    metadata: { name, namespace: draw.of(...NAMESPACES), labels: labels(draw) },
    spec: {
      containers: draw.times(1, 2, (i) => container(draw, habits, `c${i}`)),
      ...(init.length > 0 ? { initContainers: init } : {}),
      ...(Object.keys(affinity).length > 0 ? { affinity } : {}),
      ...draw.maybe(habits.tolerations, 'tolerations', () => draw.times(1, 3, () => toleration(draw))),
      ...draw.maybe(habits.nodeAffinity, 'nodeSelector', () =>
        draw.of({ arch: 'amd64' }, { [ROW]: 'row-2' }, { [ZONE]: draw.of(...ZONES) }),
      ),
      ...draw.maybe(habits.spread, 'topologySpreadConstraints', () => spread(draw)),
      ...draw.maybe(habits.oddResources, 'overhead', () =>
        draw.of({ cpu: '250m' }, { memory: '120Mi', cpu: '10m' }, { 'amd.com/gpu': '1' }),
      ),
      ...draw.maybe(habits.oddResources, 'resources', () => ({
        requests: draw.of(
          { cpu: '2' },
          { memory: '4Gi' },
          { cpu: '100m', memory: '5Gi' },
          { 'hugepages-2Mi': '4Mi', cpu: '1' },
        ),
      })),
      ...draw.maybe(60, 'priority', () => draw.of(0, 10, 1000, -100)),
      ...more,
    },
  };
}

/** The pod on a node, in the state that its node reports. */
export function onNode(draw: Draw, pod: Json, nodeName: string): Json {
  const { metadata, spec } = pod as { metadata: Json; spec: Json };
  return {
    metadata: { ...metadata, ...draw.maybe(5, 'deletionTimestamp', () => '2026-03-01T10:00:00Z') },
    spec: { ...spec, nodeName },
    status: {
      ...draw.maybe(
        90,
        'startTime',
        () => `2026-02-${String(draw.between(10, 28))}T0${draw.below(10)}:00:0${draw.below(10)}Z`,
      ),
      ...draw.maybe(80, 'phase', () => 'Running'),
    },
  };
}

import type { Draw, Json } from './draw.ts';

export const HOSTNAME = 'kubernetes.io/hostname';
export const ZONE = 'topology.kubernetes.io/zone';
export const REGION = 'topology.kubernetes.io/region';
export const OLD_ZONE = 'failure-domain.beta.kubernetes.io/zone';
export const OLD_REGION = 'failure-domain.beta.kubernetes.io/region';
export const ROW = 'dc.example.org/row';
export const ZONES = ['eu-north-1a', 'eu-north-1b', 'eu-north-1c', 'basement'];
export const NAMESPACES = ['default', 'payments', 'batch-7', 'kube-system'];
export const ACCELERATORS = ['amd.com/gpu', 'hugepages-2Mi', 'smarter-devices/fuse', 'squat.ai/video'];
export const TAINT_KEYS = ['node.kubernetes.io/unreachable', 'pool', 'example.org/reserved', 'maintenance'];
export const PULLED = [
  'docker.io/library/redis:7',
  'ghcr.io/acme/shop:1.4.2',
  'nginx',
  'quay.io/x/y@sha256:'.padEnd(78, 'a'),
];

/** How often nodes and pods have what, in hundredths. */
export interface Weather {
  readonly taints: number;
  readonly cordoned: number;
  readonly accelerators: number;
  readonly images: number;
  readonly zones: number;
  /** Of a node's room, how many hundredths are filled at most. */
  readonly load: number;
}

export const FAIR: Weather = { taints: 15, cordoned: 5, accelerators: 20, images: 10, zones: 85, load: 70 };

export function node(draw: Draw, weather: Weather, i: number): Json {
  const name = draw.of(
    `ip-10-0-${i}-7.eu.compute.internal`,
    `metal${i}`,
    `gke-pool-${'abc'[i % 3]}-${i}`,
    `w-${i * 7919}`,
  );
  const zone = draw.of(...ZONES);
  const labels: Json = {
    ...draw.maybe(92, HOSTNAME, () => (draw.chance(95) ? name : 'shared-host')),
    ...(draw.chance(weather.zones) ? { [ZONE]: zone, ...draw.maybe(60, REGION, () => draw.of('eu', 'us')) } : {}),
    ...draw.maybe(12, OLD_ZONE, () => draw.of(zone, ...ZONES)),
    ...draw.maybe(8, OLD_REGION, () => 'eu'),
    ...draw.maybe(70, ROW, () => `row-${draw.below(5)}`),
    ...draw.maybe(50, 'cores', () => draw.of('4', '16', '064', '-3', 'many', '9223372036854775807', '')),
    ...draw.maybe(50, 'arch', () => draw.of('arm64', 'amd64', 's390x')),
  };
  const allocatable: Json = {
    cpu: draw.of('0', '500m', '1930m', '3', '4', '7910m', '16', '95', '255500m'),
    memory: draw.of('0', '511Mi', '3977212Ki', '8G', '15258789063', '16Gi', '64Gi', '1T', '4Pi'),
    pods: draw.of('0', '1', '4', '17', '110', '110', '256'),
    ...draw.maybe(70, 'ephemeral-storage', () => draw.of('9Gi', '18242267924', '100G', '2Ti')),
  };
  for (const name of draw.some(weather.accelerators, ACCELERATORS)) {
    allocatable[name] = name.startsWith('huge') ? draw.of('0', '64Mi', '1Gi') : draw.of('0', '1', '3', '8', '5000');
  }
  const taints = draw.chance(weather.taints) ? draw.times(1, 3, () => taint(draw)) : [];
  return {
    metadata: { name, labels },
    spec: {
      ...(taints.length > 0 ? { taints: unlike(taints, ({ key, effect }) => `${String(key)} ${String(effect)}`) } : {}),
      ...draw.maybe(weather.cordoned, 'unschedulable', () => true),
    },
    status: {
      allocatable,
      ...draw.maybe(weather.images, 'images', () =>
        unlike(
          draw.times(1, 4, () => ({
            names: [draw.of(...PULLED)],
            sizeBytes: draw.of(1, 5e6, 23e6, 24e6, 4e8, 999e6, 7e9),
          })),
          ({ names }) => String(names),
        ),
      ),
    },
  };
}

function taint(draw: Draw): Json {
  return {
    key: draw.of(...TAINT_KEYS),
    ...draw.maybe(70, 'value', () => draw.of('yes', '7', '', 'team-x')),
    effect: draw.of('NoSchedule', 'NoExecute', 'PreferNoSchedule', 'PreferNoSchedule'),
  };
}

/** Without members whose key another has had. */
export function unlike<T>(list: readonly T[], keyOf: (one: T) => string): T[] {
  const seen = new Set<string>();
  return list.filter((one) => !seen.has(keyOf(one)) && seen.add(keyOf(one)));
}

export function nodes(draw: Draw, weather: Weather, least = 3, most = 28): Json[] {
  return draw.times(least, most, (i) => node(draw, weather, i));
}

export const nameOf = (object: Json): string => String((object['metadata'] as Json)['name']);

export function namespaceObjects(draw: Draw): Json[] {
  return NAMESPACES.map((name) => ({
    metadata: {
      name,
      labels: {
        'kubernetes.io/metadata.name': name,
        ...draw.maybe(60, 'owner', () => draw.of('shop', 'infra')),
        ...draw.maybe(30, 'pci', () => 'true'),
      },
    },
  }));
}

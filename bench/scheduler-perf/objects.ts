import type { PriorityClass } from '../../src/sim/api/core.ts';
import type { Service } from '../../src/sim/api/service.ts';
import { applyDefaults } from '../../src/sim/api/defaults/apply-defaults.ts';
import type { Affinity, Pod, PodAffinityTerm, PodSpec, TopologySpreadConstraint } from '../../src/sim/api/pod.ts';
import type { Node, Taint } from '../../src/sim/api/node.ts';
import { makeNamespace, makeNode, makePod, meta } from '../../test/doubles/objects.ts';

export const HOSTNAME = 'kubernetes.io/hostname';
export const ZONE = 'topology.kubernetes.io/zone';

export interface NodeShape {
  readonly zones?: readonly string[];
  readonly taints?: readonly Taint[];
  /** A node that holds everything there is. */
  readonly huge?: boolean;
  readonly extended?: Readonly<Record<string, string>>;
}

const USUAL = { cpu: '4', memory: '32Gi', pods: '110' };
const HUGE = { cpu: '100000', memory: '100Ti', pods: '100000' };

/** The node of scheduler_perf: 4 CPUs, 32 GiB, 110 pods. */
export function node(name: string, index: number, shape: NodeShape = {}): Node {
  const { zones = [], taints, huge = false, extended = {} } = shape;
  const zone: Readonly<Record<string, string>> = zones.length === 0 ? {} : { [ZONE]: zones[index % zones.length]! };
  const resources = { ...(huge ? HUGE : USUAL), ...extended };
  const base = makeNode(name, { labels: { [HOSTNAME]: name, ...zone } });
  return {
    ...base,
    spec: taints === undefined ? {} : { taints },
    status: { ...base.status, capacity: resources, allocatable: resources },
  };
}

export interface PodShape {
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly cpu?: string;
  readonly extended?: Readonly<Record<string, string>>;
  readonly priorityClassName?: string;
  readonly finalizers?: readonly string[];
  readonly spec?: Partial<PodSpec>;
}

/** The pod of scheduler_perf: a tenth of a CPU and 500 MiB; it goes at once when it is deleted, since no kubelet runs. */
export function pod(name: string, shape: PodShape = {}): Pod {
  const {
    namespace = 'default',
    labels = {},
    cpu = '100m',
    extended = {},
    priorityClassName,
    finalizers = [],
    spec,
  } = shape;
  const requests = { cpu, memory: '500Mi', ...extended };
  const container = { name: 'pause', image: 'registry.k8s.io/pause:3.10', resources: { requests, limits: extended } };
  return applyDefaults(
    makePod(
      name,
      {
        containers: [container],
        terminationGracePeriodSeconds: 0,
        ...(priorityClassName === undefined ? {} : { priorityClassName }),
        ...spec,
      },
      { namespace, labels, finalizers },
    ),
  );
}

export function namespace(
  name: string,
  labels: Readonly<Record<string, string>> = {},
): ReturnType<typeof makeNamespace> {
  const made = makeNamespace(name);
  return { ...made, metadata: { ...made.metadata, labels: { 'kubernetes.io/metadata.name': name, ...labels } } };
}

export function priorityClass(name: string, value: number): PriorityClass {
  const metadata = meta({ name, namespace: '' });
  return { kind: 'PriorityClass', metadata, value, globalDefault: false, preemptionPolicy: 'PreemptLowerPriority' };
}

export function service(name: string, selector: Readonly<Record<string, string>>): Service {
  return applyDefaults({
    kind: 'Service',
    metadata: meta({ name }),
    spec: { selector, ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }] },
  } as unknown as Service);
}

/** A term that selects pods of a colour in two namespaces. */
function colourTerm(color: string, topologyKey: string): PodAffinityTerm {
  return { topologyKey, labelSelector: { matchLabels: { color } }, namespaces: ['sched-1', 'sched-0'] };
}

export const AFFINITIES = {
  requiredAnti: {
    podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [colourTerm('green', HOSTNAME)] },
  },
  required: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [colourTerm('blue', ZONE)] } },
  preferred: {
    podAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: colourTerm('red', HOSTNAME) }],
    },
  },
  preferredAnti: {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: colourTerm('yellow', HOSTNAME) }],
    },
  },
  nodes: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, operator: 'In', values: ['zone1', 'zone2'] }] }],
      },
    },
  },
} as const satisfies Readonly<Record<string, Affinity>>;

export function spreadOver(
  topologyKey: string,
  maxSkew: number,
  whenUnsatisfiable: TopologySpreadConstraint['whenUnsatisfiable'],
  more: Partial<TopologySpreadConstraint> = {},
): Partial<PodSpec> {
  const labelSelector = { matchLabels: { color: 'blue' } };
  return { topologySpreadConstraints: [{ topologyKey, maxSkew, whenUnsatisfiable, labelSelector, ...more }] };
}

import { NO_LABELS, type Labels, type ObjectMeta } from '../src/sim/api/meta.ts';
import type { Node, Taint } from '../src/sim/api/node.ts';
import type { Pod, PodAffinityTerm, PodSpec, Toleration, TopologySpreadConstraint } from '../src/sim/api/pod.ts';

/**
 * The workload on which the real scheduler was timed, built from its description (`workload.json` beside the
 * recordings): everything follows from the number of the node and of the template, nothing is random.
 */

export const PLACEMENT_KINDS = ['plain', 'node-constraints', 'topology-spread', 'pod-affinity'] as const;
export type PlacementKind = (typeof PLACEMENT_KINDS)[number];

export const TEMPLATES = 50;
const HOSTNAME = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';

const NONE: readonly never[] = [];
const PENDING: Pod['status'] = { phase: 'Pending', conditions: NONE };
const RUNNING: Pod['status'] = { phase: 'Running', conditions: NONE };

function metadata(name: string, namespace: string, labels: Labels): ObjectMeta {
  return {
    name,
    namespace,
    uid: namespace === '' ? name : `${namespace}/${name}`,
    resourceVersion: 1,
    generation: 1,
    creationTimestamp: 0,
    labels,
    annotations: NO_LABELS,
    ownerReferences: NONE,
    finalizers: NONE,
  };
}

export function benchNode(i: number): Node {
  const labels = {
    [HOSTNAME]: `node-${i}`,
    [ZONE]: `zone-${i % 3}`,
    'topology.kubernetes.io/region': 'region-1',
    disk: ['ssd', 'hdd'][Math.floor(i / 3) % 2]!,
    generation: String(Math.floor(i / 6) % 5),
  };
  const allocatable = {
    cpu: String([32, 48, 64][Math.floor(i / 7) % 3]!),
    memory: `${[128, 192, 256][Math.floor(i / 5) % 3]!}Gi`,
    pods: '110',
  };
  const taints: Taint[] = [];
  if (i % 10 === 3) taints.push({ key: 'dedicated', value: 'batch', effect: 'NoSchedule' });
  if (i % 10 === 7) taints.push({ key: 'spot', value: 'true', effect: 'PreferNoSchedule' });
  return {
    kind: 'Node',
    metadata: metadata(`node-${i}`, '', labels),
    spec: taints.length === 0 ? {} : { taints },
    status: { capacity: allocatable, allocatable, conditions: [] },
  };
}

interface Template {
  readonly labels: Labels;
  readonly spec: PodSpec;
}

export function benchTemplate(kind: PlacementKind, t: number): Template {
  const labels = { app: `app-${t}` };
  return { labels, spec: { ...plainSpec(t), ...constraintsOf(kind, t, labels) } };
}

function plainSpec(t: number): PodSpec {
  const cpu = `${[100, 250, 500, 750, 1000][t % 5]!}m`;
  const memory = `${[128, 256, 512, 1024, 2048, 4096, 333][t % 7]!}Mi`;
  return {
    containers: [{ name: 'c', image: 'registry.example.com/app:v1', resources: { requests: { cpu, memory } } }],
    schedulerName: 'default-scheduler',
  };
}

function constraintsOf(kind: PlacementKind, t: number, labels: Labels): Partial<PodSpec> {
  switch (kind) {
    case 'plain':
      return {};
    case 'node-constraints':
      return nodeConstraints(t);
    case 'topology-spread':
      return { topologySpreadConstraints: spread(t, labels) };
    case 'pod-affinity':
      return { affinity: podAffinity(t, labels) };
  }
}

function nodeConstraints(t: number): Partial<PodSpec> {
  const tolerations: Toleration[] = [];
  if (t % 2 === 0) tolerations.push({ key: 'dedicated', operator: 'Equal', value: 'batch', effect: 'NoSchedule' });
  if (t % 3 === 0) tolerations.push({ key: 'spot', operator: 'Exists' });
  const preferred = [
    {
      weight: 10 + t,
      preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] },
    },
    {
      weight: 5,
      preference: { matchExpressions: [{ key: 'generation', operator: 'Gt', values: [String(t % 4)] }] },
    },
  ] as const;
  const zones = [`zone-${t % 3}`, `zone-${(t + 1) % 3}`];
  const required = {
    nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, operator: 'In', values: zones }] }],
  } as const;
  return {
    ...(tolerations.length === 0 ? {} : { tolerations }),
    affinity: {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: preferred,
        ...(t % 5 < 2 ? { requiredDuringSchedulingIgnoredDuringExecution: required } : {}),
      },
    },
  };
}

function spread(t: number, labels: Labels): TopologySpreadConstraint[] {
  const labelSelector = { matchLabels: labels };
  const hard: TopologySpreadConstraint = {
    maxSkew: 1 + (t % 4),
    topologyKey: ZONE,
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector,
  };
  const soft: TopologySpreadConstraint = {
    maxSkew: 1 + (t % 3),
    topologyKey: HOSTNAME,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector,
  };
  return [[hard], [soft], [hard, soft]][t % 3]!;
}

function podAffinity(t: number, labels: Labels): NonNullable<PodSpec['affinity']> {
  const labelSelector = { matchLabels: labels };
  const host: PodAffinityTerm = { topologyKey: HOSTNAME, labelSelector };
  const zone: PodAffinityTerm = { topologyKey: ZONE, labelSelector };
  switch (t % 5) {
    case 2:
      return { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [zone] } };
    case 3:
      return {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: host }],
        },
      };
    case 4:
      return {
        podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 50, podAffinityTerm: zone }] },
      };
    default:
      return { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [host] } };
  }
}

/** Pods of a workload, by name and template; those that have a node share a spec for each node and template. */
export class PlacementWorkload {
  readonly #full: readonly Template[];
  readonly #bare: readonly Template[];

  constructor(kind: PlacementKind) {
    const numbers = Array.from({ length: TEMPLATES }, (_, t) => t);
    this.#full = numbers.map((t) => benchTemplate(kind, t));
    this.#bare = numbers.map((t) => benchTemplate('plain', t));
  }

  /** The j-th pod that runs on node i already: only the first of a node has the constraints of its template. */
  running(i: number, j: number): Pod {
    const t = (i * 31 + j * 17) % TEMPLATES;
    const template = (j === 0 ? this.#full : this.#bare)[t]!;
    return pod(`old-${i}-${j}`, template, `node-${i}`);
  }

  /** The k-th pod to place. */
  arriving(k: number): Pod {
    return pod(`new-${k}`, this.#full[k % TEMPLATES]!, undefined);
  }
}

function pod(name: string, template: Template, nodeName: string | undefined): Pod {
  return {
    kind: 'Pod',
    metadata: metadata(name, 'default', template.labels),
    spec: nodeName === undefined ? template.spec : { ...template.spec, nodeName },
    status: nodeName === undefined ? PENDING : RUNNING,
  };
}

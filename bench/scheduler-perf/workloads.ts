import type { ApiObject } from '../../src/sim/api/kinds.ts';
import type { Node } from '../../src/sim/api/node.ts';
import type { Pod } from '../../src/sim/api/pod.ts';
import { AFFINITIES, HOSTNAME, namespace, node, pod, service, spreadOver, ZONE, type PodShape } from './objects.ts';

/** Something that goes on while pods are measured: every `everyMs`, the n-th time. */
export interface Churn {
  readonly everyMs: number;
  step(n: number): { readonly create?: readonly ApiObject[]; readonly remove?: readonly ApiObject[] };
}

/** One of scheduler_perf's named workloads. Sizes are those of its configuration. */
export interface Workload {
  readonly name: string;
  readonly size: string;
  /** Pods a second below which Kubernetes' own CI fails; absent: none is set. */
  readonly threshold?: number;
  readonly nodes: number;
  node(i: number): Node;
  readonly before?: readonly ApiObject[];
  readonly initPods: number;
  init(i: number): Pod;
  /** Pods that are there and will not be scheduled: gated, or being deleted. */
  readonly waiting?: readonly Pod[];
  readonly deletesInit?: boolean;
  readonly measurePods: number;
  measured(i: number): Pod;
  readonly churn?: Churn;
}

const plainNode = (i: number): Node => node(`node-${i}`, i);
const inZone1 = (i: number): Node => node(`node-${i}`, i, { zones: ['zone1'] });
const inMoons = (i: number): Node => node(`node-${i}`, i, { zones: ['moon-1', 'moon-2', 'moon-3'] });
const many =
  (prefix: string, shape: PodShape = {}) =>
  (i: number): Pod =>
    pod(`${prefix}-${i}`, shape);
const NAMESPACES = [namespace('sched-0'), namespace('sched-1')];
const TEAMS = Array.from({ length: 100 }, (_, i) => namespace(`init-ns-${i}`, { team: 'devops' }));

const COLOURED = {
  anti: { labels: { color: 'green', name: 'test' }, spec: { affinity: AFFINITIES.requiredAnti } },
  affinity: { labels: { color: 'blue' }, spec: { affinity: AFFINITIES.required } },
  preferred: { labels: { color: 'red' }, spec: { affinity: AFFINITIES.preferred } },
  preferredAnti: { labels: { color: 'yellow' }, spec: { affinity: AFFINITIES.preferredAnti } },
} as const;

/** Pods of one colour, first in one namespace and then, measured, in another. */
function coloured(
  name: string,
  size: string,
  threshold: number,
  shape: PodShape,
  [initPods, measurePods]: readonly [number, number],
): Workload {
  return {
    name,
    size,
    threshold,
    nodes: 5000,
    node: inZone1,
    before: NAMESPACES,
    initPods,
    init: many('init', { ...shape, namespace: 'sched-0' }),
    measurePods,
    measured: many('measured', { ...shape, namespace: 'sched-1' }),
  };
}

function selectedNamespaces(name: string, threshold: number, affinity: 'required' | 'preferred'): Workload {
  const term = {
    topologyKey: HOSTNAME,
    labelSelector: { matchLabels: { color: 'green' } },
    namespaceSelector: { matchLabels: { team: 'devops' } },
  };
  const podAntiAffinity =
    affinity === 'required'
      ? { requiredDuringSchedulingIgnoredDuringExecution: [term] }
      : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: term }] };
  const shape: PodShape = { labels: { color: 'green' }, spec: { affinity: { podAntiAffinity } } };
  return {
    name,
    size: '5000Nodes_2000Pods',
    threshold,
    nodes: 6000,
    node: plainNode,
    before: [...TEAMS, namespace('measure-ns-0', { team: 'devops' })],
    initPods: 4000,
    init: (i) => pod(`init-${i}`, { ...shape, namespace: `init-ns-${i % 100}` }),
    measurePods: 2000,
    measured: many('measured', { ...shape, namespace: 'measure-ns-0' }),
  };
}

const basic = (size: string, threshold: number, initPods: number, measurePods: number): Workload => ({
  name: 'SchedulingBasic',
  size,
  threshold,
  nodes: 5000,
  node: plainNode,
  initPods,
  init: many('init'),
  measurePods,
  measured: many('measured'),
});

const unschedulable = (size: string, threshold: number, initPods: number): Workload => ({
  ...basic(size, threshold, initPods, 10_000),
  name: 'Unschedulable',
  churn: { everyMs: 200, step: (n) => ({ create: [pod(`large-${n}`, { cpu: '9' })] }) },
});

const spreading = (name: string, threshold: number, how: 'DoNotSchedule' | 'ScheduleAnyway'): Workload => ({
  name,
  size: '5000Nodes_5000Pods',
  threshold,
  nodes: 5000,
  node: inMoons,
  initPods: 5000,
  init: many('init'),
  measurePods: 5000,
  measured: many('measured', { labels: { color: 'blue' }, spec: spreadOver(ZONE, 5, how) }),
});

const LOW: PodShape = { cpu: '900m' };
const HIGH: PodShape = { cpu: '3', priorityClassName: 'high' };
const SOLE_NODE: PodShape = {
  spec: {
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-0'] }] }],
        },
      },
    },
  },
};

export const WORKLOADS: readonly Workload[] = [
  basic('5000Nodes_10000Pods', 680, 1000, 10_000),
  basic('5000Nodes_50000Pods', 810, 5000, 50_000),
  {
    ...basic('15000Nodes', 1100, 0, 30_000),
    name: 'SchedulingDaemonset',
    nodes: 15_000,
    node: (i) => node(`node-${i}`, i, { huge: i === 0 }),
    measured: (i) => pod(`measured-${i}`, SOLE_NODE),
  },
  {
    name: 'PreemptionBasic',
    size: '1000Nodes',
    nodes: 1000,
    node: plainNode,
    initPods: 4000,
    init: many('init', LOW),
    measurePods: 1000,
    measured: many('measured', HIGH),
  },
  {
    name: 'PreemptionAsync',
    size: '5000Nodes',
    threshold: 570,
    nodes: 5000,
    node: plainNode,
    initPods: 20_000,
    init: many('init', LOW),
    measurePods: 5000,
    measured: many('measured'),
    churn: { everyMs: 200, step: (n) => ({ create: [pod(`high-${n}`, HIGH)] }) },
  },
  unschedulable('5kNodes/100Init/10kPods', 590, 100),
  unschedulable('5kNodes/20kInit/10kPods', 600, 20_000),
  {
    ...basic('5000Nodes_10000Pods', 710, 0, 10_000),
    name: 'SchedulingWithMixedChurn',
    churn: {
      everyMs: 1000,
      step: (n) => {
        const made = (k: number): ApiObject[] => [
          node(`churn-node-${k}`, k),
          pod(`churn-pod-${k}`),
          service(`churn-service-${k}`, { app: 'foo' }),
        ];
        return n === 0 ? { create: made(n) } : { create: made(n), remove: made(n - 1) };
      },
    },
  },
  {
    name: 'SchedulingWhileGated',
    size: '1Node_10000GatedPods',
    threshold: 910,
    nodes: 1,
    node: (i) => node(`node-${i}`, i, { huge: true }),
    waiting: Array.from({ length: 10_000 }, (_, i) =>
      pod(`gated-${i}`, { spec: { schedulingGates: [{ name: 'test.k8s.io/hold' }] } }),
    ),
    initPods: 20_000,
    init: many('init'),
    deletesInit: true,
    measurePods: 20_000,
    measured: many('measured'),
  },
  {
    ...basic('5000Node_5000DeletingPods', 830, 0, 5000),
    name: 'SchedulingDeletedPodsWithFinalizers',
    waiting: Array.from({ length: 5000 }, (_, i) => pod(`deleting-${i}`, { finalizers: ['test.k8s.io/finalizer'] })),
  },
  {
    ...basic('5000pods_5000nodes', 180, 0, 5000),
    name: 'SchedulingWithExtendedResource',
    node: (i) => node(`node-${i}`, i, { extended: { 'foo.com/bar': '4' } }),
    measured: many('measured', { extended: { 'foo.com/bar': '1' } }),
  },
  coloured('SchedulingPodAntiAffinity', '5000Nodes_2000Pods', 60, COLOURED.anti, [1000, 2000]),
  {
    ...coloured('SchedulingPodMatchingAntiAffinity', '5000Nodes_5000Pods', 595, COLOURED.anti, [1000, 5000]),
    measured: many('measured', { labels: COLOURED.anti.labels, namespace: 'sched-1' }),
  },
  coloured('SchedulingPodAffinity', '5000Nodes_5000Pods', 35, COLOURED.affinity, [5000, 5000]),
  coloured('SchedulingPreferredPodAffinity', '5000Nodes_5000Pods', 90, COLOURED.preferred, [5000, 5000]),
  coloured('SchedulingPreferredPodAntiAffinity', '5000Nodes_5000Pods', 90, COLOURED.preferredAnti, [5000, 5000]),
  {
    ...basic('5000Nodes_10000Pods', 220, 5000, 10_000),
    name: 'SchedulingNodeAffinity',
    node: inZone1,
    init: many('init', { spec: { affinity: AFFINITIES.nodes } }),
    measured: many('measured', { spec: { affinity: AFFINITIES.nodes } }),
  },
  {
    ...coloured('MixedSchedulingBasePod', '5000Nodes_5000Pods', 140, {}, [10_000, 5000]),
    init: (i) => {
      const shapes: readonly PodShape[] = [{}, ...Object.values(COLOURED)];
      return pod(`init-${i}`, { ...shapes[i % shapes.length], namespace: 'sched-0' });
    },
  },
  selectedNamespaces('SchedulingRequiredPodAntiAffinityWithNSSelector', 24, 'required'),
  selectedNamespaces('SchedulingPreferredAntiAffinityWithNSSelector', 55, 'preferred'),
  spreading('TopologySpreading', 460, 'DoNotSchedule'),
  spreading('PreferredTopologySpreading', 340, 'ScheduleAnyway'),
  {
    ...basic('5000Nodes_50000Pods', 160, 5000, 50_000),
    name: 'DefaultTopologySpreading',
    node: inMoons,
    before: [service('blue', { color: 'blue' })],
    measured: many('measured', { labels: { color: 'blue' } }),
  },
  {
    name: 'SchedulingWithNodeInclusionPolicy',
    size: '5000Nodes',
    threshold: 270,
    nodes: 5000,
    node: (i) => node(`node-${i}`, i, i % 5 === 0 ? { taints: [{ key: 'foo', value: '', effect: 'NoSchedule' }] } : {}),
    initPods: 0,
    init: many('init'),
    measurePods: 4000,
    measured: many('measured', {
      labels: { color: 'blue' },
      spec: spreadOver(HOSTNAME, 1, 'DoNotSchedule', { nodeTaintsPolicy: 'Honor' }),
    }),
  },
];

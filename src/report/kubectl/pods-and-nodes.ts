import type { Node } from '../../sim/api/node.ts';
import { conditionStatus, type Pod } from '../../sim/api/pod.ts';
import { AGE, NAME, orNone, type Columns } from './column.ts';
import { summaryOf } from './pod-summary.ts';

export const POD_COLUMNS: Columns<Pod> = [
  NAME,
  { name: 'READY', cell: (pod, now) => summaryOf(pod, now).ready },
  { name: 'STATUS', cell: (pod, now) => summaryOf(pod, now).status },
  { name: 'RESTARTS', cell: (pod, now) => summaryOf(pod, now).restarts },
  AGE,
  { name: 'IP', wide: true, cell: ({ status }) => orNone(status.podIP) },
  { name: 'NODE', wide: true, cell: ({ spec }) => orNone(spec.nodeName) },
  { name: 'NOMINATED NODE', wide: true, cell: ({ status }) => orNone(status.nominatedNodeName) },
  { name: 'READINESS GATES', wide: true, cell: readinessGates },
];

function readinessGates({ spec, status }: Pod): string {
  const gates = spec.readinessGates ?? [];
  const open = gates.filter(({ conditionType }) => conditionStatus(status.conditions, conditionType) === 'True').length;
  return gates.length === 0 ? '<none>' : `${open}/${gates.length}`;
}

const ROLE_PREFIX = 'node-role.kubernetes.io/';

/** What a machine runs is not simulated: version, images of systems and kernels are unknown. */
export const NODE_COLUMNS: Columns<Node> = [
  NAME,
  { name: 'STATUS', cell: nodeStatus },
  { name: 'ROLES', cell: roles },
  AGE,
  { name: 'VERSION', cell: () => '' },
  { name: 'INTERNAL-IP', wide: true, cell: (node) => address(node, 'InternalIP') },
  { name: 'EXTERNAL-IP', wide: true, cell: (node) => address(node, 'ExternalIP') },
  { name: 'OS-IMAGE', wide: true, cell: () => '<unknown>' },
  { name: 'KERNEL-VERSION', wide: true, cell: () => '<unknown>' },
  { name: 'CONTAINER-RUNTIME', wide: true, cell: () => '<unknown>' },
];

function nodeStatus({ spec, status }: Node): string {
  const ready = conditionStatus(status.conditions, 'Ready');
  const state = ready === undefined ? 'Unknown' : ready === 'True' ? 'Ready' : 'NotReady';
  return spec.unschedulable === true ? `${state},SchedulingDisabled` : state;
}

function roles({ metadata: { labels } }: Node): string {
  const found = Object.keys(labels)
    .filter((label) => label.startsWith(ROLE_PREFIX))
    .map((label) => label.slice(ROLE_PREFIX.length));
  const old = labels['kubernetes.io/role'];
  const all = new Set([...found, old ?? ''].filter((role) => role !== ''));
  return orNone([...all].sort().join(','));
}

function address({ status }: Node, type: string): string {
  return orNone(status.addresses?.find((one) => one.type === type)?.address);
}

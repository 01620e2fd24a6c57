import { sameData } from '../../api/equality.ts';
import type { Node } from '../../api/node.ts';
import { hasStatusResources, podRequestsOnNode } from '../../api/pod-requests.ts';
import type { Pod } from '../../api/pod.ts';
import type { Condition } from '../../api/meta.ts';
import type { ClusterEvent } from '../scheduling-queue/hints.ts';

/**
 * What changed about a node that can matter to a waiting pod, in kube-scheduler's order (semantics sheet 5.6). Cordoning
 * and heartbeats say nothing.
 */
export function nodeEvents(old: Node, node: Node): ClusterEvent[] {
  const events: ClusterEvent[] = [];
  if (old.spec.unschedulable === true && node.spec.unschedulable !== true) events.push('Node/UpdateNodeTaint');
  if (!same(old.status.allocatable, node.status.allocatable)) events.push('Node/UpdateNodeAllocatable');
  if (!same(old.metadata.labels, node.metadata.labels)) events.push('Node/UpdateNodeLabel');
  if (!same(old.spec.taints, node.spec.taints)) events.push('Node/UpdateNodeTaint');
  if (!sameStatuses(old.status.conditions, node.status.conditions)) events.push('Node/UpdateNodeCondition');
  if (!same(old.metadata.annotations, node.metadata.annotations)) events.push('Node/UpdateNodeAnnotation');
  if (!same(old.status.declaredFeatures, node.status.declaredFeatures)) {
    events.push('Node/UpdateNodeDeclaredFeature');
  }
  return events;
}

/** What changed about a pod; a change that has no name of its own is a plain Update. */
export function podEvents(old: Pod, pod: Pod): readonly ClusterEvent[] {
  // Nearly every change of a pod on a node is its kubelet's.
  if (old.spec === pod.spec && old.metadata.labels === pod.metadata.labels && !isScaledDown(old, pod)) {
    return isUnscheduled(pod) ? UNSCHEDULED_POD_UPDATE : ASSIGNED_POD_UPDATE;
  }
  const resource = isUnscheduled(pod) ? 'UnscheduledPod' : 'AssignedPod';
  const events: ClusterEvent[] = [];
  if (!same(old.metadata.labels, pod.metadata.labels)) events.push(`${resource}/UpdatePodLabel`);
  if (isScaledDown(old, pod)) events.push(`${resource}/UpdatePodScaleDown`);
  if ((old.spec.tolerations?.length ?? 0) !== (pod.spec.tolerations?.length ?? 0)) {
    events.push(`${resource}/UpdatePodToleration`);
  }
  if (gates(old) > 0 && gates(pod) === 0) events.push(`${resource}/UpdatePodSchedulingGatesEliminated`);
  if (events.length === 0) events.push(`${resource}/Update`);
  return events;
}

const ASSIGNED_POD_UPDATE: readonly ClusterEvent[] = Object.freeze(['AssignedPod/Update'] as const);
const UNSCHEDULED_POD_UPDATE: readonly ClusterEvent[] = Object.freeze(['UnscheduledPod/Update'] as const);

function isUnscheduled({ spec }: Pod): boolean {
  return spec.nodeName === undefined || spec.nodeName === '';
}

function gates(pod: Pod): number {
  return pod.spec.schedulingGates?.length ?? 0;
}

function isScaledDown(old: Pod, pod: Pod): boolean {
  if (old.spec === pod.spec && (old.status === pod.status || !(hasStatusResources(old) || hasStatusResources(pod)))) {
    return false;
  }
  const before = podRequestsOnNode(old);
  const after = podRequestsOnNode(pod);
  if (
    after.milliCpu < before.milliCpu ||
    after.memoryBytes < before.memoryBytes ||
    after.ephemeralStorageBytes < before.ephemeralStorageBytes
  ) {
    return true;
  }
  for (const [name, amount] of before.scalar) if ((after.scalar.get(name) ?? 0) < amount) return true;
  if (old.spec === pod.spec) return false;
  const names = requestedNames(pod);
  for (const name of requestedNames(old)) if (!names.has(name)) return true;
  return false;
}

/** A request that is taken away counts as lowered, even one of zero. */
function requestedNames({ spec }: Pod): ReadonlySet<string> {
  const names = new Set<string>();
  const lists = [...spec.containers, ...(spec.initContainers ?? []), spec].map(({ resources }) => resources?.requests);
  for (const list of [...lists, spec.overhead]) for (const name of Object.keys(list ?? {})) names.add(name);
  return names;
}

function same(a: unknown, b: unknown): boolean {
  return a === b || sameData(a ?? EMPTY, b ?? EMPTY);
}

const EMPTY = Object.freeze({});

/** By type and status alone: heartbeats, reasons and messages do not count. */
function sameStatuses(a: readonly Condition[], b: readonly Condition[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  return a.every(({ type, status }) => b.some((other) => other.type === type && other.status === status));
}

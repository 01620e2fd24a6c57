import { conditionOf, isPodTerminal, type Pod } from '../../../sim/api/pod.ts';
import type { ClusterSnapshot } from '../simulation/cluster-snapshot.ts';
import { isDaemonSetPod } from './drainability.ts';
import { podGroupsOf } from './pod-groups.ts';

/** Where a pod counts, as far as an autoscaler is concerned. */
export type Standing =
  { readonly kind: 'placed'; readonly nodeName: string } | { readonly kind: 'unschedulable' | 'of-no-concern' };

/** A pod that preempts others counts on the node that it waits for. */
export function standingOf(pod: Pod): Standing {
  if (isPodTerminal(pod)) return { kind: 'of-no-concern' };
  const nodeName = pod.spec.nodeName ?? '';
  if (nodeName !== '') return { kind: 'placed', nodeName };
  if (pod.metadata.deletionTimestamp !== undefined) return { kind: 'of-no-concern' };
  const nominated = pod.status.nominatedNodeName ?? '';
  if (nominated !== '') return { kind: 'placed', nodeName: nominated };
  return { kind: isUnschedulable(pod) ? 'unschedulable' : 'of-no-concern' };
}

/** Whether the scheduler has said that there is no node for the pod. */
export function isUnschedulable({ status }: Pod): boolean {
  const scheduled = conditionOf(status.conditions, 'PodScheduled');
  return scheduled?.status === 'False' && scheduled.reason === 'Unschedulable';
}

/**
 * Of the pods that wait, those that more nodes might help: not daemon pods, not those of a priority nobody grows for, and
 * not those that find a place on the nodes that are there or on their way. These are put there in the snapshot.
 */
export function podsToHelp(pods: readonly Pod[], priorityCutoff: number, snapshot: ClusterSnapshot): readonly Pod[] {
  const concerned = pods
    .map((pod, order) => ({ pod, order, priority: pod.spec.priority ?? 0 }))
    .filter(({ pod, priority }) => priority >= priorityCutoff && !isDaemonSetPod(pod))
    .sort((a, b) => b.priority - a.priority || a.order - b.order)
    .map(({ pod }) => pod);
  const left: Pod[] = [];
  for (const group of podGroupsOf(concerned, (pod) => snapshot.infoOf(pod))) {
    // Where one finds no place, those that are like it find none.
    const stuck = group.pods.findIndex((info) => snapshot.scheduleOnAny(info, () => true) === undefined);
    if (stuck >= 0) left.push(...group.pods.slice(stuck).map(({ pod }) => pod));
  }
  return left;
}

import type { Node } from '../../../sim/api/node.ts';
import { podRequests, podRequestsOnNode, resourcesOf, type Resources } from '../../../sim/api/pod-requests.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { ClusterEventHint } from '../../../sim/policy-api/scheduling.ts';
import { changeOf, isPlaced, isSamePod, queueIf } from './object-change.ts';

/**
 * NodeResourcesFit: a pod is gone or asks for less of something that this one asks for, or an empty node like the one
 * that came or grew would take it.
 */
export const RESOURCES_FIT_EVENTS: readonly ClusterEventHint[] = [
  {
    events: ['Pod/Delete'],
    hint: (_pod, change) => queueIf(isPlaced(changeOf<'Pod'>(change).before!)),
    sameForEqualPods: true,
  },
  {
    events: ['Pod/UpdatePodScaleDown'],
    hint: (pod, change) => {
      const { before, after } = changeOf<'Pod'>(change);
      if (isSamePod(pod, after)) return 'Queue';
      if (before === undefined || after === undefined || (after.spec.nodeName ?? '') === '') return 'QueueSkip';
      return queueIf(hasMoreOfWanted(podRequests(pod), podRequestsOnNode(before), podRequestsOnNode(after)));
    },
  },
  {
    events: ['Node/Add', 'Node/UpdateNodeAllocatable'],
    hint: (pod, change) => {
      const { before, after } = changeOf<'Node'>(change);
      if (after === undefined || !fitsEmptyNode(pod, after)) return 'QueueSkip';
      if (before === undefined) return 'Queue';
      const [old, current] = [resourcesOf(before.status.allocatable), resourcesOf(after.status.allocatable)];
      return queueIf(current.pods > old.pods || hasMoreOfWanted(podRequests(pod), current, old));
    },
    sameForEqualPods: true,
  },
];

/** Whether of anything that is wanted there is more in `more` than in `less`. */
function hasMoreOfWanted(wanted: Resources, more: Resources, less: Resources): boolean {
  if (wanted.milliCpu > 0 && more.milliCpu > less.milliCpu) return true;
  if (wanted.memoryBytes > 0 && more.memoryBytes > less.memoryBytes) return true;
  if (wanted.ephemeralStorageBytes > 0 && more.ephemeralStorageBytes > less.ephemeralStorageBytes) return true;
  for (const [name, amount] of wanted.scalar) {
    if (amount > 0 && (more.scalar.get(name) ?? 0) > (less.scalar.get(name) ?? 0)) return true;
  }
  return false;
}

/** Resources that the profile ignores count here, as they do in kube-scheduler's hint. */
function fitsEmptyNode(pod: Pod, node: Node): boolean {
  const wanted = podRequests(pod);
  const total = resourcesOf(node.status.allocatable);
  if (total.pods < 1 || wanted.milliCpu > total.milliCpu || wanted.memoryBytes > total.memoryBytes) return false;
  if (wanted.ephemeralStorageBytes > total.ephemeralStorageBytes) return false;
  for (const [name, amount] of wanted.scalar) if (amount > (total.scalar.get(name) ?? 0)) return false;
  return true;
}

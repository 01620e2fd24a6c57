import type { Change } from '../../../sim/api/change.ts';
import { conditionOf, isPodTerminal, type Pod } from '../../../sim/api/pod.ts';
import { isNodeReady } from './cluster-state.ts';
import { isUnschedulable } from './pending-pods.ts';

/** A pod whose condition is older is no news. */
const MAX_POD_CHANGE_AGE = 10_000_000;

/** Whether a loop may find something else than before because of what happened to a node: its heartbeats are no news. */
export function isNoteworthy({ type, object, previous }: Change<'Node'>): boolean {
  return (
    type === 'DELETED' ||
    previous === undefined ||
    previous.spec !== object.spec ||
    previous.metadata.labels !== object.metadata.labels ||
    previous.metadata.annotations !== object.metadata.annotations ||
    previous.status.allocatable !== object.status.allocatable ||
    isNodeReady(previous) !== isNodeReady(object)
  );
}

/** A pod that has just been found to have no place is a reason not to wait (cluster-autoscaler's UnschedulablePodObserver). */
export function isJustUnschedulable(pod: Pod, now: number): boolean {
  if (isPodTerminal(pod) || (pod.spec.nodeName ?? '') !== '' || !isUnschedulable(pod)) return false;
  const since = conditionOf(pod.status.conditions, 'PodScheduled')?.lastTransitionTime ?? 0;
  return since + MAX_POD_CHANGE_AGE >= now;
}

import { COMPLETION_INDEX_ANNOTATION, type Job } from '../../../sim/api/batch.ts';
import type { Timestamp } from '../../../sim/api/meta.ts';
import { conditionOf, isPodTerminal, type Pod } from '../../../sim/api/pod.ts';

const MICROS_PER_SECOND = 1_000_000;

export function isIndexed(job: Job): boolean {
  return job.spec.completionMode === 'Indexed';
}

/** Which completion index a pod works on; undefined for one without. */
export function completionIndex(pod: Pod): number | undefined {
  const text = pod.metadata.annotations[COMPLETION_INDEX_ANNOTATION];
  if (text === undefined || !/^\d{1,9}$/.test(text)) return undefined;
  return Number(text);
}

/** The index of a pod if it is one of the Job's. */
export function validIndex(job: Job, pod: Pod): number | undefined {
  const index = completionIndex(pod);
  return index === undefined || index >= (job.spec.completions ?? 0) ? undefined : index;
}

/** Pods are replaced only when they have failed for good, not as soon as they are asked to go. */
export function onlyReplacesFailedPods({ spec }: Job): boolean {
  return spec.podReplacementPolicy === 'Failed' || spec.podFailurePolicy !== undefined;
}

/** Failed, or asked to go: such a one may never get to its end in order. */
export function countsAsFailed(pod: Pod, job: Job): boolean {
  if (pod.status.phase === 'Failed') return true;
  if (onlyReplacesFailedPods(job)) return false;
  return pod.metadata.deletionTimestamp !== undefined && pod.status.phase !== 'Succeeded';
}

/** Asked to go and not at its end. */
export function isTerminating(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined && !isPodTerminal(pod);
}

/**
 * When a pod came to its end: when its last container did, else when it stopped being ready, else when it was asked to
 * go. Whole seconds, as the API keeps them.
 */
export function finishTime(pod: Pod): Timestamp {
  const { metadata, status } = pod;
  const ended = lastEnd(pod);
  if (ended !== undefined) return ended;
  const ready = conditionOf(status.conditions, 'Ready');
  if (ready?.status === 'False' && ready.lastTransitionTime !== undefined) return ready.lastTransitionTime;
  if (metadata.deletionTimestamp !== undefined) {
    return metadata.deletionTimestamp - (metadata.deletionGracePeriodSeconds ?? 0) * MICROS_PER_SECOND;
  }
  return metadata.creationTimestamp;
}

/** Undefined unless all containers have ended. */
function lastEnd({ status }: Pod): Timestamp | undefined {
  let latest: Timestamp | undefined;
  for (const { state } of status.containerStatuses ?? []) {
    const at = state.terminated?.finishedAt;
    if (at === undefined) return undefined;
    if (latest === undefined || at > latest) latest = at;
  }
  return latest;
}

import type { Job, JobStatus } from '../../../sim/api/batch.ts';
import { formatIndexes, hasIndex } from '../../../sim/api/index-ranges.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { Response } from '../../../sim/api/request.ts';
import type { Steps } from '../../../sim/policy-api/controllers.ts';
import { SyncError } from '../../../sim/policy-api/sync-error.ts';
import { heldCondition, withCondition } from './conditions.ts';
import { judgeFailure } from './failure-policy.ts';
import { completionIndex, countsAsFailed, isIndexed, validIndex } from './pod-states.ts';
import { NOTHING_UNCOUNTED, type SyncContext } from './sync-context.ts';
import { isTracked, untrack, type FinalizerExpectations } from './tracking-finalizer.ts';
import { completeAfter, failedAfter } from './verdict.ts';

/** So many finished pods at most are counted in one sync. */
const MOST_UNCOUNTED_PODS = 500;

/** What counting needs of its controller. */
export interface TrackHands {
  now(): number;
  readonly finalizers: FinalizerExpectations;
  /** The status has been written. */
  wroteStatus(context: SyncContext, job: Job): void;
  wrote(context: SyncContext, pod: Pod): void;
  /** The failures of this sync are now part of the status. */
  counted(context: SyncContext): void;
  finished(context: SyncContext): void;
}

/**
 * Counts finished pods exactly once, whatever fails on the way: their uids go into the status first, then their
 * finalizers are taken off, then the uids become part of the counts. A Job that is over gets its last condition when
 * nothing is left to count.
 */
export function* trackPods(context: SyncContext, statusChanged: boolean, hands: TrackHands): Steps<void> {
  const { status, pods } = context;
  let flush = statusChanged;
  const tracked = new Set<string>();
  for (const pod of pods) {
    if (isTracked(pod) && !context.expectedUntracked.has(pod.metadata.uid)) tracked.add(pod.metadata.uid);
  }
  if (countUntracked(status, tracked)) flush = true;
  const { toUntrack, changed, isFull } = takeFinished(context);
  if (changed) flush = true;
  if (isIndexed(context.job) && writeIndexes(context)) flush = true;
  if (turnFinished(context, hands.now())) flush = true;

  if (flush) {
    yield* writeStatus(context, 'adding uncounted pods to status', hands);
    hands.counted(context);
    flush = false;
  }
  const failure = yield* untrackAll(context, toUntrack, tracked, hands);
  if (countUntracked(status, tracked)) flush = true;
  if (failure !== undefined) {
    if (flush) yield* writeStatus(context, 'removing uncounted pods from status', hands);
    throw new SyncError(failure);
  }
  const isOver = !isFull && enactFinished(context);
  if (isOver || flush) yield* writeStatus(context, 'removing uncounted pods from status', hands);
  if (isOver) hands.finished(context);
}

/** Makes pods whose finalizer is gone part of the counts. */
function countUntracked(status: SyncContext['status'], tracked: ReadonlySet<string>): boolean {
  const { succeeded, failed } = status.uncountedTerminatedPods ?? NOTHING_UNCOUNTED;
  const leftSucceeded = succeeded.filter((uid) => tracked.has(uid));
  const leftFailed = failed.filter((uid) => tracked.has(uid));
  const newSucceeded = succeeded.length - leftSucceeded.length;
  const newFailed = failed.length - leftFailed.length;
  if (newSucceeded === 0 && newFailed === 0) return false;
  status.succeeded += newSucceeded;
  status.failed += newFailed;
  status.uncountedTerminatedPods = { succeeded: leftSucceeded, failed: leftFailed };
  return true;
}

/** Finds the pods that can be counted, and writes down their uids or their indexes. */
function takeFinished(context: SyncContext): {
  readonly toUntrack: readonly Pod[];
  readonly changed: boolean;
  readonly isFull: boolean;
} {
  const { job, status } = context;
  const known = status.uncountedTerminatedPods ?? NOTHING_UNCOUNTED;
  const succeeded = [...known.succeeded];
  const failed = [...known.failed];
  const indexes: number[] = [];
  const toUntrack: Pod[] = [];
  let isFull = false;
  const pods = isIndexed(job)
    ? [...context.pods].sort((a, b) => (completionIndex(a) ?? -1) - (completionIndex(b) ?? -1))
    : context.pods;
  for (const pod of pods) {
    const { uid } = pod.metadata;
    if (!isTracked(pod) || context.expectedUntracked.has(uid)) continue;
    const isFailed = countsAsFailed(pod, job);
    if (!mayUntrack(context, pod, isFailed)) continue;
    toUntrack.push(pod);
    if (pod.status.phase === 'Succeeded' && !context.uncounted.failed.has(uid)) {
      if (isIndexed(job)) {
        const index = validIndex(job, pod);
        if (index !== undefined && !hasIndex(context.succeededBefore, index)) indexes.push(index);
      } else if (!context.uncounted.succeeded.has(uid)) succeeded.push(uid);
    } else if (isFailed || failsAll(context)) {
      const isOurs = !isIndexed(job) || validIndex(job, pod) !== undefined;
      if (isOurs && !context.uncounted.failed.has(uid) && judgeFailure(job, pod).counts) failed.push(uid);
    }
    if (indexes.length + succeeded.length + failed.length >= MOST_UNCOUNTED_PODS) {
      isFull = true;
      break;
    }
  }
  const changed =
    indexes.length > 0 || succeeded.length > known.succeeded.length || failed.length > known.failed.length;
  if (changed) status.uncountedTerminatedPods = { succeeded, failed };
  return { toUntrack, changed, isFull };
}

/** In a Job that fails every pod counts as failed; in one that has succeeded the rest simply goes. */
function failsAll({ finished }: SyncContext): boolean {
  return finished !== undefined && finished.type !== 'SuccessCriteriaMet';
}

/** A failed pod whose index will be tried again waits until its successor has its count. */
function mayUntrack({ job, finished, replaced }: SyncContext, pod: Pod, isFailed: boolean): boolean {
  if (job.metadata.deletionTimestamp !== undefined || finished !== undefined) return true;
  if (pod.status.phase === 'Succeeded') return true;
  if (!isFailed) return false;
  const index = completionIndex(pod);
  return index === undefined || replaced.get(index)?.metadata.uid !== pod.metadata.uid;
}

function writeIndexes(context: SyncContext): boolean {
  const { status } = context;
  const completed = formatIndexes(context.succeededIndexes);
  const failed = context.failedIndexes === undefined ? undefined : formatIndexes(context.failedIndexes);
  const same =
    completed === (status.completedIndexes ?? '') &&
    failed === status.failedIndexes &&
    status.succeeded === context.succeeded;
  status.succeeded = context.succeeded;
  status.completedIndexes = completed === '' ? undefined : completed;
  status.failedIndexes = failed;
  return !same;
}

/** Writes the interim condition down, and keeps the last one for when everything is counted. */
function turnFinished(context: SyncContext, now: number): boolean {
  const { finished, status } = context;
  if (finished?.type === 'FailureTarget') {
    status.conditions = [...status.conditions, finished];
    context.finished = failedAfter(finished, now);
    return true;
  }
  if (finished?.type !== 'SuccessCriteriaMet') return false;
  const isNew = heldCondition(context.job, 'SuccessCriteriaMet') === undefined;
  if (isNew) status.conditions = [...status.conditions, finished];
  context.finished = completeAfter(finished, now);
  return isNew;
}

function* untrackAll(
  context: SyncContext,
  pods: readonly Pod[],
  tracked: Set<string>,
  hands: TrackHands,
): Steps<string | undefined> {
  if (pods.length === 0) return undefined;
  hands.finalizers.expectRemoved(
    context.key,
    pods.map(({ metadata }) => metadata.uid),
  );
  const answers: readonly Response[] = yield pods.map(untrack);
  let failure: string | undefined;
  answers.forEach((answer, i) => {
    const { uid } = pods[i]!.metadata;
    if (answer.ok) {
      tracked.delete(uid);
      if (answer.object !== undefined) hands.wrote(context, answer.object as Pod);
      return;
    }
    hands.finalizers.settled(context.key, uid);
    if (answer.reason === 'NotFound') tracked.delete(uid);
    else failure ??= answer.message;
  });
  return failure;
}

/** The Job's last condition, once nothing is left to count and no pod is still on its way out. */
function enactFinished(context: SyncContext): boolean {
  const { finished, status, terminating } = context;
  if (finished === undefined || terminating > 0) return false;
  const { succeeded, failed } = status.uncountedTerminatedPods ?? NOTHING_UNCOUNTED;
  if (succeeded.length > 0 || failed.length > 0) return false;
  status.conditions = withCondition(status.conditions, finished);
  if (finished.type === 'Complete') status.completionTime = finished.lastTransitionTime;
  return true;
}

function* writeStatus(context: SyncContext, what: string, hands: TrackHands): Steps<void> {
  const status: JobStatus = { ...context.status };
  const answer: Response = yield { verb: 'update', subresource: 'status', object: { ...context.job, status } };
  if (!answer.ok) throw new SyncError(`${what}: ${answer.message}`);
  context.job = answer.object as Job;
  hands.wroteStatus(context, context.job);
}

import type { Job, JobStatus } from '../../../sim/api/batch.ts';
import { isPodActive, isPodReady, type Pod } from '../../../sim/api/pod.ts';
import type { Condition, Timestamp } from '../../../sim/api/meta.ts';
import type { IndexRanges } from '../../../sim/api/index-ranges.ts';
import type { BackoffRecord, BackoffStore } from './back-off.ts';
import { judgeFailure } from './failure-policy.ts';
import { failedIndexes, limitsEachIndex, NO_INDEXES, podsToBeReplaced, succeededIndexes } from './indexes.ts';
import { countsAsFailed, isIndexed, isTerminating, validIndex } from './pod-states.ts';
import { isTracked } from './tracking-finalizer.ts';

/** A status as a sync goes on writing it. */
export type JobStatusDraft = { -readonly [K in keyof JobStatus]: JobStatus[K] };

/** What one sync knows of its Job. The parts that a sync works out or changes as it goes along are not readonly. */
export interface SyncContext {
  readonly key: string;
  /** The newest version this sync has seen. */
  job: Job;
  readonly status: JobStatusDraft;
  readonly pods: readonly Pod[];
  readonly activePods: readonly Pod[];
  readonly expectedUntracked: ReadonlySet<string>;
  /** Uids that the status at the start had as finished and not counted. */
  readonly uncounted: { readonly succeeded: ReadonlySet<string>; readonly failed: ReadonlySet<string> };
  readonly newlyFailed: readonly Pod[];
  /** Pods of either outcome that are still to be counted, by their finalizer. */
  readonly uncountedPods: readonly Pod[];
  readonly backoff: BackoffRecord;
  readonly failed: number;
  readonly succeeded: number;
  readonly succeededBefore: IndexRanges;
  readonly succeededIndexes: IndexRanges;
  /** Undefined where no index has a limit of its own. */
  readonly failedIndexes: IndexRanges | undefined;
  readonly replaced: ReadonlyMap<number, Pod>;
  active: number;
  ready: number;
  terminating: number;
  /** Why the Job is over, once it is: first the interim condition, then the last one. */
  finished: Condition | undefined;
}

/** Looks at a Job and its pods as a sync begins. */
export function syncContext(
  key: string,
  job: Job,
  pods: readonly Pod[],
  expectedUntracked: ReadonlySet<string>,
  store: BackoffStore,
): SyncContext {
  const uncounted = {
    succeeded: new Set(job.status.uncountedTerminatedPods?.succeeded ?? []),
    failed: new Set(job.status.uncountedTerminatedPods?.failed ?? []),
  };
  const activePods = pods.filter(isPodActive);
  const uncountedPods = pods.filter(
    (pod) =>
      isTracked(pod) &&
      !expectedUntracked.has(pod.metadata.uid) &&
      (!isIndexed(job) || validIndex(job, pod) !== undefined),
  );
  const newlySucceeded = uncountedPods.filter(
    (pod) => pod.status.phase === 'Succeeded' && !uncounted.succeeded.has(pod.metadata.uid),
  );
  const newlyFailed = uncountedPods.filter(
    (pod) => countsAsFailed(pod, job) && !uncounted.failed.has(pod.metadata.uid),
  );
  const indexes = isIndexed(job) ? succeededIndexes(job, pods) : { before: NO_INDEXES, now: NO_INDEXES };
  const failures = limitsEachIndex(job) ? failedIndexes(job, pods) : undefined;
  return {
    key,
    job,
    status: { ...job.status, uncountedTerminatedPods: job.status.uncountedTerminatedPods ?? NOTHING_UNCOUNTED },
    pods,
    activePods,
    expectedUntracked,
    uncounted,
    newlyFailed,
    uncountedPods,
    backoff: store.after(key, newlySucceeded, newlyFailed),
    failed: job.status.failed + uncounted.failed.size + countedFailures(job, newlyFailed),
    succeeded: isIndexed(job)
      ? indexes.now.count
      : job.status.succeeded + uncounted.succeeded.size + newlySucceeded.length,
    succeededBefore: indexes.before,
    succeededIndexes: indexes.now,
    failedIndexes: failures,
    replaced:
      failures === undefined ? new Map() : podsToBeReplaced(job, uncountedPods, activePods, indexes.now, failures),
    active: activePods.length,
    ready: activePods.filter(isPodReady).length,
    terminating: pods.filter(isTerminating).length,
    finished: undefined,
  };
}

export const NOTHING_UNCOUNTED = Object.freeze({ succeeded: Object.freeze([]), failed: Object.freeze([]) });

function countedFailures(job: Job, failed: readonly Pod[]): number {
  if (job.spec.podFailurePolicy === undefined) return failed.length;
  return failed.filter((pod) => judgeFailure(job, pod).counts).length;
}

/** Restarts of pods that are not over, where the kubelet restarts them in place. */
export function exceedsRestarts({ spec }: Job, pods: readonly Pod[]): boolean {
  if (spec.template.spec.restartPolicy !== 'OnFailure') return false;
  let restarts = 0;
  for (const { status } of pods) {
    if (status.phase !== 'Running' && status.phase !== 'Pending') continue;
    for (const one of status.initContainerStatuses ?? []) restarts += one.restartCount;
    for (const one of status.containerStatuses ?? []) restarts += one.restartCount;
  }
  return spec.backoffLimit === 0 ? restarts > 0 : restarts >= spec.backoffLimit;
}

/** When the Job's time is up; undefined: never, or not now. Microseconds. */
export function deadlineOf(job: Job, startTime: Timestamp | undefined): number | undefined {
  const { activeDeadlineSeconds, suspend } = job.spec;
  if (activeDeadlineSeconds === undefined || startTime === undefined || suspend) return undefined;
  return startTime + activeDeadlineSeconds * 1_000_000;
}

import type { Job } from '../../../sim/api/batch.ts';
import { hasIndex, rangesOf, readIndexes, unite, type IndexRanges } from '../../../sim/api/index-ranges.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import { remainingBackOff } from './back-off.ts';
import { compareActivePods } from './deletion-order.ts';
import { judgeFailure } from './failure-policy.ts';
import {
  completionIndex,
  countsAsFailed,
  finishTime,
  isTerminating,
  onlyReplacesFailedPods,
  validIndex,
} from './pod-states.ts';
import { isTracked } from './tracking-finalizer.ts';

/** How often an index has failed, on the pod that tries it next. */
export const FAILURE_COUNT_ANNOTATION = 'batch.kubernetes.io/job-index-failure-count';
export const IGNORED_FAILURE_COUNT_ANNOTATION = 'batch.kubernetes.io/job-index-ignored-failure-count';

export const NO_INDEXES: IndexRanges = rangesOf([]);

export function limitsEachIndex({ spec }: Job): boolean {
  return spec.completionMode === 'Indexed' && spec.backoffLimitPerIndex !== undefined;
}

/** What the status says, and with the succeeded pods that are not part of it yet. */
export function succeededIndexes(
  job: Job,
  pods: readonly Pod[],
): { readonly before: IndexRanges; readonly now: IndexRanges } {
  const before = readIndexes(job.status.completedIndexes ?? '', job.spec.completions ?? 0);
  const fresh = new Set<number>();
  for (const pod of pods) {
    const index = validIndex(job, pod);
    if (pod.status.phase === 'Succeeded' && index !== undefined && isTracked(pod)) fresh.add(index);
  }
  return { before, now: unite(before, rangesOf(sorted(fresh))) };
}

/** The indexes that have no attempt left. */
export function failedIndexes(job: Job, pods: readonly Pod[]): IndexRanges {
  const before = readIndexes(job.status.failedIndexes ?? '', job.spec.completions ?? 0);
  const fresh = new Set<number>();
  for (const pod of pods) {
    const index = validIndex(job, pod);
    if (index !== undefined && isTracked(pod) && failsItsIndex(job, pod)) fresh.add(index);
  }
  return unite(before, rangesOf(sorted(fresh)));
}

function failsItsIndex(job: Job, pod: Pod): boolean {
  if (!countsAsFailed(pod, job)) return false;
  const { action, counts } = judgeFailure(job, pod);
  if (action === 'FailIndex') return true;
  return counts && countOf(pod, FAILURE_COUNT_ANNOTATION) >= (job.spec.backoffLimitPerIndex ?? 0);
}

function countOf(pod: Pod, annotation: string): number {
  const text = pod.metadata.annotations[annotation];
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : 0;
}

function allFailuresOf(pod: Pod): number {
  return countOf(pod, FAILURE_COUNT_ANNOTATION) + countOf(pod, IGNORED_FAILURE_COUNT_ANNOTATION);
}

/** The annotations of a pod that tries an index again after `failed`. */
export function failureCountAnnotations(job: Job, failed: Pod | undefined): Readonly<Record<string, string>> {
  let failures = 0;
  let ignored = 0;
  if (failed !== undefined) {
    failures = countOf(failed, FAILURE_COUNT_ANNOTATION);
    ignored = countOf(failed, IGNORED_FAILURE_COUNT_ANNOTATION);
    if (judgeFailure(job, failed).counts) failures++;
    else ignored++;
  }
  const annotations = { [FAILURE_COUNT_ANNOTATION]: String(failures) };
  return ignored === 0 ? annotations : { ...annotations, [IGNORED_FAILURE_COUNT_ANNOTATION]: String(ignored) };
}

/**
 * The last failed pod of every index that is to be tried again: it keeps its finalizer until its successor has taken
 * over its count of failures.
 */
export function podsToBeReplaced(
  job: Job,
  uncountedPods: readonly Pod[],
  activePods: readonly Pod[],
  succeeded: IndexRanges,
  failed: IndexRanges,
): ReadonlyMap<number, Pod> {
  const active = indexesOf(activePods);
  const last = new Map<number, Pod>();
  for (const pod of uncountedPods) {
    const index = validIndex(job, pod);
    if (index === undefined || !countsAsFailed(pod, job)) continue;
    if (active.has(index) || hasIndex(succeeded, index) || hasIndex(failed, index)) continue;
    const known = last.get(index);
    const isNewer =
      known === undefined || (allFailuresOf(known) <= allFailuresOf(pod) && finishTime(pod) >= finishTime(known));
    if (isNewer) last.set(index, pod);
  }
  return last;
}

/** The lowest indexes that nobody works on. */
export function pendingIndexes(
  job: Job,
  pods: readonly Pod[],
  activePods: readonly Pod[],
  succeeded: IndexRanges,
  failed: IndexRanges,
  count: number,
): number[] {
  const busy = indexesOf(activePods);
  if (onlyReplacesFailedPods(job)) for (const index of indexesOf(pods.filter(isTerminating))) busy.add(index);
  const taken = unite(unite(succeeded, failed), rangesOf(sorted(busy)));
  const completions = job.spec.completions ?? 0;
  const pending: number[] = [];
  let candidate = 0;
  const upTo = (end: number): void => {
    for (; candidate < end && pending.length < count; candidate++) pending.push(candidate);
  };
  for (const { first, last } of taken.ranges) {
    upTo(Math.min(first, completions));
    candidate = Math.max(candidate, last + 1);
  }
  upTo(completions);
  return pending;
}

/** Of the pending indexes those whose back-off is over; when there are none, how long the first still waits. */
export function indexesToStart(
  pending: readonly number[],
  replaced: ReadonlyMap<number, Pod>,
  now: number,
): { readonly indexes: readonly number[]; readonly waitMicros: number } {
  const indexes: number[] = [];
  let waitMicros = Infinity;
  for (const index of pending) {
    const failed = replaced.get(index);
    const wait =
      failed === undefined
        ? 0
        : remainingBackOff({ failures: allFailuresOf(failed) + 1, lastFailureAt: finishTime(failed) }, now);
    if (wait === 0) indexes.push(index);
    else waitMicros = Math.min(waitMicros, wait);
  }
  return { indexes, waitMicros: indexes.length > 0 || waitMicros === Infinity ? 0 : waitMicros };
}

/** Pods that work on what is no index of the Job, or on what another one works on as well; and the others. */
export function splitDuplicates(
  job: Job,
  pods: readonly Pod[],
): { readonly duplicates: readonly Pod[]; readonly rest: readonly Pod[] } {
  const duplicates: Pod[] = [];
  const byIndex = new Map<number, Pod[]>();
  for (const pod of pods) {
    const index = validIndex(job, pod);
    if (index === undefined) duplicates.push(pod);
    else if (byIndex.has(index)) byIndex.get(index)!.push(pod);
    else byIndex.set(index, [pod]);
  }
  const rest: Pod[] = [];
  for (const index of sorted(byIndex.keys())) {
    const same = byIndex.get(index)!.sort(compareActivePods);
    duplicates.push(...same.slice(0, -1));
    rest.push(same.at(-1)!);
  }
  return { duplicates, rest };
}

function indexesOf(pods: readonly Pod[]): Set<number> {
  const indexes = new Set<number>();
  for (const pod of pods) {
    const index = completionIndex(pod);
    if (index !== undefined) indexes.add(index);
  }
  return indexes;
}

function sorted(indexes: Iterable<number>): number[] {
  return [...indexes].sort((a, b) => a - b);
}

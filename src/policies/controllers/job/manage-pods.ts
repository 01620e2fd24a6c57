import { keyOf } from '../../../sim/api/kinds.ts';
import { isPodReady, type Pod } from '../../../sim/api/pod.ts';
import type { Request, Response } from '../../../sim/api/request.ts';
import type { Steps } from '../../../sim/policy-api/controllers.ts';
import type { Expectations } from '../replica-set/expectations.ts';
import { slowStart } from '../replica-set/slow-start.ts';
import { remainingBackOff } from './back-off.ts';
import { compareActivePods } from './deletion-order.ts';
import { indexesToStart, limitsEachIndex, NO_INDEXES, pendingIndexes, splitDuplicates } from './indexes.ts';
import { newIndexedPod, newPod } from './new-pod.ts';
import { isIndexed, onlyReplacesFailedPods } from './pod-states.ts';
import type { SyncContext } from './sync-context.ts';
import { isTracked, untrack } from './tracking-finalizer.ts';
import type { OwnerReference } from '../../../sim/api/meta.ts';
import { isNamespaceTerminating } from '../../../sim/api/status-cause.ts';

/** At most so many pods are created or deleted in one sync. */
const MOST_PODS_A_SYNC = 500;

/** What the work on pods needs of its controller. */
export interface PodHands {
  now(): number;
  readonly expectations: Expectations;
  record(context: SyncContext, type: 'Normal' | 'Warning', reason: string, message: string): void;
  owners(context: SyncContext): readonly OwnerReference[];
  wrote(context: SyncContext, pod: Pod): void;
  /** Looks at the Job again after this time. */
  again(context: SyncContext, delayMicros: number): void;
}

/** Creates or deletes pods, never both in one sync. Gives why something did not get through, or undefined. */
export function* managePods(context: SyncContext, hands: PodHands): Steps<string | undefined> {
  const { job, activePods } = context;
  if (job.spec.suspend) return yield* deletePods(context, podsToDelete(context, activePods.length), hands);
  const wanted = wantedActive(context);
  const surplus = podsToDelete(context, Math.max(0, context.active - wanted)).slice(0, MOST_PODS_A_SYNC);
  if (surplus.length > 0) return yield* deletePods(context, surplus, hands);
  const terminating = onlyReplacesFailedPods(job) ? context.terminating : 0;
  const missing = Math.min(wanted - terminating - context.active, MOST_PODS_A_SYNC);
  return missing > 0 ? yield* createPods(context, missing, hands) : undefined;
}

/** Without a number of completions the first success tells that the work is running out. */
function wantedActive({ job, succeeded, active }: SyncContext): number {
  const { completions, parallelism } = job.spec;
  if (completions === undefined) return succeeded > 0 ? active : parallelism;
  return Math.max(0, Math.min(completions - succeeded, parallelism));
}

/** At least so many of the active pods: first those that are in the way of others with the same index. */
function podsToDelete({ job, activePods }: SyncContext, atLeast: number): readonly Pod[] {
  if (!isIndexed(job)) return atLeast === 0 ? [] : [...activePods].sort(compareActivePods).slice(0, atLeast);
  const { duplicates, rest } = splitDuplicates(job, activePods);
  if (duplicates.length >= atLeast) return duplicates;
  return [...duplicates, ...[...rest].sort(compareActivePods).slice(0, atLeast - duplicates.length)];
}

function* createPods(context: SyncContext, missing: number, hands: PodHands): Steps<string | undefined> {
  const { job } = context;
  if (!limitsEachIndex(job)) {
    const wait = remainingBackOff(context.backoff, hands.now());
    if (wait > 0) {
      hands.again(context, wait);
      return undefined;
    }
  }
  if (!isIndexed(job)) {
    const request: Request = { verb: 'create', object: newPod(job, hands.owners(context)) };
    return yield* create(context, missing, () => request, hands);
  }
  const pending = pendingIndexes(
    job,
    context.pods,
    context.activePods,
    context.succeededIndexes,
    context.failedIndexes ?? NO_INDEXES,
    missing,
  );
  const { indexes, waitMicros } = indexesToStart(pending, context.replaced, hands.now());
  if (waitMicros > 0) {
    hands.again(context, waitMicros);
    return undefined;
  }
  let next = 0;
  const request = (): Request => {
    const index = indexes[next++]!;
    const object = newIndexedPod(job, hands.owners(context), index, context.replaced.get(index));
    return { verb: 'create', object };
  };
  return yield* create(context, indexes.length, request, hands);
}

function* create(
  context: SyncContext,
  count: number,
  request: () => Request,
  hands: PodHands,
): Steps<string | undefined> {
  const { key } = context;
  hands.expectations.expectCreations(key, count);
  const { successes, failure } = yield* slowStart(count, request, (answer) => created(context, answer, hands));
  for (let i = successes; i < count; i++) hands.expectations.creationObserved(key);
  context.active += successes;
  return failure;
}

function created(context: SyncContext, answer: Response, hands: PodHands): boolean {
  if (answer.ok) {
    const pod = answer.object as Pod;
    hands.wrote(context, pod);
    hands.record(context, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
    return true;
  }
  // In a namespace that goes away nothing is left to do.
  if (isNamespaceTerminating(answer)) return true;
  hands.record(context, 'Warning', 'FailedCreate', `Error creating: ${answer.message}`);
  return false;
}

/** Pods that are no longer wanted go uncounted: they lose their finalizer first. */
function* deletePods(context: SyncContext, victims: readonly Pod[], hands: PodHands): Steps<string | undefined> {
  if (victims.length === 0) return undefined;
  hands.expectations.expectDeletions(context.key, victims.map(keyOf));
  const tracked = victims.filter(isTracked);
  const answers: readonly Response[] = yield tracked.map(untrack);
  let failure: string | undefined;
  const refused = new Set<Pod>();
  answers.forEach((answer, i) => {
    const pod = tracked[i]!;
    if (answer.ok) return hands.wrote(context, answer.object as Pod);
    hands.expectations.deletionObserved(context.key, keyOf(pod));
    refused.add(pod);
    if (answer.reason !== 'NotFound') failure ??= answer.message;
  });
  const left = victims.filter((pod) => !refused.has(pod));
  return (yield* removePods(context, left, hands)) ?? failure;
}

/** Deletes all active pods of a Job that is over; they keep their finalizer until they are counted. */
export function* deleteActivePods(context: SyncContext, hands: PodHands): Steps<string | undefined> {
  return yield* removePods(context, context.activePods, hands);
}

function* removePods(context: SyncContext, victims: readonly Pod[], hands: PodHands): Steps<string | undefined> {
  if (victims.length === 0) return undefined;
  const requests = victims.map((pod): Request => ({ verb: 'delete', kind: 'Pod', key: keyOf(pod) }));
  const answers: readonly Response[] = yield requests;
  let failure: string | undefined;
  answers.forEach((answer, i) => {
    const pod = victims[i]!;
    if (answer.ok) {
      context.active--;
      context.terminating++;
      if (isPodReady(pod)) context.ready--;
      hands.record(context, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
      return;
    }
    hands.expectations.deletionObserved(context.key, keyOf(pod));
    if (answer.reason === 'NotFound') {
      context.active--;
      if (isPodReady(pod)) context.ready--;
      return;
    }
    hands.record(context, 'Warning', 'FailedDelete', `Error deleting: ${answer.message}`);
    failure ??= answer.message;
  });
  return failure;
}

import type { Pod } from '../../../sim/api/pod.ts';
import type { StatefulSetStatus } from '../../../sim/api/stateful-set.ts';
import type { Steps } from '../../../sim/policy-api/controllers.ts';
import type { SyncError } from '../../../sim/policy-api/sync-error.ts';
import { attempt, inGrowingBatches } from '../together.ts';
import { applyRetentionPolicy, claimsFollowPolicy, createMissingClaims, hasStaleClaim } from './claims.ts';
import { isRunningAndAvailable, isTerminating } from './pod-states.ts';
import { createPod, deletePod, isInOrder, putInOrder, type Writer } from './pods.ts';
import { podsOf, roster, type Condemned, type Replica, type Roster } from './replicas.ts';
import type { Revisions } from './revisions.ts';
import { statusOf } from './status.ts';
import { nextToUpdate, nextToUpdateTogether } from './update-plan.ts';

/** At most so many pods at once where the order does not matter. */
const MOST_AT_ONCE = 500;

/** What a sync came to: the status is worth writing even when something did not get through. */
export interface Result {
  readonly status: StatefulSetStatus;
  readonly failure: SyncError | undefined;
}

/** Whether nothing further may be done in this sync. */
type Blocks = boolean;

/**
 * One step towards what the set asks for (kubernetes-behaviour.md 3.3): every ordinal has its pod, nobody else has one,
 * and then the update goes on. Scaling comes before updating.
 *
 * @param now the time at which the pods are judged
 * @param updatesTogether the gate MaxUnavailableStatefulSet
 */
export function* reconcile(
  writer: Writer,
  revisions: Revisions,
  pods: readonly Pod[],
  now: number,
  updatesTogether: boolean,
): Steps<Result> {
  const { set } = writer;
  const sorted = roster(set, revisions, pods, now);
  const status = statusOf(set, revisions, podsOf(sorted), now);
  if (set.metadata.deletionTimestamp !== undefined) return { status, failure: undefined };
  const settled = yield* attempt(settleOrdinals(writer, sorted, now));
  if (!settled.ok) return { status, failure: settled.error };
  if (settled.value) return { status, failure: undefined };
  if (set.spec.updateStrategy.type === 'OnDelete') return { status, failure: undefined };
  const choose = updatesTogether ? nextToUpdateTogether : nextToUpdate;
  return yield* takeDown(writer, choose(set, sorted.replicas, revisions.update.metadata.name, now), status);
}

/** Creates what is missing and removes what is too much; true when that is not over. */
function* settleOrdinals(
  writer: Writer,
  { replicas, condemned, firstUnavailable }: Roster,
  now: number,
): Steps<Blocks> {
  const { set, host } = writer;
  const inTurn = set.spec.podManagementPolicy === 'OrderedReady';
  const blocked = yield* forAll(inTurn, replicas, (replica) => settleReplica(writer, replica, inTurn, now));
  if (blocked) return true;
  const keep = yield* forAll(inTurn, condemned, function* ({ pod, ordinal }): Steps<Blocks> {
    if (!claimsFollowPolicy(host, set, pod, ordinal)) yield* applyRetentionPolicy(host, set, pod, ordinal);
    return false;
  });
  if (keep) return true;
  return yield* forAll(inTurn, condemned, (one) => removeCondemned(writer, one, inTurn, firstUnavailable, now));
}

/** One after the other until one blocks, or in growing batches where nobody waits for anybody. */
function* forAll<T>(inTurn: boolean, all: readonly T[], act: (one: T) => Steps<Blocks>): Steps<Blocks> {
  if (inTurn) {
    for (const one of all) if (yield* act(one)) return true;
    return false;
  }
  yield* inGrowingBatches(all.length, MOST_AT_ONCE, (place) => act(all[place]!));
  return false;
}

function* settleReplica(writer: Writer, replica: Replica, inTurn: boolean, now: number): Steps<Blocks> {
  const { host, set } = writer;
  const { pod, ordinal } = replica;
  if (pod === undefined) {
    if (hasStaleClaim(host, set, ordinal)) return true;
    yield* createPod(writer, replica);
    return inTurn;
  }
  if (pod.status.phase === 'Failed' || pod.status.phase === 'Succeeded') {
    // Its successor is made when it is gone: both would have the same name.
    if (!isTerminating(pod)) yield* deletePod(writer, pod);
    return true;
  }
  if (pod.status.phase === 'Pending') {
    yield* createMissingClaims(host, set, ordinal);
    if (!claimsFollowPolicy(host, set, pod, ordinal)) yield* applyRetentionPolicy(host, set, pod, ordinal);
  }
  const isUp = !isTerminating(pod) && isRunningAndAvailable(pod, set.spec.minReadySeconds, now);
  if (inTurn && !isUp) return true;
  if (!isInOrder(writer, pod, ordinal)) yield* putInOrder(writer, pod, ordinal);
  return false;
}

function* removeCondemned(
  writer: Writer,
  { pod, ordinal }: Condemned,
  inTurn: boolean,
  firstUnavailable: number | undefined,
  now: number,
): Steps<Blocks> {
  if (isTerminating(pod)) return inTurn;
  const isUp = isRunningAndAvailable(pod, writer.set.spec.minReadySeconds, now);
  if (inTurn && !isUp && ordinal !== firstUnavailable) return true;
  yield* deletePod(writer, pod);
  return true;
}

/** Each pod taken down counts at once as one less of the current revision. */
function* takeDown(writer: Writer, victims: readonly Pod[], status: StatefulSetStatus): Steps<Result> {
  let { currentReplicas } = status;
  for (const pod of victims) {
    const ending = yield* attempt(deletePod(writer, pod));
    if (!ending.ok) return { status: { ...status, currentReplicas }, failure: ending.error };
    currentReplicas--;
  }
  return { status: { ...status, currentReplicas }, failure: undefined };
}

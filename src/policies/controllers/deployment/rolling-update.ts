import type { ReplicaSet } from '../../../sim/api/workloads.ts';
import type { Steps } from '../../../sim/policy-api/controllers.ts';
import { SyncError } from '../../../sim/policy-api/sync-error.ts';
import type { Draft } from './draft.ts';
import { maxUnavailable } from './fenceposts.ts';
import { cleanUpHistory } from './history.ts';
import { generationsOf, roomFor } from './new-replica-set.ts';
import { active, allOf, availableReplicas, oldestFirst, wantedReplicas } from './replica-sets.ts';
import { resize } from './scale-replica-set.ts';
import { isComplete, syncRolloutStatus } from './status.ts';

/** One step of a rolling update: up if there is room, else down if enough is available (kubernetes-behaviour.md 3.2). */
export function* rollingUpdate(draft: Draft, replicaSets: readonly ReplicaSet[]): Steps<void> {
  const generations = yield* generationsOf(draft, replicaSets, 'create');
  const { current, old } = generations;
  const moved =
    current !== undefined &&
    ((yield* growCurrent(draft, current, old)) || (yield* shrinkOld(draft, current, active(old))));
  if (!moved && isComplete(draft, draft.status)) yield* cleanUpHistory(draft, old);
  yield* syncRolloutStatus(draft, generations);
}

function* growCurrent(draft: Draft, current: ReplicaSet, old: readonly ReplicaSet[]): Steps<boolean> {
  const wish = draft.spec.replicas;
  const size = current.spec.replicas;
  const next = size > wish ? wish : roomFor(draft, old, size);
  yield* resize(draft, current, next);
  return next !== size;
}

function* shrinkOld(draft: Draft, current: ReplicaSet, old: readonly ReplicaSet[]): Steps<boolean> {
  if (wantedReplicas(old) === 0) return false;
  const { spec } = draft;
  const minAvailable = spec.replicas - maxUnavailable(spec);
  const all = wantedReplicas(allOf({ current, old }));
  const newUnavailable = current.spec.replicas - current.status.availableReplicas;
  const maxScaledDown = all - minAvailable - newUnavailable;
  if (maxScaledDown <= 0) return false;
  try {
    const sorted = [...old].sort(oldestFirst);
    const cleaned = yield* cleanUpUnhealthy(draft, sorted, maxScaledDown);
    const shrunk = yield* shrinkWithinBudget(draft, current, cleaned.old, minAvailable);
    return cleaned.count + shrunk > 0;
  } catch (error) {
    // The real controller drops an error here: the rollout goes on with the next change of a ReplicaSet.
    if (error instanceof SyncError) return false;
    throw error;
  }
}

/**
 * Takes what does not work anyway first. Gives the old ReplicaSets as they are afterwards.
 *
 * @throws SyncError at one that reports more available pods than it is to have: it was scaled down and has not said so
 *   yet, so nothing that statuses say can be relied upon
 */
function* cleanUpUnhealthy(
  draft: Draft,
  old: readonly ReplicaSet[],
  atMost: number,
): Steps<{ readonly old: readonly ReplicaSet[]; readonly count: number }> {
  const after = [...old];
  let count = 0;
  for (let i = 0; i < after.length && count < atMost; i++) {
    const rs = after[i]!;
    const unhealthy = rs.spec.replicas - rs.status.availableReplicas;
    if (rs.spec.replicas === 0 || unhealthy === 0) continue;
    if (unhealthy < 0) throw new SyncError(`the status of ${rs.metadata.name} is from before it was scaled down`);
    const share = Math.min(atMost - count, unhealthy);
    after[i] = yield* resize(draft, rs, rs.spec.replicas - share);
    count += share;
  }
  return { old: after, count };
}

/** Takes as many more as availability allows, by the statuses known so far. */
function* shrinkWithinBudget(
  draft: Draft,
  current: ReplicaSet,
  old: readonly ReplicaSet[],
  minAvailable: number,
): Steps<number> {
  const budget = availableReplicas(allOf({ current, old })) - minAvailable;
  let done = 0;
  for (const rs of old) {
    if (done >= budget) break;
    const share = Math.min(rs.spec.replicas, budget - done);
    if (share === 0) continue;
    yield* resize(draft, rs, rs.spec.replicas - share);
    done += share;
  }
  return done;
}

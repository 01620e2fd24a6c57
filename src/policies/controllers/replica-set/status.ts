import { keyOf } from '../../../sim/api/kinds.ts';
import type { Condition } from '../../../sim/api/meta.ts';
import { sameData } from '../../../sim/api/equality.ts';
import { conditionOf } from '../../../sim/api/pod.ts';
import type { ReplicaSet, ReplicaSetStatus } from '../../../sim/api/workloads.ts';
import type { Response } from '../../../sim/api/request.ts';
import type { Steps } from '../../../sim/policy-api/controllers.ts';
import { SyncError } from '../../../sim/policy-api/sync-error.ts';
import { demand } from '../requests.ts';
import { wholeSecond } from '../whole-second.ts';

/** The counts of a ReplicaSet's status. */
export interface ReplicaCounts {
  readonly active: number;
  readonly fullyLabeled: number;
  readonly ready: number;
  readonly available: number;
  readonly terminating: number;
}

const REPLICA_FAILURE = 'ReplicaFailure';

/** @param failure why creating or deleting pods did not get through in this sync */
export function calculateStatus(
  replicaSet: ReplicaSet,
  counts: ReplicaCounts,
  failure: string | undefined,
  now: number,
): ReplicaSetStatus {
  return {
    observedGeneration: replicaSet.metadata.generation,
    replicas: counts.active,
    fullyLabeledReplicas: counts.fullyLabeled,
    readyReplicas: counts.ready,
    availableReplicas: counts.available,
    terminatingReplicas: counts.terminating,
    conditions: conditionsAfter(replicaSet, counts.active, failure, now),
  };
}

/** ReplicaFailure appears with the first failure, keeps its first message, and goes with the first success. */
function conditionsAfter(
  replicaSet: ReplicaSet,
  active: number,
  failure: string | undefined,
  now: number,
): readonly Condition[] {
  const { conditions } = replicaSet.status;
  const known = conditionOf(conditions, REPLICA_FAILURE);
  if (failure === undefined) {
    return known === undefined ? conditions : conditions.filter(({ type }) => type !== REPLICA_FAILURE);
  }
  if (known !== undefined) return conditions;
  const missing = active < replicaSet.spec.replicas;
  return [
    ...conditions,
    {
      type: REPLICA_FAILURE,
      status: 'True',
      reason: missing ? 'FailedCreate' : 'FailedDelete',
      message: failure,
      lastTransitionTime: wholeSecond(now),
    },
  ];
}

/**
 * Writes the status if it says something new. A refused write is tried once more on the version the server has.
 * Gives the ReplicaSet as it is afterwards.
 */
export function* writeStatus(replicaSet: ReplicaSet, status: ReplicaSetStatus): Steps<ReplicaSet> {
  if (sameData(replicaSet.status, status)) return replicaSet;
  const first: Response = yield { verb: 'update', subresource: 'status', object: { ...replicaSet, status } };
  if (first.ok) return first.object as ReplicaSet;
  const fresh = yield* demand<ReplicaSet>({ verb: 'get', kind: 'ReplicaSet', key: keyOf(replicaSet) });
  const second: Response = yield { verb: 'update', subresource: 'status', object: { ...fresh, status } };
  if (!second.ok) throw new SyncError(second.message);
  return second.object as ReplicaSet;
}

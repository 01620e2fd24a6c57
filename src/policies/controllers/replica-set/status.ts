import { keyOf } from '../../../sim/api/kinds.ts';
import type { Condition } from '../../../sim/api/meta.ts';
import { withParts } from '../../../sim/api/versions.ts';
import { sameData } from '../../../sim/api/equality.ts';
import { conditionOf } from '../../../sim/api/pod.ts';
import type { ReplicaSetStatus } from '../../../sim/api/workloads.ts';
import type { Response } from '../../../sim/api/request.ts';
import type { Steps } from '../../../sim/policy-api/controllers.ts';
import { SyncError } from '../../../sim/policy-api/sync-error.ts';
import { demand } from '../requests.ts';
import { wholeSecond } from '../whole-second.ts';
import type { Replicated } from './replicated.ts';

/** The counts of a ReplicaSet's status. */
export interface ReplicaCounts {
  readonly active: number;
  readonly fullyLabeled: number;
  readonly ready: number;
  readonly terminating: number;
}

const REPLICA_FAILURE = 'ReplicaFailure';

/** @param failure why creating or deleting pods did not get through in this sync */
export function calculateStatus(
  replicaSet: Replicated,
  counts: ReplicaCounts,
  available: number,
  failure: string | undefined,
  now: number,
): ReplicaSetStatus {
  return {
    observedGeneration: replicaSet.metadata.generation,
    replicas: counts.active,
    fullyLabeledReplicas: counts.fullyLabeled,
    readyReplicas: counts.ready,
    availableReplicas: available,
    terminatingReplicas: counts.terminating,
    conditions: conditionsAfter(replicaSet, counts.active, failure, now),
  };
}

/** ReplicaFailure appears with the first failure, keeps its first message, and goes with the first success. */
function conditionsAfter(
  replicaSet: Replicated,
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
 * Gives the owner as it is afterwards.
 */
export function* writeStatus(owner: Replicated, status: ReplicaSetStatus): Steps<Replicated> {
  const next = withStatus(owner, status);
  if (sameData(owner.status, next.status)) return owner;
  const first: Response = yield { verb: 'update', subresource: 'status', object: next };
  if (first.ok) return first.object as Replicated;
  const fresh = yield* demand<Replicated>({ verb: 'get', kind: owner.kind, key: keyOf(owner) });
  const second: Response = yield { verb: 'update', subresource: 'status', object: withStatus(fresh, status) };
  if (!second.ok) throw new SyncError(second.message);
  return second.object as Replicated;
}

/** A ReplicationController does not say how many of its pods are on their way out. */
function withStatus(owner: Replicated, status: ReplicaSetStatus): Replicated {
  if (owner.kind === 'ReplicaSet') return withParts(owner, owner.metadata, owner.spec, status);
  const { terminatingReplicas: _terminating, ...rest } = status;
  return { ...owner, status: rest };
}

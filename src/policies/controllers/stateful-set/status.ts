import type { Pod } from '../../../sim/api/pod.ts';
import type { StatefulSet, StatefulSetStatus } from '../../../sim/api/stateful-set.ts';
import type { Response } from '../../../sim/api/request.ts';
import type { Steps } from '../../../sim/policy-api/controllers.ts';
import { SyncError } from '../../../sim/policy-api/sync-error.ts';
import { revisionOf } from './identity.ts';
import { isRunningAndAvailable, isRunningAndReady, isTerminating } from './pod-states.ts';
import type { Revisions } from './revisions.ts';

/** The status as the pods in the cache make it; `pods` are those that exist. */
export function statusOf(
  set: StatefulSet,
  { current, update, collisionCount }: Revisions,
  pods: Iterable<Pod>,
  now: number,
): StatefulSetStatus {
  let replicas = 0;
  let readyReplicas = 0;
  let availableReplicas = 0;
  let currentReplicas = 0;
  let updatedReplicas = 0;
  for (const pod of pods) {
    replicas++;
    if (isRunningAndReady(pod)) {
      readyReplicas++;
      if (isRunningAndAvailable(pod, set.spec.minReadySeconds, now)) availableReplicas++;
    }
    if (isTerminating(pod)) continue;
    const revision = revisionOf(pod);
    if (revision === current.metadata.name) currentReplicas++;
    if (revision === update.metadata.name) updatedReplicas++;
  }
  return {
    observedGeneration: set.metadata.generation,
    replicas,
    readyReplicas,
    availableReplicas,
    currentReplicas,
    updatedReplicas,
    currentRevision: current.metadata.name,
    updateRevision: update.metadata.name,
    collisionCount,
    conditions: set.status.conditions,
  };
}

/** A rolling update is over when every pod is of the new revision and ready: from then on that is the current one. */
function withUpdateCompleted({ spec }: StatefulSet, status: StatefulSetStatus): StatefulSetStatus {
  const isOver =
    spec.updateStrategy.type === 'RollingUpdate' &&
    status.updatedReplicas === spec.replicas &&
    status.readyReplicas === spec.replicas &&
    status.replicas === spec.replicas;
  if (!isOver) return status;
  return { ...status, currentReplicas: status.updatedReplicas, currentRevision: status.updateRevision };
}

/** Conditions and collisions alone are no reason to write. */
function saysSomethingNew(before: StatefulSetStatus, after: StatefulSetStatus): boolean {
  return (
    after.observedGeneration > before.observedGeneration ||
    after.replicas !== before.replicas ||
    after.currentReplicas !== before.currentReplicas ||
    after.readyReplicas !== before.readyReplicas ||
    after.updatedReplicas !== before.updatedReplicas ||
    after.availableReplicas !== before.availableReplicas ||
    after.currentRevision !== before.currentRevision ||
    after.updateRevision !== before.updateRevision
  );
}

/**
 * Writes the status if it says something new; gives the set as it is afterwards.
 *
 * @throws SyncError when the write was refused: the next sync looks at a newer set
 */
export function* writeStatus(set: StatefulSet, counted: StatefulSetStatus): Steps<StatefulSet> {
  const status = withUpdateCompleted(set, counted);
  if (!saysSomethingNew(set.status, status)) return set;
  const answer: Response = yield { verb: 'update', subresource: 'status', object: { ...set, status } };
  if (!answer.ok) throw new SyncError(answer.message);
  return answer.object as StatefulSet;
}

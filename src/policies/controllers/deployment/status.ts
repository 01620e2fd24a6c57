import { sameData } from '../../../sim/api/equality.ts';
import type { Condition } from '../../../sim/api/meta.ts';
import { conditionOf } from '../../../sim/api/pod.ts';
import type { DeploymentSpec, DeploymentStatus, ReplicaSet } from '../../../sim/api/workloads.ts';
import type { Steps } from '../../../sim/policy-api/controllers.ts';
import { wholeSecond } from '../whole-second.ts';
import { AVAILABLE, PROGRESSING, REPLICA_FAILURE, withCondition, withoutCondition, type Draft } from './draft.ts';
import { maxUnavailable } from './fenceposts.ts';
import { allOf, availableReplicas, sumOf, wantedReplicas, type Generations } from './replica-sets.ts';

const MICROS_PER_SECOND = 1_000_000;

/** The counts and the Available condition, from what the ReplicaSets' statuses say (kubernetes-behaviour.md 3.2). */
export function calculateStatus(draft: Draft, generations: Generations): DeploymentStatus {
  const { spec } = draft;
  const all = allOf(generations);
  const available = availableReplicas(all);
  const enough = available >= spec.replicas - maxUnavailable(spec);
  return {
    observedGeneration: draft.read.metadata.generation,
    replicas: sumOf(all, (rs) => rs.status.replicas),
    updatedReplicas: generations.current?.status.replicas ?? 0,
    readyReplicas: sumOf(all, (rs) => rs.status.readyReplicas),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, wantedReplicas(all) - available),
    terminatingReplicas: sumOf(all, (rs) => rs.status.terminatingReplicas),
    collisionCount: draft.status.collisionCount,
    conditions: withCondition(
      draft.status.conditions,
      enough
        ? draft.condition(AVAILABLE, 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.')
        : draft.condition(
            AVAILABLE,
            'False',
            'MinimumReplicasUnavailable',
            'Deployment does not have minimum availability.',
          ),
    ),
  };
}

/** Writes counts and availability, and leaves the progress of the rollout out of account. */
export function* syncStatus(draft: Draft, generations: Generations): Steps<void> {
  const status = calculateStatus(draft, generations);
  if (sameData(draft.status, status)) return;
  draft.status = status;
  yield* draft.writeStatus();
}

/** Every wished replica is of the new template, available, and no other is left. */
export function isComplete(draft: Draft, status: DeploymentStatus): boolean {
  const { replicas } = draft.spec;
  return (
    status.updatedReplicas === replicas &&
    status.replicas === replicas &&
    status.availableReplicas === replicas &&
    status.observedGeneration >= draft.read.metadata.generation
  );
}

function hasProgressed(before: DeploymentStatus, after: DeploymentStatus): boolean {
  return (
    after.updatedReplicas > before.updatedReplicas ||
    after.replicas - after.updatedReplicas < before.replicas - before.updatedReplicas ||
    after.readyReplicas > before.readyReplicas ||
    after.availableReplicas > before.availableReplicas
  );
}

function hasTimedOut(spec: DeploymentSpec, status: DeploymentStatus, now: number): boolean {
  const progress = conditionOf(status.conditions, PROGRESSING);
  if (progress === undefined || progress.reason === 'NewReplicaSetAvailable') return false;
  if (progress.reason === 'ProgressDeadlineExceeded') return true;
  return (progress.lastUpdateTime ?? 0) + spec.progressDeadlineSeconds * MICROS_PER_SECOND < now;
}

/**
 * Writes the status at the end of a rollout's step: counts, availability, progress and the failures of ReplicaSets. A
 * rollout without news comes back when its deadline will have passed (kubernetes-behaviour.md 3.2, "Progressing").
 */
export function* syncRolloutStatus(draft: Draft, generations: Generations): Steps<void> {
  let status = calculateStatus(draft, generations);
  const set = (conditions: readonly Condition[]): void => {
    status = { ...status, conditions };
  };
  if (!draft.hasProgressDeadline) set(withoutCondition(status.conditions, PROGRESSING));
  const known = draft.progress;
  const wasComplete = status.replicas === status.updatedReplicas && known?.reason === 'NewReplicaSetAvailable';
  if (draft.hasProgressDeadline && !wasComplete) set(conditionsOfProgress(draft, status, generations.current));

  const failure = replicaFailure(generations);
  set(
    failure === undefined
      ? withoutCondition(status.conditions, REPLICA_FAILURE)
      : withCondition(status.conditions, failure),
  );

  if (sameData(draft.status, status)) {
    comeBackAtDeadline(draft, status);
    return;
  }
  draft.status = status;
  yield* draft.writeStatus();
}

function conditionsOfProgress(
  draft: Draft,
  status: DeploymentStatus,
  current: ReplicaSet | undefined,
): readonly Condition[] {
  const subject = current === undefined ? `Deployment "${draft.name}"` : `ReplicaSet "${current.metadata.name}"`;
  const { conditions } = status;
  if (isComplete(draft, status)) {
    const message = `${subject} has successfully progressed.`;
    return withCondition(conditions, draft.condition(PROGRESSING, 'True', 'NewReplicaSetAvailable', message));
  }
  if (hasProgressed(draft.status, status)) {
    const progress = draft.condition(PROGRESSING, 'True', 'ReplicaSetUpdated', `${subject} is progressing.`);
    // Progress renews the condition even where it says the same, since its time of update is what the deadline counts from.
    const since = draft.progress?.status === 'True' ? draft.progress.lastTransitionTime : undefined;
    return [
      ...withoutCondition(conditions, PROGRESSING),
      since === undefined ? progress : { ...progress, lastTransitionTime: since },
    ];
  }
  if (hasTimedOut(draft.spec, status, draft.host.now())) {
    const message = `${subject} has timed out progressing.`;
    return withCondition(conditions, draft.condition(PROGRESSING, 'False', 'ProgressDeadlineExceeded', message));
  }
  return conditions;
}

/** The failure of the new ReplicaSet, else that of the first other one that has any. */
function replicaFailure(generations: Generations): Condition | undefined {
  for (const rs of generations.current === undefined ? generations.old : [generations.current, ...generations.old]) {
    const failure = conditionOf(rs.status.conditions, REPLICA_FAILURE);
    if (failure === undefined) continue;
    const at = wholeSecond(failure.lastTransitionTime ?? 0);
    return { ...failure, lastTransitionTime: at, lastUpdateTime: at };
  }
  return undefined;
}

function comeBackAtDeadline(draft: Draft, status: DeploymentStatus): void {
  const { progress } = draft;
  if (!draft.hasProgressDeadline || progress === undefined) return;
  if (isComplete(draft, status) || progress.reason === 'ProgressDeadlineExceeded') return;
  const deadline = (progress.lastUpdateTime ?? 0) + draft.spec.progressDeadlineSeconds * MICROS_PER_SECOND;
  const left = deadline - draft.host.now();
  const key = `${draft.read.metadata.namespace}/${draft.name}`;
  // A Deployment that was once whole and lacks replicas now never times out: it is looked at again and again.
  if (left < MICROS_PER_SECOND) draft.host.enqueueRateLimited(key);
  else draft.host.enqueueAfter(key, left + MICROS_PER_SECOND);
}

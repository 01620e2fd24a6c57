import type { Condition, Labels } from '../../../sim/api/meta.ts';
import { conditionOf } from '../../../sim/api/pod.ts';
import type { Deployment, DeploymentSpec, DeploymentStatus, ReplicaSet } from '../../../sim/api/workloads.ts';
import { metaAnnotated, withStatus } from '../../../sim/api/versions.ts';
import type { Response } from '../../../sim/api/request.ts';
import type { ControllerHost, Steps } from '../../../sim/policy-api/controllers.ts';
import { SyncError } from '../../../sim/policy-api/sync-error.ts';
import { ask } from '../requests.ts';
import { wholeSecond } from '../whole-second.ts';
import type { Generations } from './replica-sets.ts';

export const PROGRESSING = 'Progressing';
export const AVAILABLE = 'Available';
export const REPLICA_FAILURE = 'ReplicaFailure';

/** A deadline that means there is none. */
const NO_DEADLINE = 2_147_483_647;

/**
 * One sync's working copy of a Deployment: what the cache held, with the annotations and the status that the sync has
 * decided on since. It is always written at the version that was read, as the real controller does: a second write in
 * one sync is refused, and the next sync carries on from there.
 */
export class Draft {
  readonly host: ControllerHost;
  readonly read: Deployment;
  annotations: Labels;
  status: DeploymentStatus;
  /** How these ReplicaSets were told apart, if none of them had to be written to. */
  kept: { readonly of: readonly ReplicaSet[]; readonly generations: Generations } | undefined;

  constructor(host: ControllerHost, read: Deployment) {
    this.host = host;
    this.read = read;
    this.annotations = read.metadata.annotations;
    this.status = read.status;
  }

  get name(): string {
    return this.read.metadata.name;
  }

  get spec(): DeploymentSpec {
    return this.read.spec;
  }

  get hasProgressDeadline(): boolean {
    return this.spec.progressDeadlineSeconds !== NO_DEADLINE;
  }

  /** The Progressing condition as this sync has it. */
  get progress(): Condition | undefined {
    return conditionOf(this.status.conditions, PROGRESSING);
  }

  annotate(key: string, value: string): boolean {
    if (this.annotations[key] === value) return false;
    this.annotations = { ...this.annotations, [key]: value };
    return true;
  }

  setCondition(condition: Condition): void {
    this.status = { ...this.status, conditions: withCondition(this.status.conditions, condition) };
  }

  condition(type: string, status: Condition['status'], reason: string, message: string): Condition {
    const now = wholeSecond(this.host.now());
    return { type, status, reason, message, lastUpdateTime: now, lastTransitionTime: now };
  }

  /** Writes status and annotations: the status subresource of a Deployment takes both. */
  *writeStatus(): Steps<void> {
    const response = yield* this.tryWriteStatus();
    if (!response.ok) throw new SyncError(response.message);
  }

  /** As {@link writeStatus}, for a sync that has a worse failure to report than that this does not get through. */
  *tryWriteStatus(): Steps<Response> {
    const { read, annotations, status } = this;
    return yield* ask({
      verb: 'update',
      subresource: 'status',
      object: withStatus(read, metaAnnotated(read.metadata, annotations), status),
    });
  }
}

/**
 * The conditions with this one in place of its type's. One that says the same status for the same reason stays as it
 * is; while the status is the same, so is the time of the last transition.
 */
export function withCondition(conditions: readonly Condition[], condition: Condition): readonly Condition[] {
  const known = conditionOf(conditions, condition.type);
  if (known !== undefined && known.status === condition.status && known.reason === condition.reason) return conditions;
  const settled: Condition =
    known !== undefined && known.status === condition.status && known.lastTransitionTime !== undefined
      ? { ...condition, lastTransitionTime: known.lastTransitionTime }
      : condition;
  return [...withoutCondition(conditions, condition.type), settled];
}

export function withoutCondition(conditions: readonly Condition[], type: string): readonly Condition[] {
  return conditionOf(conditions, type) === undefined ? conditions : conditions.filter((one) => one.type !== type);
}

import type { Job } from '../../../sim/api/batch.ts';
import type { Condition } from '../../../sim/api/meta.ts';
import { conditionOf } from '../../../sim/api/pod.ts';
import { wholeSecond } from '../whole-second.ts';

export type JobConditionType = 'Complete' | 'Failed' | 'FailureTarget' | 'Suspended' | 'SuccessCriteriaMet';

export function newCondition(
  type: JobConditionType,
  status: 'True' | 'False',
  reason: string,
  message: string,
  now: number,
): Condition {
  const at = wholeSecond(now);
  return { type, status, reason, message, lastProbeTime: at, lastTransitionTime: at };
}

/** The condition that holds, if it does. */
export function heldCondition(job: Job, type: JobConditionType): Condition | undefined {
  const condition = conditionOf(job.status.conditions, type);
  return condition?.status === 'True' ? condition : undefined;
}

/** Complete or Failed: nothing more is done for it. */
export function finishedConditionOf(job: Job): Condition | undefined {
  return heldCondition(job, 'Complete') ?? heldCondition(job, 'Failed');
}

export function isFinished(job: Job): boolean {
  return finishedConditionOf(job) !== undefined;
}

/** The conditions with this one in its place; the very same list when it says nothing new. A first `False` is nothing. */
export function withCondition(conditions: readonly Condition[], next: Condition): readonly Condition[] {
  const known = conditionOf(conditions, next.type);
  if (known === undefined) return next.status === 'False' ? conditions : [...conditions, next];
  if (known.status === next.status && known.reason === next.reason && known.message === next.message) return conditions;
  return conditions.map((one) => (one === known ? next : one));
}

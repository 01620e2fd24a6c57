import type { Condition } from '../../../sim/api/meta.ts';
import { conditionOf } from '../../../sim/api/pod.ts';
import type { PodDisruptionBudget } from '../../../sim/api/policy.ts';
import { wholeSecond } from '../whole-second.ts';

type Status = PodDisruptionBudget['status'];

export interface Count {
  readonly expected: number;
  readonly desired: number;
  readonly healthy: number;
  /** When the eviction of each was granted, by name. */
  readonly disruptedPods: Readonly<Record<string, number>>;
}

/** The status that a count comes to (kubernetes-behaviour.md 3.12). */
export function statusOf(budget: PodDisruptionBudget, count: Count, now: number): Status {
  const spare = Math.max(0, count.healthy - count.desired);
  const disruptionsAllowed = count.expected <= 0 ? 0 : spare;
  const { generation } = budget.metadata;
  const condition: Condition =
    disruptionsAllowed > 0
      ? { type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods', observedGeneration: generation }
      : { type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods', observedGeneration: generation };
  return {
    observedGeneration: generation,
    disruptionsAllowed,
    currentHealthy: count.healthy,
    desiredHealthy: count.desired,
    expectedPods: count.expected,
    ...(Object.keys(count.disruptedPods).length === 0 ? {} : { disruptedPods: count.disruptedPods }),
    conditions: withCondition(budget.status.conditions ?? [], condition, now),
  };
}

/** The status where the count could not be made: nothing may be disrupted. */
export function withFailure({ status }: PodDisruptionBudget, message: string, now: number): Status {
  const condition: Condition = {
    type: 'DisruptionAllowed',
    status: 'False',
    reason: 'SyncFailed',
    message,
    observedGeneration: status.observedGeneration,
  };
  return { ...status, disruptionsAllowed: 0, conditions: withCondition(status.conditions ?? [], condition, now) };
}

function withCondition(before: readonly Condition[], condition: Condition, now: number): readonly Condition[] {
  const old = conditionOf(before, condition.type);
  const since = old?.status === condition.status ? old.lastTransitionTime : undefined;
  const settled = { ...condition, lastTransitionTime: since ?? wholeSecond(now) };
  return [...before.filter(({ type }) => type !== condition.type), settled];
}

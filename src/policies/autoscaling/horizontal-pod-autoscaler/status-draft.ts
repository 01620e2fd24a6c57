import type { HorizontalPodAutoscaler, MetricStatus } from '../../../sim/api/autoscaling.ts';
import { sameData } from '../../../sim/api/equality.ts';
import type { Condition, ConditionStatus } from '../../../sim/api/meta.ts';
import { conditionOf } from '../../../sim/api/pod.ts';
import { wholeSecond } from '../../controllers/whole-second.ts';

/** An autoscaler as a pass goes on changing its status. */
export class StatusDraft {
  readonly autoscaler: HorizontalPodAutoscaler;
  #conditions: readonly Condition[];
  #counts: Omit<HorizontalPodAutoscaler['status'], 'conditions'>;

  constructor(autoscaler: HorizontalPodAutoscaler) {
    this.autoscaler = autoscaler;
    const { conditions, ...counts } = autoscaler.status;
    this.#conditions = conditions;
    this.#counts = counts;
  }

  /** When it was that a condition's status last changed is kept; its words are always the latest. */
  setCondition(type: string, status: ConditionStatus, reason: string, message: string, now: number): void {
    const known = conditionOf(this.#conditions, type);
    const since = known?.status === status ? known.lastTransitionTime : wholeSecond(now);
    const next: Condition = {
      type,
      status,
      reason,
      message,
      ...(since === undefined ? {} : { lastTransitionTime: since }),
    };
    this.#conditions =
      known === undefined
        ? [...this.#conditions, next]
        : this.#conditions.map((condition) => (condition === known ? next : condition));
  }

  /** @param scaledAt when the target was scaled in this pass */
  setCounts(
    currentReplicas: number,
    desiredReplicas: number | undefined,
    currentMetrics: readonly MetricStatus[],
    scaledAt: number | undefined,
  ): void {
    this.#counts = {
      ...this.#counts,
      currentReplicas,
      desiredReplicas: desiredReplicas ?? this.#counts.desiredReplicas,
      currentMetrics,
      lastScaleTime: scaledAt === undefined ? this.#counts.lastScaleTime : wholeSecond(scaledAt),
    };
  }

  /** The autoscaler with the status as it is now; undefined when there is nothing to write. */
  get written(): HorizontalPodAutoscaler | undefined {
    const status = { ...this.#counts, conditions: this.#conditions };
    return sameData(status, this.autoscaler.status) ? undefined : { ...this.autoscaler, status };
  }
}

import { compileLabelSelector } from '../../../sim/api/label-selector.ts';
import type { PodDisruptionBudget } from '../../../sim/api/policy.ts';
import type { Pod } from '../../../sim/api/pod.ts';

interface Remaining {
  readonly namespace: string;
  readonly matches: (labels: Pod['metadata']['labels']) => boolean;
  allowed: number;
}

/** What the disruption budgets still allow when the pods that are to go anyway have been counted. */
export class RemainingBudgets {
  readonly #budgets: readonly Remaining[];

  constructor(budgets: readonly PodDisruptionBudget[]) {
    this.#budgets = budgets.map(({ metadata, spec, status }) => ({
      namespace: metadata.namespace,
      matches: compileLabelSelector(spec.selector),
      allowed: status.disruptionsAllowed,
    }));
  }

  /** Whether any budget speaks of the pod. */
  cover(pod: Pod): boolean {
    return this.#budgets.some((budget) => covers(budget, pod));
  }

  /** Whether each budget of the pod lets one more go. */
  allow(pod: Pod): boolean {
    return this.#budgets.every((budget) => !covers(budget, pod) || budget.allowed >= 1);
  }

  /** Whether all of them may go at the same time. */
  allowTogether(pods: readonly Pod[]): boolean {
    return this.#budgets.every((budget) => {
      const count = pods.filter((pod) => covers(budget, pod)).length;
      return count === 0 || budget.allowed >= count;
    });
  }

  remove(pods: readonly Pod[]): void {
    for (const budget of this.#budgets) for (const pod of pods) if (covers(budget, pod)) budget.allowed--;
  }
}

function covers(budget: Remaining, { metadata }: Pod): boolean {
  return budget.namespace === metadata.namespace && budget.matches(metadata.labels);
}

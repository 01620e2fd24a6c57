import type { Pod } from '../../../sim/api/pod.ts';
import type { PodDisruptionBudget } from '../../../sim/api/policy.ts';
import type { PodInfo } from '../../../sim/policy-api/scheduling.ts';
import { compileLabelSelector, isEmptySelector } from '../../../sim/api/label-selector.ts';

export interface BudgetSplit {
  /** Pods whose eviction would overdraw a budget, given that all before them in the list go too. */
  readonly violating: readonly PodInfo[];
  readonly others: readonly PodInfo[];
}

/**
 * Walks the pods in order and draws each one from every budget that covers it (kube-scheduler-semantics.md 6.4). Budgets are of
 * one namespace, an empty selector covers nothing here, and a pod that a budget knows to be going already is not drawn.
 */
export function splitByBudgets(pods: readonly PodInfo[], budgets: readonly PodDisruptionBudget[]): BudgetSplit {
  if (budgets.length === 0) return { violating: [], others: pods };
  const left = budgets.map((budget) => budget.status.disruptionsAllowed);
  const violating: PodInfo[] = [];
  const others: PodInfo[] = [];
  for (const info of pods) {
    let overdrawn = false;
    budgets.forEach((budget, i) => {
      if (!covers(budget, info.pod) || isDisrupted(budget, info.pod)) return;
      left[i]!--;
      if (left[i]! < 0) overdrawn = true;
    });
    (overdrawn ? violating : others).push(info);
  }
  return { violating, others };
}

function covers(budget: PodDisruptionBudget, pod: Pod): boolean {
  const { selector } = budget.spec;
  if (selector === undefined || budget.metadata.namespace !== pod.metadata.namespace) return false;
  if (isEmptySelector(selector) || Object.keys(pod.metadata.labels).length === 0) return false;
  return compileLabelSelector(selector)(pod.metadata.labels);
}

function isDisrupted(budget: PodDisruptionBudget, pod: Pod): boolean {
  const { disruptedPods } = budget.status;
  return disruptedPods !== undefined && Object.hasOwn(disruptedPods, pod.metadata.name);
}

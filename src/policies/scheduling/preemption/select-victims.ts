import type { PodDisruptionBudget } from '../../../sim/api/policy.ts';
import type { CycleState, NodeInfo, PluginHandle, PodInfo } from '../../../sim/policy-api/scheduling.ts';
import { Code, unresolvable, type Status } from '../../../sim/policy-api/status.ts';
import { splitByBudgets } from './disruption-budgets.ts';
import { goSort } from './go-sort.ts';
import { isMoreImportant, priorityOf } from './importance.ts';

export interface Victims {
  /** Most important first. */
  readonly pods: readonly PodInfo[];
  /** How many of them their budgets did not allow to go. */
  readonly violations: number;
}

export const NO_VICTIMS = unresolvable('No preemption victims found for incoming pod');

/** The parts of the framework that a dry run needs. */
export type DryRunHandle = Pick<PluginHandle, 'cloneNode' | 'runFilters' | 'runAddPod' | 'runRemovePod'>;

/**
 * Which pods would have to leave a node for `pod` to fit, or why that would not help (kube-scheduler-semantics.md 6.4). All pods of
 * lower priority are taken away; then, most important first and those that violate a budget before the others, each is
 * put back that leaves room. `state` is the cycle's and stays as it is.
 */
export function selectVictims(
  handle: DryRunHandle,
  cycle: CycleState,
  pod: PodInfo,
  on: NodeInfo,
  budgets: readonly PodDisruptionBudget[],
): Victims | Status {
  const priority = priorityOf(pod.pod);
  const potential = on.pods.filter((other) => priorityOf(other.pod) < priority);
  if (potential.length === 0) return NO_VICTIMS;

  const node = handle.cloneNode(on);
  const state = cycle.clone();
  const remove = (other: PodInfo): Status | undefined => {
    if (!node.removePod(other))
      return { code: Code.Error, reasons: [`pod ${other.pod.metadata.name} is not on the node`] };
    return handle.runRemovePod(state, pod, other, node);
  };
  const add = (other: PodInfo): Status | undefined => {
    node.addPod(other);
    return handle.runAddPod(state, pod, other, node);
  };

  for (const other of potential) {
    const status = remove(other);
    if (status !== undefined) return status;
  }
  const emptied = handle.runFilters(state, pod, node);
  if (emptied !== undefined) return emptied;

  goSort(potential, (a, b) => isMoreImportant(a.pod, b.pod));
  const { violating, others } = splitByBudgets(potential, budgets);
  const victims: PodInfo[] = [];
  let violations = 0;
  for (const group of [violating, others]) {
    for (const other of group) {
      const failed = add(other);
      if (failed !== undefined) return failed;
      if (handle.runFilters(state, pod, node) === undefined) continue;
      const status = remove(other);
      if (status !== undefined) return status;
      victims.push(other);
      if (group === violating) violations++;
    }
  }
  if (violating.length > 0 && others.length > 0) goSort(victims, (a, b) => isMoreImportant(a.pod, b.pod));
  if (victims.length === 0) {
    return { code: Code.Error, reasons: [`expected at least one victim pod on node "${on.name}"`] };
  }
  return { pods: victims, violations };
}

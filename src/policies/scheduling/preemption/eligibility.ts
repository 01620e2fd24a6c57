import { conditionOf, type Pod } from '../../../sim/api/pod.ts';
import type { NodeStatuses, Snapshot } from '../../../sim/policy-api/scheduling.ts';
import { Code } from '../../../sim/policy-api/status.ts';
import { priorityOf } from './importance.ts';

/** Why a pod may not preempt at this time; `undefined`: it may (kube-scheduler-semantics.md 6.2). */
export function ineligibleBecause(pod: Pod, snapshot: Snapshot, statuses: NodeStatuses): string | undefined {
  if (pod.spec.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  const nominated = pod.status.nominatedNodeName;
  if (nominated === undefined || nominated === '') return undefined;
  // A node that cannot take the pod whoever leaves it is no reason to wait.
  if (statuses.get(nominated).code === Code.UnschedulableAndUnresolvable) return undefined;
  const priority = priorityOf(pod);
  const isAwaited = snapshot
    .get(nominated)
    ?.pods.some((other) => priorityOf(other.pod) < priority && isBeingPreempted(other.pod));
  return isAwaited === true ? 'not eligible due to a terminating pod on the nominated node.' : undefined;
}

function isBeingPreempted(pod: Pod): boolean {
  if (pod.metadata.deletionTimestamp === undefined) return false;
  const target = conditionOf(pod.status.conditions, 'DisruptionTarget');
  return target?.status === 'True' && target.reason === 'PreemptionByScheduler';
}

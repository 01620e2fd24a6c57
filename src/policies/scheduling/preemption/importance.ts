import type { Pod } from '../../../sim/api/pod.ts';

export function priorityOf(pod: Pod): number {
  return pod.spec.priority ?? 0;
}

/** Microseconds. A pod that has not started stands after every one that has: kube-scheduler reads the clock for it. */
export function startTimeOf(pod: Pod): number {
  return pod.status.startTime ?? Infinity;
}

/**
 * Whether `a` is spared before `b`: the higher priority, then the earlier start. Of two pods without a start time the one
 * asked about first is the earlier, since kube-scheduler reads the clock twice (kube-scheduler-semantics.md N10, 6.4). So this is
 * no strict order.
 */
export function isMoreImportant(a: Pod, b: Pod): boolean {
  const difference = priorityOf(a) - priorityOf(b);
  if (difference !== 0) return difference > 0;
  if (a.status.startTime === undefined && b.status.startTime === undefined) return true;
  return startTimeOf(a) < startTimeOf(b);
}

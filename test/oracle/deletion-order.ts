import type { Pod } from '../../src/sim/api/pod.ts';

/**
 * Whether a ReplicaSet that has to shrink certainly deletes `a` rather than `b`: the ranking of kubernetes-behaviour.md
 * 3.1, read off line by line, up to the first point where two pods differ. `undefined` where only uids decide or nothing
 * does. Ages are compared by the length of their nanoseconds in binary.
 */
export function goesBefore(a: Pod, b: Pod, rankOf: (pod: Pod) => number, now: number): boolean | undefined {
  const assigned = (pod: Pod): number => (pod.spec.nodeName ? 1 : 0);
  const phase = (pod: Pod): number => ['Pending', 'Unknown', 'Running'].indexOf(pod.status.phase);
  const readyCondition = (pod: Pod): { status: string; lastTransitionTime?: number } | undefined =>
    pod.status.conditions.find(({ type }) => type === 'Ready');
  const ready = (pod: Pod): number => (readyCondition(pod)?.status === 'True' ? 1 : 0);
  const cost = (pod: Pod): number =>
    Number(pod.metadata.annotations['controller.kubernetes.io/pod-deletion-cost'] ?? 0);
  const restarts = (pod: Pod): number =>
    Math.max(0, ...(pod.status.containerStatuses ?? []).map((s) => s.restartCount));
  const second = (time: number): bigint => BigInt(Math.floor(time / 1_000_000));
  const bucket = (since: bigint): number => {
    const nanos = BigInt(now) * 1_000n - since * 1_000_000_000n;
    return nanos <= 0n ? -1 : nanos.toString(2).length - 1;
  };

  for (const lowerFirst of [assigned, phase, ready, cost, (pod: Pod): number => -rankOf(pod)]) {
    if (lowerFirst(a) !== lowerFirst(b)) return lowerFirst(a) < lowerFirst(b);
  }
  if (ready(a) === 1) {
    const since = (pod: Pod): bigint => second(readyCondition(pod)?.lastTransitionTime ?? 0);
    if (since(a) !== since(b)) return younger(bucket(since(a)), bucket(since(b)));
  }
  if (restarts(a) !== restarts(b)) return restarts(a) > restarts(b);
  const created = (pod: Pod): bigint => second(pod.metadata.creationTimestamp);
  return created(a) === created(b) ? undefined : younger(bucket(created(a)), bucket(created(b)));
}

function younger(a: number, b: number): boolean | undefined {
  return a === b ? undefined : a < b;
}

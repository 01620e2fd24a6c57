import { conditionOf, isPodAvailable, isPodReady, type Pod } from '../../sim/api/pod.ts';

const MICROS_PER_SECOND = 1_000_000;

/**
 * Microseconds from `now` until the next pod becomes available, of those that are ready and were not available at
 * `judgedAt`; `minReadySeconds` where there is none.
 */
export function untilNextAvailable(
  pods: readonly Pod[],
  minReadySeconds: number,
  judgedAt: number,
  now: number,
): number {
  let earliest: number | undefined;
  for (const pod of pods) {
    if (!isPodReady(pod) || isPodAvailable(pod, minReadySeconds, judgedAt)) continue;
    const readyAt = conditionOf(pod.status.conditions, 'Ready')?.lastTransitionTime ?? 0;
    const at = readyAt + minReadySeconds * MICROS_PER_SECOND;
    if (earliest === undefined || at < earliest) earliest = at;
  }
  return earliest === undefined ? minReadySeconds * MICROS_PER_SECOND : Math.max(0, earliest - now);
}

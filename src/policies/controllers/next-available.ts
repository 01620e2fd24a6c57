const MICROS_PER_SECOND = 1_000_000;

/**
 * Microseconds from `now` until the next pod becomes available, of those that are ready and were not available at
 * `judgedAt`; `minReadySeconds` where there is none.
 *
 * @param readySince since when each of the ready ones is ready
 */
export function untilNextAvailable(
  readySince: Iterable<number>,
  minReadySeconds: number,
  judgedAt: number,
  now: number,
): number {
  const wait = minReadySeconds * MICROS_PER_SECOND;
  let earliest: number | undefined;
  for (const since of readySince) {
    const at = since + wait;
    if (at > judgedAt && (earliest === undefined || at < earliest)) earliest = at;
  }
  return earliest === undefined ? wait : Math.max(0, earliest - now);
}

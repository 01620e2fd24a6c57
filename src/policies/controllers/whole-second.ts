import type { Timestamp } from '../../sim/api/meta.ts';

const MICROS_PER_SECOND = 1_000_000;

/** The API keeps the times of conditions in whole seconds; what is finer is cut off. */
export function wholeSecond(time: Timestamp): Timestamp {
  return time - (time % MICROS_PER_SECOND);
}

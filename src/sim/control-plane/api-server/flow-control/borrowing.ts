import { assert } from '../../../engine/assert.ts';
import { divideSeats } from './concurrency-division.ts';
import type { PriorityLevel, SeatLimits } from './priority-level.ts';

/** How often seats are divided anew, in microseconds. */
export const BORROWING_PERIOD_MICROS = 10_000_000;

/** What a level wanted: at most in the last period, and smoothed over the past. */
export interface Demand {
  readonly highest: number;
  readonly smoothed: number;
}

/**
 * The seats of each level until the next division. A level is sure of what it wanted at most, up to its nominal limit;
 * the rest goes by smoothed demand. So nobody keeps seats that he does not use, and at rest all have a multiple of what
 * they do not lend. Recorded: levels that are exempt stand beside the division and are shown what they used.
 */
export function dividedSeats(
  levels: readonly PriorityLevel[],
  limits: readonly SeatLimits[],
  demands: readonly Demand[],
): readonly number[] {
  const claims = levels.map((level, i) => {
    const { nominal, lower, upper } = limits[i]!;
    const { highest, smoothed } = demands[i]!;
    const sure = level.exempt ? Math.max(lower, highest) : Math.max(lower, Math.min(nominal, highest));
    return { exempt: level.exempt, lower: sure, upper, target: Math.max(sure, smoothed) };
  });
  const limited = claims.filter(({ exempt }) => !exempt);
  const nominalSeats = limits.reduce((sum, { nominal }) => sum + nominal, 0);
  const divided = divideSeats(nominalSeats, limited);
  assert(divided !== undefined, 'nobody is sure of more than his nominal limit');
  let next = 0;
  return claims.map(({ exempt, lower }) => Math.round(exempt ? lower : divided[next++]!));
}

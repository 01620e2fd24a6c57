import type { Interval } from './interval.ts';

/** When enough replications have been made. */
export interface Precision {
  /** γ: the wanted half-width, as a part of the mean. */
  readonly relative: number;
  /** Never fewer. */
  readonly least: number;
  /** Never more. */
  readonly most: number;
}

export type Verdict = 'go on' | 'reached' | 'not reached';

/**
 * Stops when half-width / |mean| <= γ / (1 + γ), which leaves the true relative error at γ at most (Law, Simulation
 * Modeling and Analysis, 9.4.1).
 */
export function precisionVerdict({ mean, halfWidth, count }: Interval, { relative, least, most }: Precision): Verdict {
  const reached = halfWidth <= (Math.abs(mean) * relative) / (1 + relative);
  if (count >= least && reached) return 'reached';
  return count >= most ? 'not reached' : 'go on';
}

/** About how many replications it will take, from what is known so far; at least those there are. */
export function replicationsNeeded({ mean, halfWidth, count }: Interval, { relative }: Precision): number {
  const wanted = (Math.abs(mean) * relative) / (1 + relative);
  if (!(wanted > 0) || !Number.isFinite(halfWidth)) return Infinity;
  return Math.max(count, Math.ceil(count * (halfWidth / wanted) * (halfWidth / wanted)));
}

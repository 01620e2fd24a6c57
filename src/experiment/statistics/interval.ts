import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import { mean, variance } from './moments.ts';

/** A confidence interval for a mean. */
export interface Interval {
  readonly mean: number;
  /** Half of its width; Infinity where the sample says nothing about it. */
  readonly halfWidth: number;
  readonly count: number;
}

/** The t distribution's quantile for a two-sided interval. */
export function tFactor(degrees: number, confidence: number): number {
  return tQuantile(0.5 + confidence / 2, degrees);
}

/** x̄ ± t s/√n for independent values, for instance the results of replications. */
export function meanInterval(values: readonly number[], confidence = 0.95): Interval {
  const count = values.length;
  if (count < 2) return { mean: mean(values), halfWidth: Infinity, count };
  const halfWidth = tFactor(count - 1, confidence) * Math.sqrt(variance(values) / count);
  return { mean: mean(values), halfWidth, count };
}

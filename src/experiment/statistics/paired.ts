import tCdf from '@stdlib/stats-base-dists-t-cdf';
import { meanInterval, type Interval } from './interval.ts';
import { variance } from './moments.ts';

export interface PairedComparison extends Interval {
  /** Student's statistic of the differences. Infinity where they are all the same and not 0, NaN where they are 0. */
  readonly t: number;
  /** Two-sided. */
  readonly p: number;
  /**
   * How many times larger the variance of the difference would be if the two had been run on random numbers of their
   * own: what common random numbers are worth. NaN where nothing varies.
   */
  readonly varianceRatio: number;
}

/** Compares two policies over the same seeds by the differences x_r − y_r. */
export function comparePaired(x: readonly number[], y: readonly number[], confidence = 0.95): PairedComparison {
  if (x.length !== y.length) throw new RangeError(`${x.length} values cannot be paired with ${y.length}`);
  const differences = x.map((value, r) => value - y[r]!);
  const interval = meanInterval(differences, confidence);
  const spread = variance(differences);
  const t = interval.mean / Math.sqrt(spread / x.length);
  const p = Number.isNaN(t) ? 1 : 2 * tCdf(-Math.abs(t), Math.max(x.length - 1, 1));
  return { ...interval, t, p, varianceRatio: (variance(x) + variance(y)) / spread };
}

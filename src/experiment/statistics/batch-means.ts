import { meanInterval, type Interval } from './interval.ts';
import { lagOneCorrelation, mean } from './moments.ts';

export interface BatchMeans extends Interval {
  readonly lagOne: number;
  /** Neighbouring batches say much the same: the interval is too narrow, and batches should be longer. */
  readonly correlated: boolean;
}

/** An interval from one long run in steady state, cut into so many batches; what is left over at the end is dropped. */
export function batchMeans(series: readonly number[], batches = 20, confidence = 0.95): BatchMeans {
  const length = Math.floor(series.length / batches);
  const means = Array.from({ length: batches }, (_, i) => mean(series.slice(i * length, (i + 1) * length)));
  const lagOne = lagOneCorrelation(means);
  // Under independence r1 has a standard deviation of about 1/√k.
  return { ...meanInterval(means, confidence), lagOne, correlated: lagOne > 1.645 / Math.sqrt(batches) };
}

import { mean } from './moments.ts';

const BATCH = 5;

/**
 * MSER-5 (White 1997): how many observations at the beginning of a series are the warm-up. Batches of five, and the cut
 * that makes the standard error of the rest least, d* = argmin Σ_{i>d} (Z_i − Z̄_d)² / (n − d)² over 0 <= d <= n/2.
 *
 * @returns the observations to drop; `undefined` where the best cut is at the middle: the series has not come to rest
 */
export function mser5(series: readonly number[]): number | undefined {
  const batches: number[] = [];
  for (let i = 0; i + BATCH <= series.length; i += BATCH) batches.push(mean(series.slice(i, i + BATCH)));
  const last = Math.floor(batches.length / 2);
  if (last === 0) return undefined;
  // Sums from the end on: what is left after each cut.
  let best = Infinity;
  let cut = 0;
  const centres = suffixMeans(batches);
  for (let d = 0; d <= last; d++) {
    let squares = 0;
    for (let i = d; i < batches.length; i++) squares += (batches[i]! - centres[d]!) * (batches[i]! - centres[d]!);
    const error = squares / ((batches.length - d) * (batches.length - d));
    if (error < best) {
      best = error;
      cut = d;
    }
  }
  return cut === last ? undefined : cut * BATCH;
}

function suffixMeans(values: readonly number[]): number[] {
  const means = new Array<number>(values.length);
  let sum = 0;
  for (let i = values.length - 1; i >= 0; i--) {
    sum += values[i]!;
    means[i] = sum / (values.length - i);
  }
  return means;
}

/**
 * Welch's curve, to see the warm-up: the mean over replications at each index, smoothed by a moving average over
 * `window` neighbours on each side (fewer at the beginning). It ends `window` before the end.
 */
export function welchCurve(replications: readonly (readonly number[])[], window: number): number[] {
  const length = Math.min(...replications.map((one) => one.length));
  const means = Array.from({ length }, (_, i) => mean(replications.map((one) => one[i]!)));
  return Array.from({ length: Math.max(length - window, 0) }, (_, i) => {
    const reach = Math.min(i, window);
    return mean(means.slice(i - reach, i + reach + 1));
  });
}

import { mean } from '../statistics/moments.ts';
import { normalDistribution } from './normal-distribution.ts';
import type { Distribution } from '../../sim/engine/samplers.ts';

/** A distribution fitted to a sample. */
export interface Fitted {
  readonly distribution: Distribution;
  /** P(X ≤ x). */
  readonly cdf: (x: number) => number;
}

/** Fits by maximum likelihood; `undefined` where the sample has no maximum (all values are equal). */
type Fit = (sample: readonly number[]) => Fitted | undefined;

/** Names as scenarios have them. Samples are of numbers above 0. */
export const FAMILIES: ReadonlyMap<string, Fit> = new Map<string, Fit>([
  ['exponential', exponential],
  ['lognormal', lognormal],
  ['weibull', weibull],
  ['pareto', pareto],
]);

function exponential(sample: readonly number[]): Fitted {
  const rate = 1 / mean(sample);
  return { distribution: { kind: 'exponential', mean: 1 / rate }, cdf: (x) => -Math.expm1(-rate * x) };
}

/** The logarithms' mean and (biased) standard deviation. */
function lognormal(sample: readonly number[]): Fitted | undefined {
  const logs = sample.map((x) => Math.log(x));
  const mu = mean(logs);
  const variance = mean(logs.map((log) => (log - mu) * (log - mu)));
  if (!(variance > 0)) return undefined;
  const sigma = Math.sqrt(variance);
  return {
    distribution: { kind: 'lognormal', mean: Math.exp(mu + variance / 2), cv: Math.sqrt(Math.expm1(variance)) },
    cdf: (x) => normalDistribution((Math.log(x) - mu) / sigma),
  };
}

/** The shape k solves Σ xᵏ ln x / Σ xᵏ − 1/k = mean of ln x, whose left side grows with k. */
function weibull(sample: readonly number[]): Fitted | undefined {
  const largest = sample.reduce((most, x) => Math.max(most, x), 0);
  // Logarithms of shares of the largest value: no power overflows.
  const logs = sample.map((x) => Math.log(x / largest));
  const centre = mean(logs);
  const excess = (k: number): number => {
    let weights = 0;
    let weighted = 0;
    for (const log of logs) {
      const weight = Math.exp(k * log);
      weights += weight;
      weighted += weight * log;
    }
    return weighted / weights - 1 / k - centre;
  };
  let [low, high] = [1e-4, 1e4];
  if (excess(high) <= 0 || excess(low) >= 0) return undefined;
  for (let turn = 0; turn < 100; turn++) {
    // Halves the ratio: the shape may be of any size.
    const middle = Math.sqrt(low * high);
    if (excess(middle) < 0) low = middle;
    else high = middle;
  }
  const shape = Math.sqrt(low * high);
  const scale = largest * Math.exp(Math.log(mean(logs.map((log) => Math.exp(shape * log)))) / shape);
  return {
    distribution: { kind: 'weibull', shape, scale },
    cdf: (x) => -Math.expm1(-Math.exp(shape * Math.log(x / scale))),
  };
}

/** From the smallest value on; the shape is 1 / mean of ln (x / smallest). */
function pareto(sample: readonly number[]): Fitted | undefined {
  const minimum = sample.reduce((least, x) => Math.min(least, x), Infinity);
  const shape = 1 / mean(sample.map((x) => Math.log(x / minimum)));
  if (!Number.isFinite(shape)) return undefined;
  return {
    distribution: { kind: 'pareto', shape, minimum },
    cdf: (x) => (x <= minimum ? 0 : -Math.expm1(-shape * Math.log(x / minimum))),
  };
}

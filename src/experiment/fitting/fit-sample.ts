import type { Distribution } from '../../sim/engine/samplers.ts';
import { FAMILIES } from './families.ts';
import { goodnessOfFit, type GoodnessOfFit } from './goodness-of-fit.ts';

export interface Candidate extends GoodnessOfFit {
  readonly distribution: Distribution;
}

/** A sample and what was fitted to it. */
export interface SampleFit {
  readonly count: number;
  /** Values of 0: the trace's clock is too coarse for them. Each counts as half of the smallest value above 0. */
  readonly zeros: number;
  /** From the closest on, by Anderson and Darling's statistic. Empty where all values are equal. */
  readonly candidates: readonly Candidate[];
  /** The closest one; the constant where all values are equal. */
  readonly chosen: Distribution;
}

/** Fits every family to numbers of at least 0. `undefined`: there are none. */
export function fitSample(values: readonly number[]): SampleFit | undefined {
  if (values.length === 0) return undefined;
  const smallest = values.reduce((least, x) => (x > 0 ? Math.min(least, x) : least), Infinity);
  const zeros = values.filter((x) => x === 0).length;
  if (smallest === Infinity) {
    return { count: values.length, zeros, candidates: [], chosen: { kind: 'constant', value: 0 } };
  }
  const sorted = values.map((x) => (x === 0 ? smallest / 2 : x)).sort((a, b) => a - b);
  const candidates =
    sorted[0] === sorted.at(-1)
      ? []
      : [...FAMILIES.values()]
          .flatMap((fit) => fit(sorted) ?? [])
          .map(({ distribution, cdf }) => ({ distribution, ...goodnessOfFit(sorted, cdf) }))
          .sort((a, b) => a.ad - b.ad);
  const chosen = candidates[0]?.distribution ?? { kind: 'constant', value: sorted[0]! };
  return { count: values.length, zeros, candidates, chosen };
}

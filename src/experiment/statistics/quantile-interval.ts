import { exp, ln } from '../../sim/engine/dmath.ts';
import { binomialMass } from './binomial.ts';

/** Which of the ordered values bound a quantile. */
export interface QuantileRanks {
  /** From 1 on: the interval reaches from the lower-th to the upper-th smallest value. */
  readonly lower: number;
  readonly upper: number;
  /** P(lower <= Bin(n, p) <= upper − 1): how surely the quantile lies in between. */
  readonly coverage: number;
}

/**
 * The shortest interval between two order statistics that holds the p-quantile with the wanted confidence, whatever the
 * distribution; of equally short ones the lowest. `undefined`: there are too few values for any, see `leastCount`.
 */
export function quantileRanks(n: number, p: number, confidence = 0.95): QuantileRanks | undefined {
  const below: number[] = [0];
  for (const mass of binomialMass(n, p)) below.push(below.at(-1)! + mass);
  // below[k] is P(X < k).
  let best: QuantileRanks | undefined;
  for (let lower = 1; lower <= n; lower++) {
    for (let upper = lower + 1; upper <= n; upper++) {
      const coverage = below[upper]! - below[lower]!;
      if (coverage < confidence) continue;
      if (best === undefined || upper - lower < best.upper - best.lower) best = { lower, upper, coverage };
      break;
    }
  }
  return best;
}

/** The least number of values from which a two-sided interval for the p-quantile exists: 1 − pⁿ − (1 − p)ⁿ >= confidence. */
export function leastCount(p: number, confidence = 0.95): number {
  for (let n = 1; ; n++) {
    const outside = exp(n * ln(p)) + exp(n * ln(1 - p));
    if (1 - outside >= confidence) return n;
  }
}

/** An interval for a quantile from a sample in any order. */
export function quantileInterval(
  values: readonly number[],
  p: number,
  confidence = 0.95,
): (QuantileRanks & { readonly low: number; readonly high: number }) | undefined {
  const ranks = quantileRanks(values.length, p, confidence);
  if (ranks === undefined) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  return { ...ranks, low: sorted[ranks.lower - 1]!, high: sorted[ranks.upper - 1]! };
}

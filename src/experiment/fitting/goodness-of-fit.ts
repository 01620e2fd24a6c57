/** How far a sample is from a distribution: 0 where they are the same. */
export interface GoodnessOfFit {
  /** Kolmogorov and Smirnov's D: the largest distance between the two distribution functions. */
  readonly ks: number;
  /** Anderson and Darling's A²: the squared distance, with weight in the tails. */
  readonly ad: number;
}

/** Keeps logarithms finite where a distribution says "never" and the sample says otherwise. */
const LEAST = 1e-12;

/**
 * Both statistics of a sample in ascending order. No p-value: those of the tables do not hold for parameters that were
 * estimated from the same sample, and with thousands of tasks every simple form would be refused.
 */
export function goodnessOfFit(sorted: readonly number[], cdf: (x: number) => number): GoodnessOfFit {
  const n = sorted.length;
  const at = sorted.map((x) => Math.min(Math.max(cdf(x), LEAST), 1 - LEAST));
  let ks = 0;
  let sum = 0;
  at.forEach((below, i) => {
    ks = Math.max(ks, (i + 1) / n - below, below - i / n);
    sum += (2 * i + 1) * (Math.log(below) + Math.log(1 - at[n - 1 - i]!));
  });
  return { ks, ad: -n - sum / n };
}

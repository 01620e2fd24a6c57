/** z of a two-sided 95 % interval. */
const Z = 1.959963984540054;

/**
 * How long a run in steady state must be for a 95 % interval of relative half-width `relative`:
 * T = (z / (ε · mean))² σ², with σ² the asymptotic variance of the time average.
 */
export function runLength(mean: number, asymptoticVariance: number, relative: number): number {
  const factor = Z / (relative * mean);
  return factor * factor * asymptoticVariance;
}

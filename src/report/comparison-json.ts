import type { Comparison } from '../experiment/comparison.ts';

/** Everything, with the results of each run. */
export function comparisonJson(comparison: Comparison): string {
  const { results, metrics, best, confidence, differenceConfidence } = comparison;
  const { plan } = results;
  return (
    JSON.stringify(
      {
        experiment: plan.name,
        scenario: plan.path,
        confidence,
        differenceConfidence,
        seeds: plan.seeds,
        variants: plan.variants.map(({ label, sets }, i) => ({ label, sets, runs: results.results[i] })),
        failed: results.failed,
        missing: results.missing,
        metrics,
        best,
      },
      undefined,
      2,
    ) + '\n'
  );
}

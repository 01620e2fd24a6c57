import { stringify } from 'csv-stringify/sync';
import type { Comparison } from '../experiment/comparison.ts';

const COLUMNS = [
  'metric',
  'unit',
  'variant',
  'runs',
  'mean',
  'half_width',
  'median_low',
  'median_high',
  'difference',
  'difference_half_width',
  'difference_p',
  'variance_ratio',
  'verdict',
] as const;

/** A row a metric and variant; differences are to the first variant. */
export function comparisonCsv({ metrics, results }: Comparison): string {
  const rows = metrics.flatMap(({ metric, unit, variants, differences }) =>
    variants.map((found, variant) => {
      const difference = differences.find((one) => one.variant === variant);
      return [
        metric,
        unit,
        results.plan.variants[variant]!.label,
        String(found?.count ?? 0),
        number(found?.mean),
        number(found?.halfWidth),
        number(found?.median?.low),
        number(found?.median?.high),
        number(difference?.mean),
        number(difference?.halfWidth),
        number(difference?.p),
        number(difference?.varianceRatio),
        difference?.verdict ?? '',
      ];
    }),
  );
  return stringify([[...COLUMNS], ...rows], { record_delimiter: 'unix', escape_formulas: true });
}

/** Ten significant digits, empty where there is no number. */
function number(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '' : String(Number(value.toPrecision(10)));
}

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

import type { Comparison, Difference, VariantMetric } from '../experiment/comparison.ts';
import { decimal, text, whole, type Column, type Table } from './column.ts';
import { CsvWriter } from './csv.ts';
import type { TableWriter } from './table-writer.ts';

/** One metric of one variant. */
export interface ComparisonRow {
  readonly metric: string;
  readonly unit: string;
  readonly variant: string;
  readonly found: VariantMetric | undefined;
  readonly difference: Difference | undefined;
}

type Row = Column<ComparisonRow>;

/** A figure of the variant itself, and one of its difference to the first variant. */
const own = (name: string, meaning: string, of: (found: VariantMetric) => number | undefined): Row =>
  decimal(name, meaning, ({ found }) => (found === undefined ? '' : number(of(found))));
const against = (name: string, meaning: string, of: (difference: Difference) => number): Row =>
  decimal(name, meaning, ({ difference }) => (difference === undefined ? '' : number(of(difference))));

export const COMPARISON: Table<ComparisonRow> = {
  file: 'comparison.csv',
  holds: 'Of `orrery compare` and `orrery sweep`: one row a metric and variant. Differences are to the first variant.',
  columns: [
    text('metric', 'A figure of summary.csv.', ({ metric }) => metric),
    text('unit', 'Its unit.', ({ unit }) => unit),
    text('variant', 'What was varied, and how.', ({ variant }) => variant),
    whole('runs', 'Replications with a value.', ({ found }) => String(found?.count ?? 0)),
    own('mean', 'Their mean.', ({ mean }) => mean),
    own('half_width', 'Of the interval for it.', ({ halfWidth }) => halfWidth),
    own('median_low', 'Where the interval for the median begins.', ({ median }) => median?.low),
    own('median_high', 'Where it ends.', ({ median }) => median?.high),
    against('difference', 'Mean of the differences, seed by seed.', ({ mean }) => mean),
    against('difference_half_width', 'Of the interval for it, all of them together.', ({ halfWidth }) => halfWidth),
    against('difference_p', "Two-sided p of Student's test of the differences, taken alone.", ({ p }) => p),
    against(
      'difference_p_holm',
      'The same among all differences together, by Holm: what the verdict goes by.',
      ({ adjustedP }) => adjustedP,
    ),
    against('variance_ratio', 'What common random numbers were worth.', ({ varianceRatio }) => varianceRatio),
    text('verdict', 'more, less, same, not told apart, too few runs.', ({ difference }) => difference?.verdict ?? ''),
  ],
};

/** The rows of an experiment's result, in the order in which they are shown. */
export function comparisonRows({ metrics, results }: Comparison): ComparisonRow[] {
  return metrics.flatMap(({ metric, unit, variants, differences }) =>
    variants.map((found, variant) => ({
      metric,
      unit,
      variant: results.plan.variants[variant]!.label,
      found,
      difference: differences.find((one) => one.variant === variant),
    })),
  );
}

export function writeComparison(comparison: Comparison, writer: TableWriter<ComparisonRow>): void {
  for (const row of comparisonRows(comparison)) writer.add(row);
  writer.finish();
}

export function comparisonCsv(comparison: Comparison): string {
  let csv = '';
  writeComparison(comparison, new CsvWriter(COMPARISON, (part) => (csv += part)));
  return csv;
}

/** Ten significant digits, empty where there is no number. */
function number(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '' : String(Number(value.toPrecision(10)));
}

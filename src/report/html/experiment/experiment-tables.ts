import type { Comparison, Difference, MetricComparison } from '../../../experiment/comparison.ts';
import { markup, NOTHING, type Markup } from '../markup.ts';
import { table, type PageColumn } from '../table.ts';
import { amount, difference as signed, estimate } from './figures-text.ts';

const MOST_ROWS = 200;

/** Every metric of every variant: the table of a paper. */
export function overview({ metrics, results }: Comparison, names: readonly string[]): Markup {
  const rows = results.plan.variants.map((_, i) => i);
  return markup`<section><h2>All metrics</h2>${table<number>(
    'Means of all metrics with half-widths, by variant',
    [
      { name: 'Variant', cell: (i) => names[i]! },
      ...metrics.map(({ metric, unit, variants }): PageColumn<number> => ({
        name: unit === '' ? metric : `${metric} (${unit})`,
        cell: (i) => (variants[i] === undefined ? '–' : estimate(variants[i].mean, variants[i].halfWidth)),
        sort: (i) => variants[i]?.mean ?? Infinity,
      })),
    ],
    rows.slice(0, MOST_ROWS),
    leftOut(rows.length),
  )}</section>`;
}

/** What is known of one metric. */
export function metricTable(
  { metric, variants, differences }: MetricComparison,
  names: readonly string[],
  compared: boolean,
): Markup {
  const rows = variants.map((found, variant) => ({
    found,
    name: names[variant]!,
    difference: compared ? differences.find((one) => one.variant === variant) : undefined,
  }));
  type Row = (typeof rows)[number];
  const hasMedian = rows.some(({ found }) => found?.median !== undefined);
  const columns: PageColumn<Row>[] = [
    { name: 'Variant', cell: ({ name }) => name },
    number('n', ({ found }) => found?.count),
    {
      name: 'Mean ± half-width',
      cell: ({ found }) => (found === undefined ? '–' : estimate(found.mean, found.halfWidth)),
      sort: ({ found }) => found?.mean ?? Infinity,
    },
    ...(hasMedian
      ? [
          {
            name: 'Median between',
            cell: ({ found }: Row) =>
              found?.median === undefined ? '–' : `${amount(found.median.low)} and ${amount(found.median.high)}`,
            sort: ({ found }: Row) => found?.median?.low ?? Infinity,
          },
        ]
      : []),
    ...(compared && differences.length > 0 ? DIFFERENCE_COLUMNS : []),
  ];
  return table(`Estimates of ${metric} by variant`, columns, rows.slice(0, MOST_ROWS), leftOut(rows.length));
}

interface DifferenceRow {
  readonly difference: Difference | undefined;
}

const DIFFERENCE_COLUMNS: readonly PageColumn<DifferenceRow>[] = [
  {
    name: 'Difference ± half-width',
    cell: ({ difference }) => (difference === undefined ? '–' : signed(difference.mean, difference.halfWidth)),
    sort: ({ difference }) => difference?.mean ?? Infinity,
  },
  { name: 'Verdict', cell: ({ difference }) => difference?.verdict ?? '' },
  number('p', ({ difference }) => difference?.p),
  number('p by Holm', ({ difference }) => difference?.adjustedP),
  number('Variance ratio', ({ difference }) => difference?.varianceRatio),
];

/** The runs themselves. */
export function runs({ metrics, results }: Comparison, names: readonly string[]): Markup {
  const rows = results.results.flatMap((of, variant) =>
    of.flatMap((run, seed) => (run === undefined ? [] : [{ variant, seed: results.plan.seeds[seed]!, run }])),
  );
  if (rows.length === 0) return NOTHING;
  const columns: PageColumn<(typeof rows)[number]>[] = [
    { name: 'Variant', cell: ({ variant }) => names[variant]! },
    { name: 'Seed', cell: ({ seed }) => seed, sort: ({ seed }) => Number(seed) },
    ...metrics.map(({ metric }) =>
      number<(typeof rows)[number]>(metric, ({ run }) => run.figures[metric] ?? undefined),
    ),
    { name: 'Ended', cell: ({ run }) => run.stopped },
    { name: 'Fingerprint', cell: ({ run }) => run.fingerprint },
  ];
  return markup`<section><h2>Runs</h2>${table('Runs with their figures', columns, rows.slice(0, MOST_ROWS), leftOut(rows.length))}</section>`;
}

/** Runs that failed, each with the command that repeats it. */
export function failures({ results: { failed } }: Comparison, names: readonly string[]): Markup {
  if (failed.length === 0) return NOTHING;
  return markup`<section><h2>Failed runs</h2>${table(
    'Runs that failed',
    [
      { name: 'Variant', cell: ({ variant }) => names[variant]! },
      { name: 'Seed', cell: ({ seed }) => seed, sort: ({ seed }) => Number(seed) },
      { name: 'Error', cell: ({ error }) => `${error.name}: ${error.message}` },
      { name: 'Repeat it with', cell: ({ replay }) => replay },
    ],
    failed.slice(0, MOST_ROWS),
    leftOut(failed.length),
  )}</section>`;
}

/** A column of numbers with four significant digits; what is not known sorts last, and is a dash. */
function number<T>(name: string, of: (row: T) => number | undefined): PageColumn<T> {
  return {
    name,
    cell: (row) => amount(of(row)),
    sort: (row) => {
      const value = of(row);
      return value === undefined || Number.isNaN(value) ? Infinity : value;
    },
  };
}

function leftOut(rows: number): string {
  return rows > MOST_ROWS
    ? `The first ${MOST_ROWS} of ${rows}. The files beside this page, and --format csv and json, have them all.`
    : '';
}

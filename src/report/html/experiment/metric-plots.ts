import type { Comparison, MetricComparison } from '../../../experiment/comparison.ts';
import { round } from '../../comparison.ts';
import { boxPlots } from '../plots/box-plots.ts';
import { cumulativeShares, type Sample } from '../plots/cumulative-shares.ts';
import { intervalBars, type IntervalBar } from '../plots/interval-bars.ts';
import type { Plot } from '../plots/plot.ts';
import type { ExperimentKind } from './experiment-page.ts';
import { amount, difference as signed, estimate } from './figures-text.ts';

/** Rows beyond which a plot is no longer read; the tables and the CSV have them all. */
const MOST_ROWS = 40;
/** Curves on top of each other that can still be told apart. */
const MOST_CURVES = 7;

export interface MetricPlotsOptions {
  readonly kind: ExperimentKind;
  readonly names: readonly string[];
}

/** The plots of one metric: every variant's mean, the differences to the first, and how the runs scatter. */
export function metricPlots(comparison: Comparison, metric: MetricComparison, options: MetricPlotsOptions): Plot[] {
  const samples = samplesOf(comparison, metric, options.names);
  if (samples.length === 0) return [];
  const seeds = Math.max(...samples.map(({ values }) => values.length));
  return [
    means(comparison, metric, options, seeds),
    ...(options.kind === 'compare' ? differences(comparison, metric, options) : []),
    ...(seeds > 1 ? [...curves(metric, samples, seeds), boxes(metric, samples, seeds)] : []),
  ];
}

/** The page has a colour a variant, as long as there are so few; otherwise one for all. */
export function colourOf(variant: number, variants: number): number {
  return variants <= MOST_CURVES ? variant : 0;
}

export function axisOf({ metric, unit }: MetricComparison): string {
  return unit === '' ? metric : `${metric} (${unit})`;
}

function means({ confidence }: Comparison, one: MetricComparison, { names }: MetricPlotsOptions, seeds: number): Plot {
  const bars = one.variants.flatMap((found, variant): IntervalBar[] => {
    if (found === undefined) return [];
    const { mean, halfWidth } = found;
    return [barOf(names[variant]!, colourOf(variant, names.length), mean, halfWidth, estimate(mean, halfWidth))];
  });
  return intervalBars({
    id: `${one.metric}-means`,
    title: 'Means',
    caption: `Mean and ${round(100 * confidence)} % interval (Student) of each variant, n = ${seeds} seeds${leftOut(bars.length)}.`,
    label: `Mean of ${one.metric} with its confidence interval, for each variant`,
    axis: axisOf(one),
    bars: bars.slice(0, MOST_ROWS),
  });
}

function differences(
  { confidence, differenceConfidence, results }: Comparison,
  one: MetricComparison,
  { names }: MetricPlotsOptions,
): Plot[] {
  if (one.differences.length === 0) return [];
  const bars = one.differences.map(({ variant, mean, halfWidth, verdict }) => {
    const text = `${signed(mean, halfWidth)}, ${verdict}`;
    return barOf(names[variant]!, colourOf(variant, names.length), mean, halfWidth, text);
  });
  const pairs = Math.max(...one.differences.map(({ count }) => count));
  return [
    intervalBars({
      id: `${one.metric}-differences`,
      title: `Differences to ${names[0]!}`,
      caption: `Seed by seed, n = ${pairs} of ${results.plan.seeds.length} pairs; each with ${round(100 * differenceConfidence)} %, all of the page together with ${round(100 * confidence)} %${leftOut(bars.length)}.`,
      label: `Differences of ${one.metric} to ${names[0]!} with their confidence intervals`,
      axis: `difference${one.unit === '' ? '' : ` (${one.unit})`}`,
      bars: bars.slice(0, MOST_ROWS),
      reference: 0,
    }),
  ];
}

function barOf(name: string, colour: number, middle: number, halfWidth: number, value: string): IntervalBar {
  const bounds = Number.isFinite(halfWidth) ? { low: middle - halfWidth, high: middle + halfWidth } : {};
  return { name, colour, middle, value, ...bounds };
}

function curves(one: MetricComparison, samples: readonly Sample[], seeds: number): Plot[] {
  if (samples.length > MOST_CURVES) return [];
  return [
    cumulativeShares({
      id: `${one.metric}-shares`,
      title: 'Share of runs with at most so much',
      caption: `Empirical distribution over n = ${seeds} seeds.`,
      label: `Cumulative share of runs by ${one.metric}, a curve for each variant`,
      axis: axisOf(one),
      shareAxis: 'share of runs',
      samples,
    }),
  ];
}

function boxes(one: MetricComparison, samples: readonly Sample[], seeds: number): Plot {
  return boxPlots({
    id: `${one.metric}-boxes`,
    title: 'Half of the runs lie within the box',
    caption: `The line in it is the median, whiskers reach from the least to the greatest; a point is a run, n = ${seeds} seeds${leftOut(samples.length)}.`,
    label: `Least, quartiles and greatest of ${one.metric} over the runs of each variant`,
    axis: axisOf(one),
    samples: samples.slice(0, MOST_ROWS),
  });
}

function samplesOf({ results }: Comparison, { metric }: MetricComparison, names: readonly string[]): Sample[] {
  return results.results.flatMap((runs, variant) => {
    const values = runs.flatMap((run) => run?.figures[metric] ?? []);
    if (values.length === 0) return [];
    return [{ name: names[variant]!, colour: colourOf(variant, names.length), values }];
  });
}

function leftOut(rows: number): string {
  return rows > MOST_ROWS ? `; the first ${MOST_ROWS} of ${rows}` : '';
}

/** The figure of a cell or a point, as short as it may be. */
export function shortFigure(value: number): string {
  return amount(Number(value.toPrecision(3)));
}

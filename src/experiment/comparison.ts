import { bonferroni, holm } from './statistics/families.ts';
import { meanInterval, type Interval } from './statistics/interval.ts';
import { KimNelson, type Selection } from './statistics/kim-nelson.ts';
import { comparePaired, type PairedComparison } from './statistics/paired.ts';
import { quantileInterval } from './statistics/quantile-interval.ts';
import type { ReplicationResult } from './replication.ts';
import type { PlanResults } from './run-plan.ts';

/** One metric of one variant, over its seeds. */
export interface VariantMetric extends Interval {
  /** Of the seeds, with an interval by order statistics where there are enough of them. */
  readonly median: { readonly low: number; readonly high: number } | undefined;
}

/** One metric of a variant against the baseline, seed by seed: variant − baseline. */
export interface Difference extends PairedComparison {
  readonly variant: number;
  /** Its p among all differences of all metrics, by Holm's procedure. */
  readonly adjustedP: number;
  /** What Holm's procedure says at the stated confidence for all comparisons together. */
  readonly verdict: 'more' | 'less' | 'same' | 'not told apart' | 'too few runs';
}

export interface MetricComparison {
  readonly metric: string;
  readonly unit: string;
  readonly variants: readonly (VariantMetric | undefined)[];
  /** Against the first variant. */
  readonly differences: readonly Difference[];
}

export interface BestOf {
  readonly metric: string;
  readonly goal: 'least' | 'most';
  readonly selection: Selection;
  /** By index; one: it is selected. */
  readonly survivors: readonly number[];
  /** Replications looked at until then. */
  readonly stages: number;
}

export interface Comparison {
  readonly results: PlanResults;
  /** Of each interval of a mean. */
  readonly confidence: number;
  /** Of each difference, so that all of them together hold with `confidence`. */
  readonly differenceConfidence: number;
  readonly metrics: readonly MetricComparison[];
  readonly best: BestOf | undefined;
}

export interface ComparisonOptions {
  readonly metrics: readonly string[];
  readonly confidence: number;
  readonly best?: Pick<BestOf, 'metric' | 'goal' | 'selection'> | undefined;
}

/** Metrics that have a number in any of the runs, in the order of the summary. */
export function metricsOf(results: PlanResults): string[] {
  const names = new Set<string>();
  for (const result of results.results.flat()) for (const name of Object.keys(result?.figures ?? {})) names.add(name);
  return [...names];
}

/** What an experiment says: intervals of every variant, differences to the first one seed by seed, and the best. */
export function compare(results: PlanResults, options: ComparisonOptions): Comparison {
  const { confidence, metrics } = options;
  const pairs = metrics.length * Math.max(results.plan.variants.length - 1, 0);
  const differenceConfidence = bonferroni(confidence, pairs);
  return {
    results,
    confidence,
    differenceConfidence,
    metrics: judged(
      metrics.map((metric) => compareMetric(results, metric, confidence, differenceConfidence)),
      confidence,
    ),
    best: options.best === undefined ? undefined : selectBest(results, options.best),
  };
}

/** A difference nobody has judged yet: that takes all of them. */
type RawDifference = Omit<Difference, 'adjustedP' | 'verdict'>;
type RawComparison = Omit<MetricComparison, 'differences'> & { readonly differences: readonly RawDifference[] };

/** All differences are one family: the chance that any of them is wrongly told apart stays within 1 − confidence. */
function judged(raw: readonly RawComparison[], confidence: number): readonly MetricComparison[] {
  const adjusted = holm(raw.flatMap(({ differences }) => differences.map(({ p }) => p)));
  let next = 0;
  return raw.map((one) => ({
    ...one,
    differences: one.differences.map((difference): Difference => {
      const adjustedP = adjusted[next++]!;
      return { ...difference, adjustedP, verdict: verdictOf(difference, adjustedP <= 1 - confidence) };
    }),
  }));
}

function compareMetric(
  { results }: PlanResults,
  metric: string,
  confidence: number,
  differenceConfidence: number,
): RawComparison {
  const values = results.map((runs) => runs.map((run) => run?.figures[metric] ?? undefined));
  const baseline = values[0]!;
  const unit = unitOf(results, metric);
  return {
    metric,
    unit,
    variants: values.map((one) =>
      variantMetric(
        one.filter((value) => value !== undefined),
        confidence,
      ),
    ),
    differences: values.slice(1).flatMap((one, i) => {
      const x: number[] = [];
      const y: number[] = [];
      one.forEach((value, seed) => {
        const against = baseline[seed];
        if (value === undefined || against === undefined) return;
        x.push(value);
        y.push(against);
      });
      if (x.length === 0) return [];
      return [{ ...comparePaired(x, y, differenceConfidence), variant: i + 1 }];
    }),
  };
}

function variantMetric(values: readonly number[], confidence: number): VariantMetric | undefined {
  if (values.length === 0) return undefined;
  const median = quantileInterval(values, 0.5, confidence);
  return { ...meanInterval(values, confidence), median: median && { low: median.low, high: median.high } };
}

function verdictOf({ mean, halfWidth, count }: PairedComparison, isToldApart: boolean): Difference['verdict'] {
  if (count < 2) return 'too few runs';
  if (mean === 0 && halfWidth === 0) return 'same';
  if (!isToldApart) return 'not told apart';
  return mean > 0 ? 'more' : 'less';
}

function unitOf(results: readonly (readonly (ReplicationResult | undefined)[])[], metric: string): string {
  for (const result of results.flat()) if (result?.units[metric] !== undefined) return result.units[metric];
  return '';
}

/** Plays Kim and Nelson's procedure on the replications there are, in the order of the seeds. */
function selectBest(
  { results, plan }: PlanResults,
  { metric, goal, selection }: Pick<BestOf, 'metric' | 'goal' | 'selection'>,
): BestOf {
  const procedure = new KimNelson(plan.variants.length, selection);
  const sign = goal === 'most' ? 1 : -1;
  let stages = 0;
  for (let seed = 0; seed < plan.seeds.length && procedure.survivors.length > 1; seed++) {
    const row = results.map((runs) => runs[seed]?.figures[metric] ?? undefined);
    // A seed under which a variant failed says nothing about the others.
    if (row.some((value) => value === undefined)) continue;
    procedure.add(row.map((value) => sign * value!));
    stages++;
  }
  return { metric, goal, selection, survivors: procedure.survivors, stages };
}

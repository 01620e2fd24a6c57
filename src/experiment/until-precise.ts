import type { Executor } from './executor.ts';
import { seedsUpTo, type Plan } from './plan.ts';
import type { ResultStore } from './result-store.ts';
import { runPlan, type PlanResults, type RunPlanOptions } from './run-plan.ts';
import { meanInterval, type Interval } from './statistics/interval.ts';
import { precisionVerdict, replicationsNeeded, type Precision } from './statistics/sequential.ts';

export interface UntilPreciseOptions extends RunPlanOptions {
  /** Absent: the plan's seeds, and no more. */
  readonly precision: Precision | undefined;
  /** Which metrics are to be precise, by what there is. */
  readonly metrics: (results: PlanResults) => readonly string[];
  readonly confidence: number;
  /** A round is over. */
  readonly end?: () => void;
}

/**
 * Makes the runs of a plan, and more seeds of it in rounds until the intervals of all metrics of all variants are narrow
 * enough. How many a round takes hangs on the results alone, so that every machine comes to the same number.
 */
export async function runUntilPrecise(
  plan: Plan,
  executor: Executor,
  store: ResultStore,
  { precision, metrics, confidence, end, ...options }: UntilPreciseOptions,
): Promise<PlanResults> {
  let seeds = precision === undefined ? plan.seeds : seedsUpTo(precision.least);
  for (;;) {
    const results = await runPlan({ ...plan, seeds }, executor, store, options);
    end?.();
    if (precision === undefined) return results;
    const needed = imprecise(results, metrics(results), confidence, precision).map(({ interval }) =>
      Math.min(replicationsNeeded(interval, precision), 2 * seeds.length, precision.most),
    );
    const more = Math.max(0, ...needed);
    if (more <= seeds.length) return results;
    seeds = seedsUpTo(more);
  }
}

/** Intervals that are wider than wanted. */
export function imprecise(
  { results }: PlanResults,
  metrics: readonly string[],
  confidence: number,
  precision: Precision,
): { readonly metric: string; readonly variant: number; readonly interval: Interval }[] {
  return results.flatMap((runs, variant) =>
    metrics.flatMap((metric) => {
      const values = runs.flatMap((run) => run?.figures[metric] ?? []);
      if (values.length === 0) return [];
      const interval = meanInterval(values, confidence);
      return precisionVerdict(interval, precision) === 'reached' ? [] : [{ metric, variant, interval }];
    }),
  );
}

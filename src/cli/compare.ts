import { join } from 'node:path';
import { compare as analyse, metricsOf, type Comparison } from '../experiment/comparison.ts';
import type { Executor } from '../experiment/executor.ts';
import { queueName } from '../experiment/redis/queue-settings.ts';
import { RedisExecutor } from '../experiment/redis/redis-executor.ts';
import { collect, type PlanResults, type Shard } from '../experiment/run-plan.ts';
import { runsOf, type Plan } from '../experiment/plan.ts';
import { MemoryResults, type ResultStore } from '../experiment/result-store.ts';
import type { Precision } from '../experiment/statistics/sequential.ts';
import { imprecise, runUntilPrecise } from '../experiment/until-precise.ts';
import { ThreadExecutor } from '../experiment/thread-executor.ts';
import { findWarmUp, type StateSeries, type WarmUp } from '../experiment/warm-up.ts';
import { formatDuration } from '../sim/engine/time.ts';
import { ExperimentError } from '../experiment/vary.ts';
import { COMPARISON, comparisonCsv, writeComparison } from '../report/comparison-table.ts';
import { comparisonJson } from '../report/comparison-json.ts';
import { parquetName } from '../report/table-writer.ts';
import { renderComparison } from '../report/comparison.ts';
import { codeHash } from './code-hash.ts';
import type { ExperimentKind } from '../report/html/experiment/experiment-page.ts';
import { ExitCode } from './exit-codes.ts';
import { jobProgress } from './job-progress.ts';
import { keptResults } from './kept-results.ts';
import { OutputFile, writeOutput } from './output-file.ts';
import { planExperiment, type Experiment, type ExperimentOptions } from './plan-experiment.ts';
import { styleFor } from './style.ts';
import { TASKS } from './tasks-url.ts';

export interface CompareOptions extends ExperimentOptions {
  readonly format: 'table' | 'csv' | 'json' | 'html';
  readonly out?: string;
  readonly threads?: number;
  readonly runTimeout?: number;
  readonly shard?: Shard;
  /** Where workers take the runs from, in place of threads of our own. */
  readonly redis?: string;
  readonly parquet?: boolean;
  readonly progress?: boolean;
}

/** What is shown when nobody says what to look at, as far as it is measured. */
const DEFAULT_METRICS = [
  'scheduling_latency_p50',
  'scheduling_latency_p99',
  'startup_latency_p99',
  'pods_pending_at_end',
  'cpu_requested_mean',
  'memory_requested_mean',
];

/** `orrery compare` and `orrery sweep`: every variant under the same seeds, and what can be said about them. */
export async function compare(path: string, kind: ExperimentKind, options: CompareOptions): Promise<void> {
  if (options.parquet === true && options.out === undefined) {
    throw new ExperimentError('--parquet writes a file into the folder of --out, and there is none');
  }
  let experiment = await planExperiment(path, options);
  const store = options.out === undefined ? new MemoryResults() : keptResults(join(options.out, 'results'));
  const executor = await executorFor(options);
  let results: PlanResults;
  const cautions: string[] = [];
  try {
    if (experiment.isWarmUpWanted) {
      const found = await findWarmUp(experiment.plan, executor, pilotsIn(options.out));
      cautions.push(warmUpText(found));
      const warmUp = found.micros === 0 ? [] : [`warmUp=${found.micros / 1_000_000}s`];
      experiment = await planExperiment(path, { ...options, set: [...(options.set ?? []), ...warmUp] });
    }
    let progress = jobProgress(0, false);
    results = await runUntilPrecise(experiment.plan, executor, store, {
      precision: options.shard === undefined ? precisionOf(experiment) : undefined,
      metrics: (found) => experiment.metrics ?? shown(found),
      confidence: experiment.confidence,
      shard: options.shard,
      begin: (runs) => (progress = jobProgress(runs, options.progress !== false)),
      done: () => progress.done(),
      end: () => progress.stop(),
    });
  } finally {
    await executor.close();
  }
  if (options.out !== undefined) keepPlan(options.out, results.plan, experiment, kind);
  if (options.shard !== undefined) {
    process.stderr.write(`${results.made} runs made, ${results.missing} left to other shards\n`);
    process.exitCode = tellFailures(results) ? ExitCode.Partial : ExitCode.Ok;
    return;
  }
  const precision = precisionOf(experiment);
  if (precision !== undefined) cautions.push(...impreciseLines(results, experiment, precision));
  await show(analysis(results, experiment), kind, { question: experiment.question, cautions }, options);
  for (const line of cautions) process.stderr.write(`${line}\n`);
}

function pilotsIn(out: string | undefined): ResultStore<StateSeries> {
  return out === undefined ? new MemoryResults() : keptResults(join(out, 'pilots'));
}

function warmUpText({ micros, seeds, slowest }: WarmUp): string {
  if (micros === 0) return `warm-up: none, by MSER-5 over ${seeds} seeds of each variant`;
  return `warm-up: what begins in the first ${formatDuration(micros)} of each run is left out, by MSER-5 over ${seeds} seeds of each variant (${slowest.series} of ${slowest.variant} takes longest to come to rest)`;
}

async function executorFor({ redis, threads, runTimeout }: CompareOptions): Promise<Executor> {
  if (redis === undefined) return new ThreadExecutor(TASKS, { threads, timeoutSeconds: runTimeout });
  return RedisExecutor.open(redis, queueName(codeHash()), (line) => process.stderr.write(`${line}\n`));
}

function precisionOf({ plan, precision, maxSeeds }: Experiment): Precision | undefined {
  if (precision === undefined) return undefined;
  return { relative: precision, least: Math.max(plan.seeds.length, 10), most: maxSeeds };
}

/** An honest word where the seeds ended before the interval was as narrow as it was asked for. */
function impreciseLines(
  results: PlanResults,
  { metrics, confidence }: Experiment,
  precision: Precision,
): readonly string[] {
  return imprecise(results, metrics ?? shown(results), confidence, precision).map(({ metric, variant, interval }) => {
    const relative = Math.abs((100 * interval.halfWidth) / interval.mean).toPrecision(3);
    const { label } = results.plan.variants[variant]!;
    return `precision not reached after ${interval.count} seeds: ${metric} of ${label}, ± ${relative} %`;
  });
}

function shown(results: PlanResults): string[] {
  const known = metricsOf(results);
  const measured = (metric: string): boolean =>
    results.results.some((runs) => runs.some((run) => typeof run?.figures[metric] === 'number'));
  const usual = DEFAULT_METRICS.filter((metric) => known.includes(metric) && measured(metric));
  return usual.length > 0 ? usual : known.filter(measured);
}

function analysis(results: PlanResults, { metrics, confidence, best }: Experiment): Comparison {
  const known = metricsOf(results);
  const unknown = [...(metrics ?? []), ...(best === undefined ? [] : [best.metric])].find(
    (one) => !known.includes(one),
  );
  if (unknown !== undefined && known.length > 0) {
    throw new ExperimentError(`no metric is called ${unknown}; there are: ${known.join(', ')}`);
  }
  if (best !== undefined && !(best.indifference > 0)) {
    throw new ExperimentError('--best needs --indifference: how large a difference is worth knowing');
  }
  return analyse(results, {
    metrics: metrics ?? shown(results),
    confidence,
    best: best && {
      metric: best.metric,
      goal: best.goal,
      selection: {
        probability: best.probability,
        indifference: best.indifference,
        firstStage: Math.min(Math.max(results.plan.seeds.length, 2), 10),
      },
    },
  });
}

type ShowOptions = Pick<CompareOptions, 'format' | 'out' | 'parquet'>;

async function show(
  comparison: Comparison,
  kind: ExperimentKind,
  about: { readonly question: string; readonly cautions: readonly string[] },
  { format, out, parquet }: ShowOptions,
): Promise<void> {
  const html =
    out !== undefined || format === 'html'
      ? await (await import('./experiment-report.ts')).experimentReport(comparison, kind, about, out)
      : '';
  const texts = {
    csv: () => comparisonCsv(comparison),
    json: () => comparisonJson(comparison),
    html: () => html,
    table: () => renderComparison(comparison, kind, styleFor(process.stdout)),
  };
  process.stdout.write(texts[format]());
  if (out !== undefined) {
    for (const name of ['csv', 'json'] as const) writeOutput(join(out, `comparison.${name}`), texts[name]());
    if (parquet === true) await keepParquet(comparison, out);
  }
  const { results } = comparison;
  if (results.missing > 0) process.stderr.write(`${results.missing} runs are missing: their shards have not run\n`);
  process.exitCode = tellFailures(results) || results.missing > 0 ? ExitCode.Partial : ExitCode.Ok;
}

async function keepParquet(comparison: Comparison, out: string): Promise<void> {
  const { ParquetWriter } = await import('../report/parquet.ts');
  const file = new OutputFile(join(out, parquetName(COMPARISON)));
  writeComparison(comparison, new ParquetWriter(COMPARISON, (bytes) => file.write(bytes)));
  file.commit();
}

/** Says which runs failed and how to repeat each. Returns whether any did. */
function tellFailures({ failed, plan }: PlanResults): boolean {
  for (const { variant, seed, error, replay } of failed) {
    const { label } = plan.variants[variant]!;
    process.stderr.write(
      `failed: ${label}, seed ${seed}: ${error.name}: ${error.message}\n  repeat it with: ${replay}\n`,
    );
  }
  return failed.length > 0;
}

/** What `merge` needs to know. */
export interface KeptPlan extends Experiment {
  readonly kind: ExperimentKind;
}

function keepPlan(out: string, plan: Plan, experiment: Experiment, kind: ExperimentKind): void {
  const kept: KeptPlan = { ...experiment, plan, kind };
  writeOutput(join(out, 'experiment.json'), JSON.stringify(kept, undefined, 2) + '\n');
}

/** `orrery merge`: puts the results of shards together and shows them as if one machine had made them all. */
export async function showMerged(kept: KeptPlan, store: ResultStore, options: ShowOptions): Promise<void> {
  const results = { ...collect(kept.plan, runsOf(kept.plan), store), failed: [], made: 0 };
  await show(analysis(results, kept), kept.kind, { question: kept.question, cautions: [] }, options);
}

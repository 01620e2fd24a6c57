import { formatDuration } from '../sim/engine/time.ts';
import type { Executor } from './executor.ts';
import { runsOf, seedsUpTo, sha256, type Plan } from './plan.ts';
import type { ResultStore } from './result-store.ts';
import { mean } from './statistics/moments.ts';
import { mser5 } from './statistics/warm-up.ts';
import { ExperimentError } from './vary.ts';

/** How the state of a run's cluster went, at moments that are equally far apart. */
export interface StateSeries {
  readonly intervalMicros: number;
  readonly series: Readonly<Record<string, readonly number[]>>;
}

/** The warm-up of an experiment, one for all of its variants, and which of them took longest to come to rest. */
export interface WarmUp {
  readonly micros: number;
  readonly seeds: number;
  readonly slowest: { readonly variant: string; readonly series: string };
}

/** So many replications show the transient; more would only show it smoother. */
const PILOTS = 10;

/**
 * Runs the first seeds of every variant and looks where the cluster comes to rest: the mean over replications at each
 * moment, as Welch does, cut by MSER-5. The longest cut of all variants is that of all: pairs must be cut alike.
 *
 * @throws ExperimentError when some of it does not come to rest
 */
export async function findWarmUp(plan: Plan, executor: Executor, store: ResultStore<StateSeries>): Promise<WarmUp> {
  const seeds = seedsUpTo(Math.min(plan.seeds.length, PILOTS));
  const runs = runsOf({ ...plan, seeds }).map((run) => ({ ...run, key: sha256(`state series of ${run.key}`) }));
  const open = runs.filter(({ key }) => store.get(key) === undefined);
  await executor.execute(
    open.map(({ key, input }) => ({ task: 'stateSeries', input, key })),
    (i, outcome) => {
      if (outcome.ok) store.put(open[i]!.key, outcome.result as StateSeries);
    },
  );
  let longest: WarmUp | undefined;
  plan.variants.forEach(({ label }, variant) => {
    const found = runs.flatMap((run) => (run.variant === variant ? (store.get(run.key) ?? []) : []));
    for (const [series, micros] of cutsOf(found, label)) {
      if (longest !== undefined && micros <= longest.micros) continue;
      longest = { micros, seeds: seeds.length, slowest: { variant: label, series } };
    }
  });
  return longest!;
}

/** Each series of a variant with the length of its warm-up, in microseconds. */
function cutsOf(runs: readonly StateSeries[], label: string): [string, number][] {
  const [first] = runs;
  if (first === undefined) throw new ExperimentError(`no run of ${label} came to its end: its warm-up cannot be seen`);
  const { intervalMicros } = first;
  if (runs.some((run) => run.intervalMicros !== intervalMicros)) {
    throw new ExperimentError(
      `runs of ${label} are not equally long: they have no common warm-up; give the scenario a duration`,
    );
  }
  return Object.keys(first.series).map((name) => {
    const all = runs.map(({ series }) => series[name]!);
    const length = Math.min(...all.map((one) => one.length));
    const means = Array.from({ length }, (_, i) => mean(all.map((one) => one[i]!)));
    const cut = mser5(means);
    if (cut === undefined) {
      const seen = formatDuration(length * intervalMicros);
      throw new ExperimentError(
        `${name} of ${label} does not come to rest in ${seen}: there is no warm-up to be found; simulate longer, or say how long it is with --warm-up DURATION`,
      );
    }
    return [name, cut * intervalMicros];
  });
}

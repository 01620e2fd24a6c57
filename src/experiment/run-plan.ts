import type { Executor, JobError } from './executor.ts';
import { runsOf, type Plan, type PlannedRun } from './plan.ts';
import { replayLine, type ReplicationResult } from './replication.ts';
import type { ResultStore } from './result-store.ts';

/** Runs of a plan that failed, each with the command that repeats it. */
export interface FailedRun {
  readonly variant: number;
  readonly seed: string;
  readonly error: JobError;
  readonly replay: string;
}

/** What a plan came to. `results[v][s]` is of the v-th variant under the s-th seed; absent: it failed, or is another shard's. */
export interface PlanResults {
  readonly plan: Plan;
  readonly results: readonly (readonly (ReplicationResult | undefined)[])[];
  readonly failed: readonly FailedRun[];
  /** Runs that were not made: somebody else's. */
  readonly missing: number;
  /** Runs made now; the others were there. */
  readonly made: number;
}

/** A part of a plan's runs: every n-th one, from the i-th on, i from 0. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

export interface RunPlanOptions {
  readonly shard?: Shard | undefined;
  /** Told of each run that is to be made, and of each that has ended. */
  readonly begin?: (runs: number) => void;
  readonly done?: () => void;
}

/**
 * Makes the runs of a plan whose results are not there yet, and puts them all together. The outcome hangs on the plan
 * alone: not on who makes the runs, how many at a time, or in which order they end.
 */
export async function runPlan(
  plan: Plan,
  executor: Executor,
  store: ResultStore,
  { shard, begin, done }: RunPlanOptions = {},
): Promise<PlanResults> {
  const runs = runsOf(plan);
  const mine = shard === undefined ? runs : runs.filter((_, i) => i % shard.count === shard.index);
  const open = mine.filter(({ key }) => store.get(key) === undefined);
  begin?.(open.length);
  const failed: FailedRun[] = [];
  const outcomes = await executor.execute(
    open.map(({ key, input }) => ({ task: 'replicate', input, key })),
    (i, outcome) => {
      // Kept at once: what is done survives whatever comes.
      if (outcome.ok) store.put(open[i]!.key, outcome.result as ReplicationResult);
      done?.();
    },
  );
  outcomes.forEach((outcome, i) => {
    const { variant, seed, input } = open[i]!;
    const replay = replayLine({ ...input, path: plan.path });
    if (!outcome.ok) failed.push({ variant, seed, error: outcome.error, replay });
  });
  return { ...collect(plan, runs, store, failed), failed, made: open.length - failed.length };
}

/** What is in the store of a plan's runs. */
export function collect(
  plan: Plan,
  runs: readonly PlannedRun[],
  store: ResultStore,
  failed: readonly FailedRun[] = [],
): Omit<PlanResults, 'failed' | 'made'> {
  const results = plan.variants.map(() => new Array<ReplicationResult | undefined>(plan.seeds.length));
  let missing = 0;
  for (const [i, { variant, key }] of runs.entries()) {
    const result = store.get(key);
    results[variant]![i % plan.seeds.length] = result;
    if (result === undefined) missing++;
  }
  return { plan, results, missing: missing - failed.length };
}

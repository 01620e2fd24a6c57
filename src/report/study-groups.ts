import { deviation, type Deviation } from '../experiment/fgd-atc23/deviation.ts';
import { runKey, type PublishedRun } from '../experiment/fgd-atc23/published.ts';
import type { Replay } from '../experiment/fgd-atc23/replay.ts';

/** One run of the study, made again. */
export interface StudyRunResult {
  readonly workload: string;
  readonly policy: string;
  readonly seed: string;
  readonly replay: Replay;
}

export type PublishedRuns = ReadonlyMap<string, PublishedRun>;

/** A policy that draws lots cannot be held to single figures, only to their distribution. */
export const DRAWS_LOTS = 'Random';
/** As much has been asked for as there is. */
export const FULL = 100;

export interface Spread {
  readonly mean: number;
  /** Of the population, as the study prints it. */
  readonly deviation: number;
}

/** The runs of one workload under one policy, and what was published of the same. */
export interface StudyGroup {
  readonly workload: string;
  readonly policy: string;
  readonly runs: readonly StudyRunResult[];
  readonly published: readonly PublishedRun[];
  /** GPUs unallocated at {@link FULL} per cent arrived, in per cent of all. */
  readonly ours: Spread;
  readonly theirs: Spread | undefined;
  /** Over all figures of all runs; `undefined` where none is published. */
  readonly deviation: Deviation | undefined;
}

/** By workload and policy, in the order of the runs. */
export function studyGroups(results: readonly StudyRunResult[], published: PublishedRuns): readonly StudyGroup[] {
  const groups = new Map<string, StudyRunResult[]>();
  for (const result of results) {
    const key = `${result.workload} ${result.policy}`;
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return [...groups.values()].map((runs) => {
    const { workload, policy } = runs[0]!;
    const known = runs.flatMap((one) => published.get(runKey(one.workload, one.policy, one.seed)) ?? []);
    return {
      workload,
      policy,
      runs,
      published: known,
      ours: spread(runs.map(({ replay }) => 100 - replay.points[FULL]!.allocatedPercent)),
      theirs: known.length === 0 ? undefined : spread(known.map((run) => 100 - run.allocatedPercent[FULL]!)),
      deviation: summed(runs.flatMap((one) => deviationOf(one, published) ?? [])),
    };
  });
}

/** How far a run is from its published figures. */
export function deviationOf(
  { workload, policy, seed, replay }: StudyRunResult,
  published: PublishedRuns,
): Deviation | undefined {
  return deviation(replay.points, published.get(runKey(workload, policy, seed)));
}

/** Deviations of several runs, or groups, as one. */
export function summed(deviations: readonly Deviation[]): Deviation | undefined {
  if (deviations.length === 0) return undefined;
  return {
    values: deviations.reduce((sum, { values }) => sum + values, 0),
    within: deviations.reduce((sum, { within }) => sum + within, 0),
    largest: Math.max(...deviations.map(({ largest }) => largest)),
  };
}

/** Whether every run that has published figures and draws no lots is equal to them. */
export function reproduces(results: readonly StudyRunResult[], published: PublishedRuns): boolean {
  return results.every((result) => {
    if (result.policy === DRAWS_LOTS) return true;
    const found = deviationOf(result, published);
    return found === undefined || found.within === found.values;
  });
}

/** `4.77 ± 0.10`. */
export function spreadText({ mean, deviation: sd }: Spread): string {
  return `${mean.toFixed(2)} ± ${sd.toFixed(2)}`;
}

/** A distribution against the published one: how far the means are apart, in standard deviations of that. */
export function distanceText({ ours, theirs, published }: StudyGroup): string {
  if (theirs === undefined || published.length < 2) return 'draws lots: compared over several seeds';
  const error = Math.sqrt(
    (ours.deviation * ours.deviation + theirs.deviation * theirs.deviation) / (published.length - 1),
  );
  const apart = Math.abs(ours.mean - theirs.mean);
  return `draws lots: means differ by ${apart.toFixed(2)}, ${(apart / error).toFixed(1)} standard deviations`;
}

function spread(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return { mean, deviation: Math.sqrt(squares / values.length) };
}

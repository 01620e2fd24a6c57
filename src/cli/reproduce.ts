import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { nearest } from '../sim/api/decode/nearest.ts';
import { STUDY_POLICIES } from '../policies/scheduling/gpu-sharing/study-policies.ts';
import type { TieBreak } from '../policies/scheduling/gpu-sharing/gpu-placer.ts';
import { readPublished } from '../experiment/fgd-atc23/published.ts';
import type { Replay } from '../experiment/fgd-atc23/replay.ts';
import { readStudy, studyWorkloads, workloadName } from '../experiment/fgd-atc23/study-data.ts';
import { studyRun, type StudyRun } from '../experiment/fgd-atc23/study-run.ts';
import { ThreadExecutor } from '../experiment/thread-executor.ts';
import { TraceError } from '../scenario/traces/trace-error.ts';
import { reproduces, type PublishedRuns, type StudyRunResult } from '../report/study-groups.ts';
import { renderStudy, renderStudyRun, studyCsv } from '../report/study.ts';
import { ExitCode } from './exit-codes.ts';
import { jobProgress } from './job-progress.ts';
import { styleFor } from './style.ts';
import { TASKS } from './tasks-url.ts';

interface ReproduceOptions {
  readonly workload?: readonly string[];
  readonly policy?: readonly string[];
  readonly seed?: readonly string[];
  readonly format: 'table' | 'csv' | 'html';
  /** A folder for the page, the curves and each plot. */
  readonly out?: string;
  readonly data?: string;
  readonly ties: TieBreak;
  readonly threads?: number;
}

/** `orrery reproduce fgd-atc23`: runs the study's protocol and shows its figures beside the published ones. */
export async function reproduce(options: ReproduceOptions): Promise<void> {
  const data = dataFolder(options.data);
  const workloads = chosen('workload', options.workload?.map(workloadName), studyWorkloads(data), ['default']);
  const policies = chosen('policy', options.policy, [...STUDY_POLICIES.keys()]);
  const runs: StudyRun[] = [];
  for (const workload of workloads) {
    const { orders } = await readStudy(data, workload);
    const seeds = chosen('seed', options.seed, [...orders.keys()]);
    for (const policy of policies) {
      for (const seed of seeds) runs.push({ data, workload, policy, seed, ties: options.ties });
    }
  }
  const published = await readPublished(data);
  const replays = await replayAll(runs, options.threads);
  const results = runs.map(({ workload, policy, seed }, i): StudyRunResult => {
    return { workload, policy, seed, replay: replays[i]! };
  });

  const html =
    options.format === 'html' || options.out !== undefined
      ? await (await import('./study-report.ts')).studyReport(results, published, commandOf(options), options)
      : '';
  if (options.format === 'html') process.stdout.write(html);
  else if (options.format === 'csv') process.stdout.write(studyCsv(results));
  else process.stdout.write(studyTable(results, published));
  const held = options.ties === 'random' || reproduces(results, published);
  process.exitCode = held ? ExitCode.Ok : ExitCode.Broken;
}

function studyTable(results: readonly StudyRunResult[], published: PublishedRuns): string {
  const style = styleFor(process.stdout);
  return results.length === 1 ? renderStudyRun(results[0]!, published, style) : renderStudy(results, published, style);
}

/** What was asked for, so that it can be asked for again. */
function commandOf({ workload, policy, seed, ties }: ReproduceOptions): string {
  const named = { workload, policy, seed };
  const words = Object.entries(named).flatMap(([name, values]) => (values ?? []).map((value) => ` --${name} ${value}`));
  return `orrery reproduce fgd-atc23${words.join('')}${ties === 'first' ? '' : ` --ties ${ties}`} --format html`;
}

function dataFolder(given: string | undefined): string {
  const folder = given ?? process.env['ORRERY_DATA'];
  if (folder === undefined || folder === '') {
    throw TraceError.missing('ORRERY_DATA', 'is not set; name the folder of recordings with it or with --data DIR');
  }
  if (!existsSync(folder)) throw TraceError.missing(folder, 'no such folder');
  return resolve(folder);
}

/** What was asked for, all of it known; `all` stands for everything there is. Throws a TraceError with the list. */
function chosen(
  what: string,
  wanted: readonly string[] | undefined,
  known: readonly string[],
  otherwise: readonly string[] = known,
): readonly string[] {
  if (wanted === undefined) return otherwise;
  if (wanted.includes('all')) return known;
  const problems = wanted
    .filter((one) => !known.includes(one))
    .map((one) => {
      const meant = nearest(one, known);
      const help = meant === undefined ? '' : ` (did you mean ${meant}?)`;
      const state = what === 'seed' ? 'was not recorded' : 'is not one of the study';
      return `${what} ${JSON.stringify(one)} ${state}${help}; there are: ${known.join(', ')}`;
    });
  if (problems.length > 0) throw new TraceError(problems);
  return [...new Set(wanted)];
}

async function replayAll(runs: readonly StudyRun[], threads: number | undefined): Promise<readonly Replay[]> {
  if (runs.length === 1) return [await studyRun(runs[0]!)];
  const executor = new ThreadExecutor(TASKS, { threads });
  const progress = jobProgress(runs.length);
  try {
    const jobs = runs.map((input) => ({ task: 'studyRun', input }));
    const outcomes = await executor.execute(jobs, () => progress.done());
    return outcomes.map((outcome, i) => {
      if (outcome.ok) return outcome.result as Replay;
      const { workload, policy, seed } = runs[i]!;
      throw new Error(`workload ${workload}, policy ${policy}, seed ${seed}: ${outcome.error.message}`);
    });
  } finally {
    progress.stop();
    await executor.close();
  }
}

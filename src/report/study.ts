import { stringify } from 'csv-stringify/sync';
import { deviation, TOLERANCE, type Deviation } from '../experiment/fgd-atc23/deviation.ts';
import { runKey, type PublishedRun } from '../experiment/fgd-atc23/published.ts';
import type { EndState, Replay } from '../experiment/fgd-atc23/replay.ts';
import type { Style } from './terminal.ts';

/** The reproduction of the USENIX ATC 2023 study as tables. */

export interface StudyRunResult {
  readonly workload: string;
  readonly policy: string;
  readonly seed: string;
  readonly replay: Replay;
}

export type PublishedRuns = ReadonlyMap<string, PublishedRun>;

/** A policy that draws lots cannot be held to single figures, only to their distribution. */
const DRAWS_LOTS = 'Random';
const FULL = 100;

/** Curves as CSV. One run has the four columns alone; of several, each row says whose it is. */
export function studyCsv(results: readonly StudyRunResult[]): string {
  const several = results.length > 1;
  const header = ['arrived_percent', 'allocated_percent', 'fragmentation_percent', 'fragmentation_ratio_percent'];
  const rows = results.flatMap(({ workload, policy, seed, replay }) =>
    replay.points.map((point) => [
      ...(several ? [workload, policy, seed] : []),
      String(point.arrivedPercent),
      digits(point.allocatedPercent),
      digits(point.fragmentationPercent),
      digits(point.fragmentationRatioPercent),
    ]),
  );
  return stringify([[...(several ? ['workload', 'policy', 'seed'] : []), ...header], ...rows], {
    record_delimiter: 'unix',
  });
}

/** Shortest, with six digits after the point at most; empty where the run has no arrival near. */
function digits(value: number): string {
  return Number.isNaN(value) ? '' : String(Number(value.toFixed(6)));
}

/** Whether every run that has published figures and draws no lots is equal to them. */
export function reproduces(results: readonly StudyRunResult[], published: PublishedRuns): boolean {
  return results.every((result) => {
    if (result.policy === DRAWS_LOTS) return true;
    const found = deviationOf(result, published);
    return found === undefined || found.within === found.values;
  });
}

function deviationOf({ workload, policy, seed, replay }: StudyRunResult, published: PublishedRuns) {
  return deviation(replay.points, published.get(runKey(workload, policy, seed)));
}

/** One run: its curves beside the published ones, and where the cluster stands in the end. */
export function renderStudyRun(result: StudyRunResult, published: PublishedRuns, style: Style): string {
  const { workload, policy, seed, replay } = result;
  const known = published.get(runKey(workload, policy, seed));
  const lines = [style.strong('fgd-atc23') + `  workload ${workload}, policy ${policy}, seed ${seed}`, ''];
  const pair = (ours: number, theirs: number | undefined): string =>
    ours.toFixed(2).padStart(12) + (theirs === undefined ? '-' : theirs.toFixed(2)).padStart(11);
  lines.push(
    style.faint(
      'arrived %' +
        ['allocated %', 'fragments %', 'of idle %'].map((n) => n.padStart(12) + 'published'.padStart(11)).join(''),
    ),
  );
  for (const point of replay.points) {
    if (point.arrivedPercent % 10 !== 0 && point.arrivedPercent !== 95) continue;
    const at = point.arrivedPercent;
    lines.push(
      String(at).padStart(9) +
        pair(point.allocatedPercent, known?.allocatedPercent[at]) +
        pair(point.fragmentationPercent, known?.fragmentationPercent[at]) +
        pair(point.fragmentationRatioPercent, known?.fragmentationRatioPercent[at]),
    );
  }
  lines.push('', ...endLines(replay.end), '');
  lines.push(verdict(deviationOf(result, published), style));
  return lines.join('\n') + '\n';
}

function endLines(end: EndState): string[] {
  const { fragmentation: parts } = end;
  const idle = end.milliGpu - end.milliGpuUsed;
  const thousands = (milli: number): string => (milli / 1000).toFixed(2);
  const fragments = idle - parts.satisfied;
  return [
    `pods         ${end.arrived} arrived, ${end.dropped} of them fitted nowhere`,
    `cpu          ${end.milliCpuUsed} of ${end.milliCpu} milli`,
    `memory       ${end.memoryBytesUsed} of ${end.memoryBytes} bytes`,
    `GPUs         ${end.gpusTouched} of ${end.gpus} in use`,
    `GPU          ${end.milliGpuUsed} of ${end.milliGpu} milli`,
    `GPUs idle    ${thousands(idle)}, of them fragments ${thousands(fragments)} (${((100 * fragments) / idle).toFixed(2)} %)`,
    `fragments    lack both (q1) ${thousands(parts.lackBoth)}, lack GPU (q2) ${thousands(parts.lackGpu)}, satisfied (q3) ${thousands(parts.satisfied)}, lack CPU (q4) ${thousands(parts.lackCpu)}`,
    `             no GPU wanted (xl) ${thousands(parts.noGpuWanted)}, and CPU lacks (xr) ${thousands(parts.noGpuWantedLackCpu)}, no access (na) ${thousands(parts.noAccess)}`,
  ];
}

function verdict(found: Deviation | undefined, style: Style): string {
  if (found === undefined) return style.faint('published figures of this run are not at hand');
  const text = `${found.within} of ${found.values} published figures within ${TOLERANCE} (largest difference ${found.largest.toFixed(4)})`;
  return found.within === found.values ? style.good(text) : style.warn(text);
}

/** Several runs: for each workload and policy what is unallocated when as much has arrived as there is. */
export function renderStudy(results: readonly StudyRunResult[], published: PublishedRuns, style: Style): string {
  const groups = new Map<string, StudyRunResult[]>();
  for (const result of results) {
    const key = `${result.workload} ${result.policy}`;
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  const lines = [
    style.strong('fgd-atc23') +
      '  GPUs unallocated when 100 % have been asked for, mean ± standard deviation over seeds',
    '',
    style.faint(
      'workload'.padEnd(14) +
        'policy'.padEnd(15) +
        'seeds'.padStart(5) +
        'here %'.padStart(16) +
        'published %'.padStart(16) +
        '  figures within 0.01, largest difference',
    ),
  ];
  for (const group of groups.values()) {
    const { workload, policy } = group[0]!;
    const known = group.flatMap((one) => published.get(runKey(one.workload, one.policy, one.seed)) ?? []);
    const ours = spread(group.map(({ replay }) => 100 - replay.points[FULL]!.allocatedPercent));
    const theirs = spread(known.map((run) => 100 - run.allocatedPercent[FULL]!));
    lines.push(
      workload.padEnd(14) +
        policy.padEnd(15) +
        String(group.length).padStart(5) +
        show(ours).padStart(16) +
        (known.length === 0 ? '-' : show(theirs)).padStart(16) +
        '  ' +
        (policy === DRAWS_LOTS ? distance(ours, theirs, known.length, style) : together(group, published, style)),
    );
  }
  return lines.join('\n') + '\n';
}

interface Spread {
  readonly mean: number;
  /** Of the population, as the study prints it. */
  readonly deviation: number;
}

function spread(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / values.length) };
}

function show({ mean, deviation: sd }: Spread): string {
  return `${mean.toFixed(2)} ± ${sd.toFixed(2)}`;
}

function together(group: readonly StudyRunResult[], published: PublishedRuns, style: Style): string {
  const found = group.flatMap((one) => deviationOf(one, published) ?? []);
  if (found.length === 0) return style.faint('published figures are not at hand');
  const values = found.reduce((sum, one) => sum + one.values, 0);
  const within = found.reduce((sum, one) => sum + one.within, 0);
  const largest = Math.max(...found.map((one) => one.largest));
  const text = `${within} of ${values}, ${largest.toFixed(4)}`;
  return within === values ? style.good(text) : style.warn(text);
}

/** A distribution against another: the difference of the means, in its standard deviations. */
function distance(ours: Spread, theirs: Spread, runs: number, style: Style): string {
  if (runs < 2) return style.faint('draws lots: compared over several seeds');
  const error = Math.sqrt((ours.deviation ** 2 + theirs.deviation ** 2) / (runs - 1));
  return `draws lots: means differ by ${Math.abs(ours.mean - theirs.mean).toFixed(2)}, ${(Math.abs(ours.mean - theirs.mean) / error).toFixed(1)} standard deviations`;
}

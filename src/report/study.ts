import { stringify } from 'csv-stringify/sync';
import { TOLERANCE, type Deviation } from '../experiment/fgd-atc23/deviation.ts';
import { runKey } from '../experiment/fgd-atc23/published.ts';
import type { EndState } from '../experiment/fgd-atc23/replay.ts';
import {
  deviationOf,
  distanceText,
  DRAWS_LOTS,
  spreadText,
  studyGroups,
  type PublishedRuns,
  type StudyRunResult,
} from './study-groups.ts';
import type { Style } from './terminal.ts';

/** The reproduction of the USENIX ATC 2023 study as tables. */

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
  for (const group of studyGroups(results, published)) {
    const { workload, policy, runs, ours, theirs } = group;
    lines.push(
      workload.padEnd(14) +
        policy.padEnd(15) +
        String(runs.length).padStart(5) +
        spreadText(ours).padStart(16) +
        (theirs === undefined ? '-' : spreadText(theirs)).padStart(16) +
        '  ' +
        (policy === DRAWS_LOTS ? distanceText(group) : together(group.deviation, style)),
    );
  }
  return lines.join('\n') + '\n';
}

function together(found: Deviation | undefined, style: Style): string {
  if (found === undefined) return style.faint('published figures are not at hand');
  const text = `${found.within} of ${found.values}, ${found.largest.toFixed(4)}`;
  return found.within === found.values ? style.good(text) : style.warn(text);
}

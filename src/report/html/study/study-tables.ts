import type { CurvePoint } from '../../../experiment/fgd-atc23/arrived-columns.ts';
import { distanceText, DRAWS_LOTS, spreadText, type StudyGroup, type StudyRunResult } from '../../study-groups.ts';
import { markup, type Markup } from '../markup.ts';
import { table, type PageColumn } from '../table.ts';

const MOST_ROWS = 240;
/** Rows of the curves: enough to see them by, and where policies part. */
const STEPS = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 100, 110, 120, 130];

/** Each workload and policy: what is left unallocated, here and as published, and how many figures are the same. */
export function groupTable(groups: readonly StudyGroup[]): Markup {
  return table<StudyGroup>(
    'GPUs unallocated at 100 % asked for, here and as published, by workload and policy',
    [
      { name: 'Workload', cell: ({ workload }) => workload },
      { name: 'Policy', cell: ({ policy }) => policy },
      { name: 'Seeds', cell: ({ runs }) => String(runs.length), sort: ({ runs }) => runs.length },
      { name: 'Unallocated here, %', cell: ({ ours }) => spreadText(ours), sort: ({ ours }) => ours.mean },
      {
        name: 'Published, %',
        cell: ({ theirs }) => (theirs === undefined ? '–' : spreadText(theirs)),
        sort: ({ theirs }) => theirs?.mean ?? Infinity,
      },
      { name: 'Published figures within 0.01', cell: sameFigures },
    ],
    groups,
  );
}

function sameFigures(group: StudyGroup): string {
  const { deviation, policy } = group;
  if (deviation === undefined) return 'not at hand';
  if (policy === DRAWS_LOTS) return distanceText(group);
  return `${deviation.within} of ${deviation.values}, largest difference ${deviation.largest.toFixed(4)}`;
}

interface CurveRow {
  readonly policy: string;
  readonly at: number;
  readonly group: StudyGroup;
}

/** Means of the curves at round steps, ours beside the published ones. */
export function curveTable(workload: string, groups: readonly StudyGroup[]): Markup {
  const rows = groups.flatMap((group) => STEPS.map((at): CurveRow => ({ policy: group.policy, at, group })));
  const pair = (name: string, curve: Exclude<keyof CurvePoint, 'arrivedPercent'>): PageColumn<CurveRow>[] => [
    number(name, ({ group, at }) => mean(group.runs.map(({ replay }) => replay.points[at]![curve]))),
    number('published', ({ group, at }) => mean(group.published.map((run) => run[curve][at]!))),
  ];
  return table<CurveRow>(
    `Curves of workload ${workload}, means over the seeds, here and as published`,
    [
      { name: 'Policy', cell: ({ policy }) => policy },
      { name: 'Asked for, %', cell: ({ at }) => String(at), sort: ({ at }) => at },
      ...pair('Allocated, %', 'allocatedPercent'),
      ...pair('Fragments, % of all', 'fragmentationPercent'),
      ...pair('Fragments, % of idle', 'fragmentationRatioPercent'),
    ],
    rows,
  );
}

/** Where the cluster stands when all pods have come: a row a run. */
export function endTable(results: readonly StudyRunResult[]): Markup {
  const gpus = (name: string, of: (run: StudyRunResult) => number): PageColumn<StudyRunResult> =>
    number(name, (run) => of(run) / 1_000);
  const count = (name: string, of: (run: StudyRunResult) => number): PageColumn<StudyRunResult> => ({
    name,
    cell: (run) => String(of(run)),
    sort: of,
  });
  const part = (name: string, of: keyof StudyRunResult['replay']['end']['fragmentation']): PageColumn<StudyRunResult> =>
    gpus(name, ({ replay }) => replay.end.fragmentation[of]);
  return markup`<section><h2>The end of each run</h2>${table(
    'Where the cluster stands when all pods have come, in GPUs',
    [
      { name: 'Workload', cell: ({ workload }) => workload },
      { name: 'Policy', cell: ({ policy }) => policy },
      { name: 'Seed', cell: ({ seed }) => seed, sort: ({ seed }) => Number(seed) },
      count('Pods', ({ replay }) => replay.end.arrived),
      count('fitted nowhere', ({ replay }) => replay.end.dropped),
      count('GPUs touched', ({ replay }) => replay.end.gpusTouched),
      gpus('GPUs idle', ({ replay: { end } }) => end.milliGpu - end.milliGpuUsed),
      part('lack both (q1)', 'lackBoth'),
      part('lack GPU (q2)', 'lackGpu'),
      part('satisfied (q3)', 'satisfied'),
      part('lack CPU (q4)', 'lackCpu'),
      part('no GPU wanted (xl)', 'noGpuWanted'),
      part('and CPU lacks (xr)', 'noGpuWantedLackCpu'),
      part('no access (na)', 'noAccess'),
    ],
    results.slice(0, MOST_ROWS),
    results.length > MOST_ROWS ? `The first ${MOST_ROWS} of ${results.length}.` : '',
  )}</section>`;
}

function number<T>(name: string, of: (row: T) => number): PageColumn<T> {
  return {
    name,
    cell: (row) => (Number.isNaN(of(row)) ? '–' : of(row).toFixed(2)),
    sort: (row) => (Number.isNaN(of(row)) ? Infinity : of(row)),
  };
}

/** Of what there is; NaN where there is nothing. */
function mean(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

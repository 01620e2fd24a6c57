import { LAST_PERCENT, type CurvePoint } from '../../../experiment/fgd-atc23/arrived-columns.ts';
import type { PublishedRun } from '../../../experiment/fgd-atc23/published.ts';
import { FULL, type StudyGroup } from '../../study-groups.ts';
import { bandLines, type BandLine, type BandPoint } from '../plots/band-lines.ts';
import { quantile } from '../plots/box-plots.ts';
import { groupedBars } from '../plots/grouped-bars.ts';
import type { Plot } from '../plots/plot.ts';

const ARRIVED = 'GPUs asked for so far (% of all)';
/** A ring each so many per cent: more would hide the line. */
const RING_EVERY = 5;
/** Grey, and last. */
const IDEAL_COLOUR = 6;

type Curve = Exclude<keyof CurvePoint, 'arrivedPercent'>;

interface CurvePlot {
  readonly id: string;
  readonly title: string;
  readonly axis: string;
  readonly curve: Curve;
  readonly from: number;
  readonly to: number;
  readonly valueOf: (value: number) => number;
  /** The axis ends there. */
  readonly most?: number;
}

const same = (value: number): number => value;

/** The curves of a workload, as the study draws them: medians over the seeds, half of the runs within the band. */
export function curvePlots(workload: string, groups: readonly StudyGroup[]): Plot[] {
  const figure = (name: string): string => (workload === 'default' ? `Figure ${name}: ` : '');
  const curves: readonly CurvePlot[] = [
    {
      id: 'allocated',
      title: 'GPUs allocated',
      axis: 'allocated (% of all GPUs)',
      curve: 'allocatedPercent',
      from: 0,
      to: LAST_PERCENT,
      valueOf: same,
    },
    {
      id: 'unallocated',
      title: `${figure('9(a)')}GPUs left when the cluster is nearly full`,
      axis: 'unallocated (% of all GPUs)',
      curve: 'allocatedPercent',
      from: 75,
      to: 120,
      valueOf: (allocated) => 100 - allocated,
    },
    {
      id: 'fragments',
      title: `${figure('7(a)')}fragmentation amount`,
      axis: 'fragments (% of all GPUs)',
      curve: 'fragmentationPercent',
      from: 0,
      to: LAST_PERCENT,
      valueOf: same,
    },
    {
      id: 'fragments-of-idle',
      title: `${figure('7(b)')}fragmentation ratio`,
      axis: 'fragments (% of idle GPUs)',
      curve: 'fragmentationRatioPercent',
      from: 0,
      to: LAST_PERCENT,
      valueOf: same,
    },
  ];
  return curves.map((one) => curvePlot(workload, groups, one));
}

function curvePlot(workload: string, groups: readonly StudyGroup[], of: CurvePlot): Plot {
  const seeds = Math.max(...groups.map(({ runs }) => runs.length));
  const lines = groups.map(({ policy, runs, published }, colour): BandLine => ({
    name: policy,
    colour,
    points: pointsOf(
      runs.map(({ replay }) => replay.points.map((point) => point[of.curve])),
      of,
    ),
    others: pointsOf(
      published.map((run: PublishedRun) => run[of.curve]),
      of,
    ).filter(({ x }) => x % RING_EVERY === 0),
  }));
  const ideal = {
    name: 'ideal',
    colour: IDEAL_COLOUR,
    points: [
      { x: of.from, y: 100 - of.from },
      { x: FULL, y: 0 },
      { x: of.to, y: 0 },
    ],
  };
  const known = groups.some(({ published }) => published.length > 0);
  return bandLines({
    id: `${workload}-${of.id}`,
    title: of.title,
    caption: `${seeds > 1 ? `Medians of n = ${seeds} seeds, half of the runs within the band` : 'One seed'}${known ? '; rings: the published runs of the same seeds' : ''}.`,
    label: `${of.axis} by GPUs asked for, a line for each policy${known ? ', with the published values' : ''}`,
    xAxis: ARRIVED,
    yAxis: of.axis,
    fromZero: true,
    lines: of.id === 'unallocated' ? [...lines, ideal] : lines,
  });
}

/** Median and quartiles of curves at each per cent that any of them has. */
function pointsOf(curves: readonly (readonly number[])[], { from, to, valueOf }: CurvePlot): BandPoint[] {
  const points: BandPoint[] = [];
  for (let x = from; x <= to; x++) {
    const values = curves.flatMap((curve) => (Number.isNaN(curve[x]!) ? [] : valueOf(curve[x]!)));
    if (values.length === 0) continue;
    values.sort((a, b) => a - b);
    const band = values.length > 1 ? { low: quantile(values, 0.25), high: quantile(values, 0.75) } : {};
    points.push({ x, y: quantile(values, 0.5), ...band });
  }
  return points;
}

/** Workloads in which one kind of pod has more and more of the whole, and the study's figure of them. */
const FAMILIES = [
  { prefix: 'gpushare', figure: '11', axis: 'GPU-sharing pods’ share of GPUs', shareOf: same },
  { prefix: 'multigpu', figure: '12', axis: 'multi-GPU pods’ share of GPUs', shareOf: same },
  {
    prefix: 'gpuspec',
    figure: '13',
    axis: 'share of GPUs of a certain model',
    shareOf: same,
  },
  // `cpu050`: five of a hundred pods want no GPU.
  { prefix: 'cpu', figure: '14', axis: 'pods without GPU', shareOf: (number: number) => number / 10 },
] as const;

/** Figures 11 to 14, each for the workloads of it that were run; the default workload in a figure of its own. */
export function familyPlots(groups: readonly StudyGroup[]): Plot[] {
  const families = FAMILIES.flatMap(({ prefix, figure, axis, shareOf }) => {
    const members = groups.filter(({ workload }) => workload.startsWith(prefix));
    if (members.length === 0) return [];
    const named = members.map((group) => ({ group, share: shareOf(Number(group.workload.slice(prefix.length))) }));
    named.sort((a, b) => a.share - b.share);
    return [
      barPlot(
        `figure-${figure}`,
        `Figure ${figure}`,
        axis,
        named.map(({ group, share }) => ({ group, name: `${share} %` })),
      ),
    ];
  });
  const byDefault = groups.filter(({ workload }) => workload === 'default');
  if (byDefault.length === 0) return families;
  return [
    barPlot(
      'default-full',
      'The default workload',
      'workload',
      byDefault.map((group) => ({ group, name: 'default' })),
    ),
    ...families,
  ];
}

function barPlot(
  id: string,
  title: string,
  axis: string,
  of: readonly { readonly group: StudyGroup; readonly name: string }[],
): Plot {
  const names = [...new Set(of.map(({ group }) => group.policy))];
  const seeds = Math.max(...of.map(({ group }) => group.runs.length));
  const known = of.some(({ group }) => group.theirs !== undefined);
  return groupedBars({
    id,
    title: `${title}: GPUs unallocated at ${FULL} % asked for`,
    caption: `Means of n = ${seeds} seeds, whiskers: standard deviation${known ? '; rings: the published means' : ''}.`,
    label: `GPUs unallocated when ${FULL} % have been asked for, by ${axis} and policy`,
    groupAxis: axis,
    valueAxis: 'unallocated (% of all GPUs)',
    names,
    bars: of.map(({ group: { policy, ours, theirs }, name }) => ({
      group: name,
      name: policy,
      value: ours.mean,
      low: ours.mean - ours.deviation,
      high: ours.mean + ours.deviation,
      other: theirs?.mean,
    })),
  });
}

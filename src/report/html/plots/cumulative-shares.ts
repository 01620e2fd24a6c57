import type { Plot } from './plot.ts';
import { DASHES, formatFor, legendOf, SERIES, ticksFor } from './theme.ts';

export interface Sample {
  readonly name: string;
  readonly colour: number;
  /** In any order; at least one. */
  readonly values: readonly number[];
}

export interface CumulativeShares extends Omit<Plot, 'spec'> {
  readonly axis: string;
  readonly shareAxis: string;
  readonly samples: readonly Sample[];
}

/** Steps of a curve: more of them than a plot has columns would not be seen. */
const MOST_STEPS = 500;

/** Empirical distribution functions: which share of a sample's values is not above a value. */
export function cumulativeShares({ axis, shareAxis, samples, ...plot }: CumulativeShares): Plot {
  const points = samples.flatMap(({ name, values }) => stepsOf(values).map((step) => ({ name, ...step })));
  const names = samples.map(({ name }) => name);
  const range = (of: readonly unknown[]): unknown[] => samples.map(({ colour }) => of[colour % of.length]);
  const most = Math.max(...points.map(({ value }) => Math.abs(value)));
  return {
    ...plot,
    spec: (width) => ({
      height: 220,
      data: { values: points },
      mark: { type: 'line', interpolate: 'step-after' },
      encoding: {
        x: {
          field: 'value',
          type: 'quantitative',
          scale: { zero: false, nice: true },
          title: axis,
          axis: { tickCount: ticksFor(width), ...formatFor(most) },
        },
        y: {
          field: 'share',
          type: 'quantitative',
          title: shareAxis,
          axis: { format: '.0%', values: [0, 0.25, 0.5, 0.75, 1] },
        },
        color: {
          field: 'name',
          sort: null,
          scale: { domain: names, range: range(SERIES) },
          legend: legendOf(names, width),
        },
        strokeDash: {
          field: 'name',
          sort: null,
          scale: { domain: names, range: range(DASHES) },
          legend: legendOf(names, width),
        },
        order: { field: 'order' },
      },
    }),
  };
}

function stepsOf(values: readonly number[]): { value: number; share: number; order: number }[] {
  const sorted = [...values].sort((a, b) => a - b);
  const steps = [{ value: sorted[0]!, share: 0, order: 0 }];
  const every = Math.max(1, Math.ceil(sorted.length / MOST_STEPS));
  sorted.forEach((value, i) => {
    // Of equal values the last says it all.
    if (sorted[i + 1] === value || ((i + 1) % every !== 0 && i + 1 < sorted.length)) return;
    steps.push({ value, share: (i + 1) / sorted.length, order: steps.length });
  });
  return steps;
}

import type { Plot } from './plot.ts';
import { limitFor, ON_RAMP, RAMP } from './theme.ts';

export interface GridCell {
  readonly x: string;
  readonly y: string;
  readonly value: number;
  /** What is written in it. */
  readonly text: string;
}

export interface GridMap extends Omit<Plot, 'spec'> {
  readonly xAxis: string;
  readonly yAxis: string;
  /** Of the colours. */
  readonly unit: string;
  readonly cells: readonly GridCell[];
}

const ROW = 34;

/** Values over two variables, each with few values: a cell a combination, coloured and with its figure. Combinations without a value stay empty. */
export function gridMap({ xAxis, yAxis, unit, cells, ...plot }: GridMap): Plot {
  const values = cells.map(({ value }) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const step = (most - least) / RAMP.length || 1;
  const bounds = Array.from({ length: RAMP.length - 1 }, (_, i) => least + (i + 1) * step);
  const levelOf = (value: number): number => Math.min(RAMP.length - 1, Math.floor((value - least) / step + 1e-9));
  const rows = cells.map((cell) => ({ ...cell, on: ON_RAMP[levelOf(cell.value)], fill: RAMP[levelOf(cell.value)] }));
  const columns = new Set(cells.map(({ x }) => x)).size;
  return {
    ...plot,
    spec: (width) => ({
      height: { step: ROW },
      data: { values: rows },
      encoding: {
        x: {
          field: 'x',
          type: 'ordinal',
          sort: null,
          title: xAxis,
          axis: { labelAngle: 0, ticks: false, domain: false, labelLimit: limitFor(width / columns) },
        },
        y: {
          field: 'y',
          type: 'ordinal',
          sort: null,
          title: yAxis,
          axis: { ticks: false, domain: false, labelLimit: limitFor(width / 4) },
        },
      },
      resolve: { scale: { color: 'independent' } },
      layer: [
        {
          mark: { type: 'rect', cornerRadius: 2, stroke: 'var(--card)', strokeWidth: 2 },
          encoding: {
            color: {
              field: 'value',
              type: 'quantitative',
              scale: { type: 'threshold', domain: bounds, range: RAMP },
              title: unit,
              legend: most > least ? keyOf(width, most) : null,
            },
          },
        },
        {
          mark: { type: 'text', limit: limitFor(width / columns - 4) },
          encoding: { text: { field: 'text' }, color: { field: 'on', type: 'nominal', scale: null } },
        },
      ],
    }),
  };
}

function keyOf(width: number, most: number): object {
  return {
    format: Math.abs(most) >= 20_000 ? '.3~s' : '.3~r',
    labelOverlap: 'greedy',
    gradientLength: Math.min(width * 0.6, 240),
    gradientThickness: 10,
    titleOrient: 'top',
    titleLimit: width,
  };
}

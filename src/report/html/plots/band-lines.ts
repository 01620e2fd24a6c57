import type { Plot } from './plot.ts';
import { DASHES, formatFor, legendOf, SERIES, SHAPES, ticksFor } from './theme.ts';

export interface BandPoint {
  readonly x: number;
  readonly y: number;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

export interface BandLine {
  readonly name: string;
  readonly colour: number;
  readonly points: readonly BandPoint[];
  /** Somebody else's values of the same, shown as rings. */
  readonly others?: readonly { readonly x: number; readonly y: number }[];
}

export interface BandLines extends Omit<Plot, 'spec'> {
  readonly xAxis: string;
  readonly yAxis: string;
  readonly lines: readonly BandLine[];
  /** Whether each point is drawn, as where the variable has few values. */
  readonly hasPoints?: boolean;
  /** The vertical axis begins at 0. */
  readonly fromZero?: boolean;
  readonly height?: number;
}

/** Lines over a numeric variable, each with its band, and the values of somebody else as rings beside it. */
export function bandLines({
  xAxis,
  yAxis,
  lines,
  hasPoints = false,
  fromZero = false,
  height = 260,
  ...plot
}: BandLines): Plot {
  const rows = lines.flatMap(({ name, points }) => points.map((point) => ({ name, ...point })));
  const bands = rows.filter(({ low, high }) => low !== undefined && high !== undefined);
  const rings = lines.flatMap(({ name, others }) => (others ?? []).map((point) => ({ name, ...point })));
  const names = lines.map(({ name }) => name);
  const range = (of: readonly unknown[]): unknown[] => lines.map(({ colour }) => of[colour % of.length]);
  const most = Math.max(...rows.map(({ y }) => Math.abs(y)));
  const mostX = Math.max(...rows.map(({ x }) => Math.abs(x)));
  const y = (field: string): object => ({
    field,
    type: 'quantitative',
    title: yAxis,
    scale: { zero: fromZero, nice: true },
  });
  return {
    ...plot,
    spec: (width) => {
      const legend = {
        ...legendOf(names, width),
        ...(hasPoints ? {} : { symbolType: 'stroke', symbolSize: 220, symbolStrokeWidth: 2 }),
      };
      const told = (of: readonly unknown[]): object => ({
        field: 'name',
        sort: null,
        scale: { domain: names, range: range(of) },
        legend,
      });
      return {
        height,
        data: { values: rows },
        encoding: {
          x: {
            field: 'x',
            type: 'quantitative',
            title: xAxis,
            scale: { zero: false, nice: hasPoints },
            axis: { tickCount: ticksFor(width), ...formatFor(mostX) },
          },
          color: told(SERIES),
        },
        layer: [
          ...(bands.length === 0
            ? []
            : [
                {
                  data: { values: bands },
                  mark: { type: 'area', opacity: 0.2 },
                  encoding: { y: y('low'), y2: { field: 'high' } },
                },
              ]),
          {
            mark: { type: 'line' },
            encoding: { y: { ...y('y'), axis: { tickCount: 6, ...formatFor(most) } }, strokeDash: told(DASHES) },
          },
          ...(hasPoints
            ? [
                {
                  mark: { type: 'point', filled: true, size: 46, opacity: 1 },
                  encoding: { y: y('y'), shape: told(SHAPES) },
                },
              ]
            : []),
          ...(rings.length > 0
            ? [
                {
                  data: { values: rings },
                  mark: { type: 'point', size: 40, strokeWidth: 1.25, opacity: 1 },
                  encoding: { y: y('y') },
                },
              ]
            : []),
        ],
      };
    },
  };
}

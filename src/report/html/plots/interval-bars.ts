import type { Plot } from './plot.ts';
import { HALO, formatFor, INK, limitFor, SERIES, SOFT, ticksFor } from './theme.ts';

/** An estimate and its interval; without bounds where the sample says nothing about them. */
export interface IntervalBar {
  readonly name: string;
  readonly colour: number;
  readonly middle: number;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  /** What it comes to, in figures. */
  readonly value: string;
}

export interface IntervalBars extends Omit<Plot, 'spec'> {
  /** Of the axis. */
  readonly axis: string;
  readonly bars: readonly IntervalBar[];
  /** The value that decides, as 0 of a difference: a line through all rows. */
  readonly reference?: number;
}

const ROW = 44;
/** Words stand above the interval, so that long names need no column of their own. */
const ABOVE = -9;
const BELOW = 8;

/** A row an estimate: its name, its interval on a shared axis, and its figures. */
export function intervalBars({ axis, bars, reference, ...plot }: IntervalBars): Plot {
  const most = Math.max(
    ...bars.flatMap(({ low, middle, high }) => [middle, low ?? middle, high ?? middle]).map(Math.abs),
  );
  const rows = bars.map((bar, row) => ({ ...bar, row, colour: SERIES[bar.colour % SERIES.length] }));
  const x = { field: 'middle', type: 'quantitative', scale: { zero: false, padding: 12 }, title: axis };
  return {
    ...plot,
    spec: (width) => ({
      height: { step: ROW },
      data: { values: rows },
      encoding: {
        y: { field: 'row', type: 'ordinal', axis: null },
        x: { ...x, axis: { tickCount: ticksFor(width), ...formatFor(most) } },
        color: { field: 'colour', type: 'nominal', scale: null },
      },
      layer: [
        ...(reference === undefined ? [] : [decidingValue(reference)]),
        ...intervalLayers(rows, x),
        { mark: { type: 'point', filled: true, size: 62, opacity: 1, yOffset: BELOW } },
        {
          mark: {
            type: 'text',
            ...HALO,
            align: 'left',
            yOffset: ABOVE,
            limit: limitFor(Math.max(80, width - longest(bars) * 7 - 24)),
          },
          encoding: { x: { value: 0 }, text: { field: 'name' }, color: { value: INK } },
        },
        {
          mark: { type: 'text', ...HALO, align: 'right', yOffset: ABOVE },
          encoding: { x: { value: 'width' }, text: { field: 'value' }, color: { value: SOFT } },
        },
      ],
    }),
  };
}

function decidingValue(reference: number): object {
  return {
    mark: { type: 'tick', size: 16, thickness: 1, yOffset: BELOW, color: SOFT },
    encoding: { x: { datum: reference }, color: { value: SOFT } },
  };
}

/** A line from bound to bound, with an end at each; nothing where no row has bounds. */
function intervalLayers(rows: readonly Pick<IntervalBar, 'low' | 'high'>[], x: object): readonly object[] {
  const values = rows.filter(({ low, high }) => low !== undefined && high !== undefined);
  if (values.length === 0) return [];
  const at = (bound: string, mark: object, more: object = {}): object => ({
    data: { values },
    mark: { yOffset: BELOW, ...mark },
    encoding: { x: { ...x, field: bound }, ...more },
  });
  return [
    at('low', { type: 'rule', strokeWidth: 2 }, { x2: { field: 'high' } }),
    at('low', { type: 'tick', size: 10, thickness: 2 }),
    at('high', { type: 'tick', size: 10, thickness: 2 }),
  ];
}

function longest(bars: readonly IntervalBar[]): number {
  return Math.max(0, ...bars.map(({ value }) => value.length));
}

import type { Sample } from './cumulative-shares.ts';
import type { Plot } from './plot.ts';
import { HALO, formatFor, INK, limitFor, SERIES, ticksFor } from './theme.ts';

export interface BoxPlots extends Omit<Plot, 'spec'> {
  readonly axis: string;
  readonly samples: readonly Sample[];
}

const ROW = 58;
const ABOVE = -16;
const BELOW = 3;
const UNDER = 19;
const BOX = 16;
/** Where there are more, single values are a smear. */
const MOST_POINTS = 60;

/** A row a sample: box from the first to the third quartile, median, whiskers to the least and the greatest, each value a point. */
export function boxPlots({ axis, samples, ...plot }: BoxPlots): Plot {
  const rows = samples.map(({ name, colour, values }, row) => {
    const sorted = [...values].sort((a, b) => a - b);
    const [least, low, middle, high, most] = [0, 0.25, 0.5, 0.75, 1].map((p) => quantile(sorted, p));
    return { row, name, colour: SERIES[colour % SERIES.length], least, low, middle, high, most };
  });
  const points = samples.flatMap(({ values }, row) =>
    values.length > MOST_POINTS ? [] : values.map((value) => ({ row, value, colour: rows[row]!.colour })),
  );
  const largest = Math.max(...rows.flatMap(({ least, most }) => [Math.abs(least!), Math.abs(most!)]));
  const x = (field: string): object => ({
    field,
    type: 'quantitative',
    title: axis,
    scale: { zero: false, padding: 12 },
  });
  return {
    ...plot,
    spec: (width) => ({
      height: { step: ROW },
      data: { values: rows },
      encoding: {
        y: { field: 'row', type: 'ordinal', axis: null },
        x: { ...x('middle'), axis: { tickCount: ticksFor(width), ...formatFor(largest) } },
        color: { field: 'colour', type: 'nominal', scale: null },
      },
      layer: [
        {
          mark: { type: 'rule', strokeWidth: 1.75, yOffset: BELOW },
          encoding: { x: x('least'), x2: { field: 'most' } },
        },
        { mark: { type: 'tick', size: 10, thickness: 1.75, yOffset: BELOW }, encoding: { x: x('least') } },
        { mark: { type: 'tick', size: 10, thickness: 1.75, yOffset: BELOW }, encoding: { x: x('most') } },
        {
          mark: { type: 'bar', size: BOX, yOffset: BELOW, fillOpacity: 0.25 },
          encoding: { x: x('low'), x2: { field: 'high' } },
        },
        {
          data: { values: points },
          mark: {
            type: 'point',
            filled: true,
            size: 16,
            opacity: 0.6,
            yOffset: UNDER,
          },
          encoding: { x: x('value') },
        },
        {
          mark: { type: 'tick', size: BOX + 4, thickness: 2.5, yOffset: BELOW },
          encoding: { x: x('middle'), color: { value: INK } },
        },
        {
          mark: { type: 'text', ...HALO, align: 'left', yOffset: ABOVE, limit: limitFor(width) },
          encoding: { x: { value: 0 }, text: { field: 'name' }, color: { value: INK } },
        },
      ],
    }),
  };
}

/** Between the two nearest of the ordered values, as R's default (type 7) has it. */
export function quantile(sorted: readonly number[], p: number): number {
  const place = (sorted.length - 1) * p;
  const below = Math.floor(place);
  const low = sorted[below]!;
  return low + (place - below) * ((sorted[below + 1] ?? low) - low);
}

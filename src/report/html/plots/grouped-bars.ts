import type { Plot } from './plot.ts';
import { CARD, INK, legendOf, limitFor, SERIES } from './theme.ts';

export interface GroupedBar {
  readonly group: string;
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Somebody else's value of the same. */
  readonly other?: number | undefined;
}

export interface GroupedBars extends Omit<Plot, 'spec'> {
  readonly groupAxis: string;
  readonly valueAxis: string;
  /** Of the bars in a group, in order; each has a colour. */
  readonly names: readonly string[];
  readonly bars: readonly GroupedBar[];
}

/** Bars side by side in groups, with whiskers, and a ring where somebody else's value of the same lies. */
export function groupedBars({ groupAxis, valueAxis, names, bars, ...plot }: GroupedBars): Plot {
  const y = (field: string): object => ({ field, type: 'quantitative', title: valueAxis, scale: { nice: true } });
  const others = bars.filter(({ other }) => other !== undefined);
  const groups = [...new Set(bars.map(({ group }) => group))];
  return {
    ...plot,
    spec: (width) => ({
      height: 240,
      data: { values: bars },
      encoding: {
        x: {
          field: 'group',
          type: 'nominal',
          sort: groups,
          title: groupAxis,
          axis: { labelAngle: 0, ticks: false, labelLimit: limitFor(width / groups.length) },
        },
        xOffset: { field: 'name', sort: names },
      },
      layer: [
        {
          // No round corners: Vega would clip by names that it numbers on from plot to plot.
          mark: { type: 'bar' },
          encoding: {
            y: y('value'),
            color: {
              field: 'name',
              sort: null,
              scale: { domain: names, range: names.map((_, i) => SERIES[i % SERIES.length]) },
              legend: legendOf(names, width),
            },
          },
        },
        { mark: { type: 'rule', color: INK, strokeWidth: 1.25 }, encoding: { y: y('low'), y2: { field: 'high' } } },
        ...(others.length === 0
          ? []
          : [
              {
                data: { values: others },
                mark: {
                  type: 'point',
                  filled: true,
                  fill: CARD,
                  stroke: INK,
                  strokeWidth: 1.25,
                  size: 32,
                },
                encoding: { y: y('other') },
              },
            ]),
      ],
    }),
  };
}

import { markup, type Markup } from '../markup.ts';
import { unit } from './frame.ts';
import { rows } from './rows.ts';
import type { Tick } from './scale.ts';

export interface Interval {
  readonly name: string;
  readonly colour: number;
  readonly low: number;
  readonly middle: number;
  readonly high: number;
  /** Low, middle and high as a reader wants them. */
  readonly value: string;
}

/**
 * Estimates with their confidence intervals on one axis. `reference` is the value that decides (0 of a difference): a
 * line through all rows.
 */
export function intervals(
  label: string,
  of: readonly Interval[],
  tell: (value: number) => string,
  reference?: number,
): Markup {
  const all = of.flatMap(({ low, high }) => [low, high]).concat(reference === undefined ? [] : [reference]);
  if (all.length === 0) return markup`<p class="none">No values.</p>`;
  const least = Math.min(...all);
  const width = Math.max(...all) - least || Math.abs(least) || 1;
  const from = least - width * 0.05;
  const place = (value: number): number => (value - from) / (width * 1.1);
  const ticks: Tick[] = [0, 0.25, 0.5, 0.75, 1].map((part) => ({
    at: place(least + part * width),
    label: tell(least + part * width),
  }));
  return rows(
    label,
    of.map(({ name, colour, low, middle, high, value }) => {
      const [a, m, b] = [low, middle, high].map((one) => unit(place(one))) as [number, number, number];
      const line = reference === undefined ? '' : markup`<path class="reference" d="M${unit(place(reference))} 0V20"/>`;
      return {
        label: name,
        marks: markup`${line}<path class="line c${colour}" d="M${a} 10H${b}M${a} 5V15M${b} 5V15"/><path class="k${colour}" d="M${m - 5} 10l5-6 5 6-5 6z"/>`,
        value,
      };
    }),
    ticks,
    true,
  );
}

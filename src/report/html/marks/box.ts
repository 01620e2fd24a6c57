import { markup, type Markup } from '../markup.ts';
import { rounded } from '../../quantity-text.ts';
import { unit } from './frame.ts';
import { rows } from './rows.ts';
import { logDurationScale } from './scale.ts';

export interface Spread {
  readonly name: string;
  readonly colour: number;
  /** Ascending, in microseconds; at least one. */
  readonly sorted: ArrayLike<number>;
}

/** Box from the first to the third quartile with the median as its line, whiskers from the least to the p99, a point for the greatest. */
export function boxes(label: string, spreads: readonly Spread[]): Markup {
  const present = spreads.filter(({ sorted }) => sorted.length > 0);
  if (present.length === 0) return markup`<p class="none">No values.</p>`;
  const x = logDurationScale(
    Math.min(...present.map(({ sorted }) => Math.max(1, sorted[0]!))),
    Math.max(...present.map(({ sorted }) => sorted[sorted.length - 1]!)),
  );
  return rows(
    label,
    present.map(({ name, colour, sorted }) => {
      const at = (percent: number): number => sorted[Math.max(0, Math.ceil((percent * sorted.length) / 100) - 1)]!;
      const [least, low, middle, high, p99, most] = [at(0), at(25), at(50), at(75), at(99), at(100)].map((value) =>
        unit(x.place(value)),
      ) as [number, number, number, number, number, number];
      return {
        label: name,
        marks: markup`<path class="line c${colour}" d="M${least} 10H${p99}M${least} 5V15M${p99} 5V15"/><path class="k${colour}" d="M${low} 3H${Math.max(high, low + 2)}V17H${low}Z"/><path class="median" d="M${middle} 1V19"/><path class="k${colour}" d="M${most - 4} 10l4-5 4 5-4 5z"/>`,
        value: `p50 ${rounded(at(50))}, p99 ${rounded(at(99))}, max ${rounded(at(100))}`,
      };
    }),
    x.ticks,
    true,
  );
}

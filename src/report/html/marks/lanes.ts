import { joined, markup, type Markup } from '../markup.ts';
import { legend, unit, type LegendEntry } from './frame.ts';
import { ROW_HEIGHT, rows } from './rows.ts';
import type { Scale } from './scale.ts';

export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly colour: number;
  /** Told to whoever points at it. */
  readonly tip?: string;
}

export interface Lane {
  readonly name: string;
  readonly stretches: readonly Stretch[];
  readonly value: string;
}

/** What something was doing when: one lane each, coloured by what. A stretch is never too short to be seen. */
export function lanes(label: string, of: readonly Lane[], x: Scale, meanings: readonly LegendEntry[]): Markup {
  const drawn = of.map(({ name, stretches, value }) => ({
    label: name,
    marks: joined(
      stretches.map(({ from, to, colour, tip }) => {
        const start = Math.min(unit(x.place(from)), 998);
        return markup`<path class="k${colour}" d="M${start} 4H${Math.max(unit(x.place(to)), start + 2)}V${ROW_HEIGHT - 4}H${start}Z">${tip === undefined ? '' : markup`<title>${tip}</title>`}</path>`;
      }),
    ),
    value,
  }));
  return markup`${legend(meanings)}${rows(label, drawn, x.ticks)}`;
}

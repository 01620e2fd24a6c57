import { joined, markup, type Markup } from '../markup.ts';
import { frame, legend, SPAN, unit, unitUp } from './frame.ts';
import { logDurationScale } from './scale.ts';

export interface Distribution {
  readonly name: string;
  readonly colour: number;
  readonly isDashed?: boolean;
  /** Ascending, in microseconds. */
  readonly sorted: ArrayLike<number>;
}

const QUARTERS = [0, 0.25, 0.5, 0.75, 1].map((at) => ({ at, label: `${at * 100} %` }));

/** Which share of the values is not above a duration: steps, on a logarithmic axis. Distributions of nothing are left out. */
export function ecdf(label: string, distributions: readonly Distribution[]): Markup {
  const present = distributions.filter(({ sorted }) => sorted.length > 0);
  if (present.length === 0) return markup`<p class="none">No values.</p>`;
  const x = logDurationScale(
    Math.min(...present.map(({ sorted }) => Math.max(1, sorted[0]!))),
    Math.max(...present.map(({ sorted }) => sorted[sorted.length - 1]!)),
  );
  const marks = present.map(
    ({ colour, isDashed, sorted }) =>
      markup`<path class="line c${colour}${isDashed === true ? ' dashed' : ''}" d="${ecdfPath(sorted, x.place)}"/>`,
  );
  return markup`${frame({ label, x: x.ticks, y: QUARTERS, marks: joined(marks) })}${legend(present)}`;
}

/** One step a column of the drawing at most, so that a million values cost as much room as a thousand. */
export function ecdfPath(sorted: ArrayLike<number>, place: (value: number) => number): string {
  let path = `M0 ${SPAN}`;
  let column = 0;
  let drawn = SPAN;
  for (let i = 0; i < sorted.length; i++) {
    const here = unit(place(sorted[i]!));
    if (i + 1 < sorted.length && unit(place(sorted[i + 1]!)) === here) continue;
    const height = unitUp((i + 1) / sorted.length);
    if (height === drawn) continue;
    path += here === column ? `V${height}` : `H${here}V${height}`;
    column = here;
    drawn = height;
  }
  return `${path}H${SPAN}`;
}

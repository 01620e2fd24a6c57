import { joined, markup, type Markup } from '../markup.ts';
import { frame, legend, SPAN, unit as unitOf, unitUp } from './frame.ts';
import { countScale, timeScale, type Scale } from './scale.ts';

export interface Line {
  readonly name: string;
  readonly colour: number;
  /** For a line that often lies on another. */
  readonly isDashed?: boolean;
  readonly values: readonly number[];
}

export interface StepLines {
  readonly id: string;
  readonly label: string;
  /** Microseconds, ascending; one for each value of each line. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  readonly unit?: string;
  /** The axis reaches at least so far. */
  readonly atLeast?: number;
  /** What was done meanwhile, in microseconds: a line each, and a shade until it ended. */
  readonly moments?: readonly { readonly at: number; readonly until?: number | undefined }[];
}

/** Columns of a drawing: what happens within one is shown as its lowest and highest value. */
const COLUMNS = 400;

/** Values that hold until the next one. Drawn once as a picture; the page's script may put a plot that zooms in its place. */
export function stepLines({ id, label, times, lines, unit = '', atLeast = 0, moments = [] }: StepLines): Markup {
  const end = times[times.length - 1] ?? 1;
  const x = timeScale(0, end);
  let most = atLeast;
  for (const { values } of lines) for (const value of values) if (value > most) most = value;
  const y = countScale(most, unit);
  const drawn = lines.map(
    ({ colour, isDashed, values }) =>
      markup`<path class="line c${colour}${isDashed === true ? ' dashed' : ''}" d="${stepPath(times, values, end, y.place)}"/>`,
  );
  return markup`${frame({ label, x: x.ticks, y: y.ticks, marks: joined([...moments.map((one) => momentMark(one, x)), ...drawn]), id })}${legend(lines)}`;
}

function momentMark({ at, until }: NonNullable<StepLines['moments']>[number], x: Scale): Markup {
  const from = unitOf(x.place(at));
  const shade =
    until === undefined ? '' : markup`<path class="during" d="M${from} 0H${unitOf(x.place(until))}V${SPAN}H${from}Z"/>`;
  return markup`${shade}<path class="reference" d="M${from} 0V${SPAN}"/>`;
}

/** The path of a line, reduced to its columns: no extreme is lost. */
export function stepPath(
  times: readonly number[],
  values: readonly number[],
  end: number,
  place: (value: number) => number,
): string {
  let path = '';
  let column = -1;
  let low = 0;
  let high = 0;
  let drawnAt = -1;
  let current = 0;
  const go = (value: number): void => {
    if (value === drawnAt) return;
    path += `V${value}`;
    drawnAt = value;
  };
  const close = (): void => {
    if (column < 0) return;
    go(low);
    go(high);
    go(current);
  };
  for (let i = 0; i < times.length; i++) {
    const here = Math.floor((times[i]! / end) * COLUMNS);
    const value = unitUp(place(values[i]!));
    if (path === '') {
      path = `M0 ${value}`;
      drawnAt = current = low = high = value;
      column = here;
      continue;
    }
    if (here !== column) {
      close();
      if (value !== current) path += `H${Math.round((here * SPAN) / COLUMNS)}`;
      column = here;
      low = high = value;
    }
    current = value;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  close();
  return path === '' ? '' : `${path}H${SPAN}`;
}

import { joined, markup, type Markup } from '../markup.ts';
import { frame } from './frame.ts';
import type { Tick } from './scale.ts';

export interface HeatMap {
  readonly id: string;
  readonly label: string;
  /** From 0 to 1, row by row from above. Undefined where there is nothing. */
  readonly rows: readonly (readonly number[])[];
  readonly x: readonly Tick[];
  readonly y: readonly Tick[];
}

/** Colours of the page, h0 to h8. */
export const LEVELS = 9;

/** Cells coloured by a share. All cells of a colour are one path of runs: a map of thousands of cells stays small. */
export function heatMap({ id, label, rows, x, y }: HeatMap): Markup {
  const width = Math.max(0, ...rows.map((row) => row.length));
  const paths = Array.from({ length: LEVELS }, () => '');
  rows.forEach((row, top) => {
    for (let from = 0; from < row.length;) {
      const level = levelOf(row[from]!);
      let to = from + 1;
      while (to < row.length && levelOf(row[to]!) === level) to++;
      paths[level] += `M${from} ${top}h${to - from}v1h-${to - from}z`;
      from = to;
    }
  });
  const marks = joined(
    paths.map((path, level) => (path === '' ? markup`` : markup`<path class="h${level}" d="${path}"/>`)),
  );
  const height = Math.min(26, Math.max(4, rows.length * (rows.length <= 12 ? 1.5 : 0.45)));
  return markup`${frame({ label, x, y, marks, height, id, width, rows: rows.length, isMap: true })}${key()}`;
}

/** Zero has a colour of its own; the others share what is left evenly. */
export function levelOf(share: number): number {
  return share <= 0 ? 0 : Math.min(LEVELS - 1, 1 + Math.floor(share * (LEVELS - 1)));
}

function key(): Markup {
  const cells = Array.from({ length: LEVELS }, (_, level) => markup`<path class="h${level}" d="M${level} 0h1v1h-1z"/>`);
  return markup`<p class="key">0 %<svg viewBox="0 0 ${LEVELS} 1" preserveAspectRatio="none" aria-hidden="true">${joined(cells)}</svg>100 %</p>`;
}

import { joined, markup, type Markup } from '../markup.ts';
import { frame } from './frame.ts';
import type { Tick } from './scale.ts';

export interface HeatMap {
  readonly id: string;
  readonly label: string;
  /** From 0 to 1, row by row from above. Undefined where there is nothing. */
  readonly rows: readonly (readonly number[])[];
  /** The share that the last colour begins to mean; 1 unless everything lies far below. */
  readonly top?: number;
  readonly x: readonly Tick[];
  readonly y: readonly Tick[];
}

/** Colours of the page, h0 to h8. */
export const LEVELS = 9;

/** Cells coloured by a share. All cells of a colour are one path of runs: a map of thousands of cells stays small. */
export function heatMap({ id, label, rows, x, y, top = 1 }: HeatMap): Markup {
  const width = Math.max(0, ...rows.map((row) => row.length));
  const paths = Array.from({ length: LEVELS }, () => '');
  rows.forEach((row, line) => {
    for (let from = 0; from < row.length;) {
      const level = levelOf(row[from]! / top);
      let to = from + 1;
      while (to < row.length && levelOf(row[to]! / top) === level) to++;
      paths[level] += `M${from} ${line}h${to - from}v1h-${to - from}z`;
      from = to;
    }
  });
  const marks = joined(
    paths.map((path, level) => (path === '' ? markup`` : markup`<path class="h${level}" d="${path}"/>`)),
  );
  const height = Math.min(26, Math.max(4, rows.length * (rows.length <= 12 ? 1.5 : 0.45)));
  return markup`${frame({ label, x, y, marks, height, id, width, rows: rows.length, isMap: true })}${key(top)}`;
}

/** Zero has a colour of its own; the others share what is left evenly. */
export function levelOf(share: number): number {
  return share <= 0 ? 0 : Math.min(LEVELS - 1, 1 + Math.floor(share * (LEVELS - 1)));
}

function key(top: number): Markup {
  const cells = Array.from({ length: LEVELS }, (_, level) => markup`<path class="h${level}" d="M${level} 0h1v1h-1z"/>`);
  return markup`<p class="key">0 %<svg viewBox="0 0 ${LEVELS} 1" preserveAspectRatio="none" aria-hidden="true">${joined(cells)}</svg>${Math.round(top * 100)} %</p>`;
}

/** A round share that holds all of them, so that a cluster that is hardly used is not all of one colour. */
export function topOf(rows: readonly (readonly number[])[]): number {
  let most = 0;
  for (const row of rows) for (const share of row) if (share > most) most = share;
  return [0.05, 0.1, 0.2, 0.25, 0.5, 0.75].find((top) => most <= top) ?? 1;
}

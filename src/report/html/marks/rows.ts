import { markup, type Markup } from '../markup.ts';
import type { Tick } from './scale.ts';

export interface Row {
  readonly label: string;
  /** Drawn in a room of {@link ROW_WIDTH} times {@link ROW_HEIGHT}. */
  readonly marks: Markup;
  /** What the drawing says, in words or figures. */
  readonly value: string;
}

export const ROW_WIDTH = 1_000;
export const ROW_HEIGHT = 20;

/** Rows of a label, a drawing on one shared axis, and what it comes to; tall ones have their words above the drawing. */
export function rows(label: string, of: readonly Row[], ticks: readonly Tick[], isTall = false): Markup {
  return markup`<ol class="rows${isTall ? ' tall' : ''}" aria-label="${label}">${of.map(
    (row) =>
      markup`<li><span class="label" title="${row.label}">${row.label}</span><svg viewBox="0 0 ${ROW_WIDTH} ${ROW_HEIGHT}" preserveAspectRatio="none" aria-hidden="true">${row.marks}</svg><span class="value">${row.value}</span></li>`,
  )}<li class="axis" aria-hidden="true"><span></span><div class="x">${ticks.map(
    ({ at, label: text }) =>
      markup`<span class="${at < 0.03 ? 'first' : at > 0.97 ? 'last' : ''}" style="left:${Number((at * 100).toFixed(2))}%">${text}</span>`,
  )}</div><span></span></li></ol>`;
}

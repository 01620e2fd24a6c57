import { formatDuration } from '../../../sim/engine/time.ts';
import { markup, NOTHING, type Markup } from '../markup.ts';

/** Something that was done to the cluster: a command, a fault. Microseconds of simulated time. */
export interface Moment {
  readonly at: number;
  /** Of a fault that ends by itself. */
  readonly until?: number | undefined;
  readonly text: string;
}

/** More of them are no marks any more, but a pattern. */
const MOST = 40;

/** Those that a run until `endedAt` reached and that are marked in its plots, in the order of time. */
export function markedMoments(moments: readonly Moment[], endedAt: number): readonly Moment[] {
  return moments
    .filter(({ at }) => at <= endedAt)
    .sort((a, b) => a.at - b.at)
    .slice(0, MOST);
}

/** What was done, and when. */
export function doings(moments: readonly Moment[], endedAt: number): Markup {
  const shown = markedMoments(moments, endedAt);
  if (shown.length === 0) return NOTHING;
  const left = moments.filter(({ at }) => at <= endedAt).length - shown.length;
  return markup`<section><h2>What was done</h2><ul class="checks wide">${shown.map(
    ({ at, until, text }) =>
      markup`<li><b class="told">${formatDuration(at)}</b> <span>${text}${
        until === undefined ? '' : markup` <small>until ${formatDuration(until)}</small>`
      }</span></li>`,
  )}</ul>${left > 0 ? markup`<p class="note">${left} more came later.</p>` : NOTHING}</section>`;
}

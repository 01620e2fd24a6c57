import { joined, markup, type Markup } from '../markup.ts';
import type { Tick } from './scale.ts';

/** Drawings are so many units wide and high; the page stretches them to the room there is. */
export const SPAN = 1_000;

/** Where a share of the axis lies, in whole units of a drawing. */
export function unit(share: number): number {
  return Math.round(share * SPAN);
}

/** Where a share of the axis lies on a vertical axis, which grows upwards. */
export function unitUp(share: number): number {
  return SPAN - unit(share);
}

export interface FrameParts {
  /** What a reader who cannot see it is told. */
  readonly label: string;
  readonly x: readonly Tick[];
  readonly y: readonly Tick[];
  readonly marks: Markup;
  /** Of the plot, in rem. */
  readonly height?: number;
  /** The element that a script may replace with one that zooms. */
  readonly id?: string;
  readonly width?: number;
  readonly rows?: number;
  /** Rows of a map have their labels in the middle, and no grid. */
  readonly isMap?: boolean;
}

/**
 * Axes around a drawing. Labels are text of the page, not of the drawing, so they keep their size when the drawing is
 * squeezed onto a phone.
 */
export function frame(parts: FrameParts): Markup {
  const { label, x, y, marks, height = 13, id, width = SPAN, rows = SPAN, isMap = false } = parts;
  const grid = isMap ? [] : y.map(({ at }) => markup`<path class="grid" d="M0 ${unitUp(at)}H${SPAN}"/>`);
  return markup`<div class="plot${isMap ? ' map' : ''}" ${id === undefined ? '' : markup`id="${id}"`} style="--h:${height}rem"><div class="y" aria-hidden="true">${y.map(
    (tick) => markup`<span style="bottom:${share(tick.at)}%">${tick.label}</span>`,
  )}</div><div class="area"><svg viewBox="0 0 ${width} ${rows}" preserveAspectRatio="none" role="img" aria-label="${label}">${joined(grid)}${marks}</svg><div class="x" aria-hidden="true">${x.map(
    (tick) => markup`<span class="${sideOf(tick)}" style="left:${share(tick.at)}%">${tick.label}</span>`,
  )}</div></div></div>`;
}

export interface LegendEntry {
  readonly name: string;
  /** One of the page's colours, from 0. */
  readonly colour: number;
}

/** What the colours mean. */
export function legend(entries: readonly LegendEntry[]): Markup {
  return markup`<ul class="legend">${entries.map(
    ({ name, colour }) => markup`<li><i class="k${colour}"></i>${name}</li>`,
  )}</ul>`;
}

export interface FigureParts {
  readonly title: string;
  readonly caption?: string;
  readonly body: readonly Markup[];
  readonly isWide?: boolean;
}

export function figure({ title, caption, body, isWide = false }: FigureParts): Markup {
  return markup`<figure${isWide ? markup` class="wide"` : ''}><h3>${title}</h3>${
    caption === undefined ? '' : markup`<p class="note">${caption}</p>`
  }${body}</figure>`;
}

function share(at: number): string {
  return String(Number((at * 100).toFixed(2)));
}

/** Labels at the ends stay inside. */
function sideOf({ at }: Tick): string {
  return at < 0.03 ? 'first' : at > 0.97 ? 'last' : '';
}

/** Colours are the page's own, so that a plot follows light and dark with no script; see `assets/report.css`. */
export const INK = 'var(--ink)';
export const SOFT = 'var(--soft)';
export const LINE = 'var(--line)';
export const CARD = 'var(--card)';

/** Colours of series, in order. */
export const SERIES = ['var(--c0)', 'var(--c1)', 'var(--c2)', 'var(--c3)', 'var(--c4)', 'var(--c6)', 'var(--c5)'];
/** Lines are told apart without colour too, in print. */
export const DASHES = [
  [1, 0],
  [7, 3],
  [2, 2],
  [9, 3, 2, 3],
  [12, 4],
  [4, 4],
  [1, 4],
];
export const SHAPES = ['circle', 'square', 'triangle-up', 'diamond', 'cross', 'triangle-down', 'triangle-right'];

/** Colours of amounts, from least to most, and of the text upon each. */
export const RAMP = Array.from({ length: 7 }, (_, i) => `var(--h${i + 1})`);
export const ON_RAMP = Array.from({ length: 7 }, (_, i) => `var(--on-h${i + 1})`);

export const FONT = 'system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, DejaVu Sans, sans-serif';

const text = { labelColor: SOFT, labelFontSize: 12, titleColor: SOFT, titleFontSize: 12, titleFontWeight: 'normal' };

const THEME = {
  aria: false,
  background: 'transparent',
  font: FONT,
  view: { stroke: null },
  axis: {
    ...text,
    domainColor: SOFT,
    gridColor: LINE,
    tickColor: SOFT,
    tickSize: 4,
    labelPadding: 4,
    titlePadding: 8,
    labelFlush: false,
  },
  legend: {
    ...text,
    labelColor: INK,
    orient: 'top',
    title: null,
    symbolSize: 90,
    symbolOpacity: 1,
    gradientStrokeColor: CARD,
    offset: 8,
    rowPadding: 4,
  },
  text: { color: INK, fontSize: 12 },
  line: { strokeWidth: 1.75 },
  // No plot is given what is not a number; Vega-Lite 6.4.3 fails over its own filter where a scale has thresholds.
  mark: { invalid: null },
  tick: { opacity: 1 },
  point: { opacity: 1 },
} as const;

/** Vega-Lite's configuration for a plot of so many units. */
export function themeFor(width: number): object {
  return { ...THEME, axis: { ...THEME.axis, titleLimit: limitFor(width - AXIS) } };
}

/** What a vertical axis takes with its title. */
const AXIS = 60;

/** Around words that stand on a grid. */
export const HALO = { stroke: CARD, strokeWidth: 4, strokeJoin: 'round' } as const;

/** How many columns of a legend fit, and how long a name may be. */
export function legendOf(names: readonly string[], width: number): object {
  const longest = Math.max(0, ...names.map((name) => name.length)) * 6.8 + 40;
  const room = width - AXIS;
  return { columns: Math.max(1, Math.min(names.length, Math.floor(room / longest))), labelLimit: limitFor(room - 40) };
}

/** As many ticks as have room for their labels. */
export function ticksFor(width: number): number {
  return Math.max(3, Math.round(width / 80));
}

/** The format of an axis whose values reach so far: 20k and 3G rather than many zeros. */
export function formatFor(most: number): object {
  return Math.abs(most) >= 20_000 ? { format: '~s' } : {};
}

/** Vega takes every letter for 0.8 of the size of its font; those of a page are narrower. */
const NARROWER = 1.33;

/** How long a text of one line may be, in units, before it is cut and shown to be. */
export function limitFor(width: number): number {
  return Math.round(width * NARROWER);
}

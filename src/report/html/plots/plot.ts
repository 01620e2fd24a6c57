import { parse, View, type LoggerInterface } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { visible } from '../markup.ts';
import { FONT, themeFor } from './theme.ts';

/** A static plot as Vega-Lite describes it (docs/decisions/0010), for any width. */
export interface Plot {
  /** Of the element, and the name of its file; unique on a page. */
  readonly id: string;
  readonly title: string;
  /** What is drawn, with how many values and what confidence. */
  readonly caption: string;
  /** What a reader who cannot see it is told. */
  readonly label: string;
  /** The plot in so many units of width: without size, theme and background, which are ours. */
  spec(width: number): PlotSpec;
}

/** A unit or layered specification of Vega-Lite; the plots' tests hold each against its JSON Schema. */
export type PlotSpec = Readonly<Record<string, unknown>>;

/** A plot as SVG, twice: text cannot shrink to a phone's width and stay text. */
export interface DrawnPlot extends Plot {
  readonly wide: string;
  readonly narrow: string;
}

export const WIDE = 520;
export const NARROW = 290;

/** Draws plots; `warn` hears what Vega does not like about one. The same plots give the same bytes. */
export async function drawPlots(
  plots: readonly Plot[],
  warn: (message: string) => void = () => undefined,
): Promise<readonly DrawnPlot[]> {
  const drawn: DrawnPlot[] = [];
  for (const plot of plots) {
    const [wide, narrow] = [await svgOf(plot, WIDE, warn), await svgOf(plot, NARROW, warn)];
    drawn.push({ ...plot, wide, narrow });
  }
  return drawn;
}

/** What is given to Vega-Lite. */
export function wholeSpec(plot: Plot, width: number): PlotSpec {
  return {
    width,
    autosize: { type: 'fit-x', contains: 'padding' },
    padding: 5,
    config: themeFor(width),
    ...plot.spec(width),
  };
}

async function svgOf(plot: Plot, width: number, warn: (message: string) => void): Promise<string> {
  const logger = listener((message) => warn(`${plot.id}: ${message}`));
  const { spec } = compile(wholeSpec(plot, width) as unknown as TopLevelSpec, { logger });
  const view = new View(parse(spec), { renderer: 'none', logger });
  try {
    return tidied(visible(await view.toSVG()));
  } finally {
    view.finalize();
  }
}

/**
 * The same drawing without what is not seen and without digits that nobody sees. Texts stand between tags and are left
 * alone.
 */
function tidied(svg: string): string {
  const whole = svg
    .replace(/<text [^>]* opacity="0"[^>]*>[^<]*<\/text>/g, '')
    .replace(/<path class="(?:back|fore)ground"[^>]*\/>/g, '')
    .replace(/<[^>]*>/g, (tag) =>
      tag
        .replace(/ (?:role|aria-[a-z]+|font-family|pointer-events|version|xmlns:xlink)="[^"]*"/g, '')
        .replace(/ opacity="1"/, '')
        // A border in the colour of the card keeps words readable on the lines of a grid.
        .replace(/^<text (.*stroke="var\(--card\)")/, '<text paint-order="stroke" $1')
        .replace(/-?\d+\.\d{2,}(?:e-\d+)?/g, (number) => String(Number(Number(number).toFixed(1)) + 0)),
    );
  return whole.replace('<svg ', `<svg font-family="${FONT}" `);
}

/** Hears what Vega has to say; it calls these as methods of its own. */
function listener(warn: (message: string) => void): LoggerInterface {
  const logger: LoggerInterface = {
    level: () => logger as never,
    // A plot whose rows have a fixed height is fitted to the width alone, which is what is wanted.
    warn: (...messages) => {
      const message = messages.join(' ');
      if (!message.includes('"fit-y"')) warn(message);
      return logger;
    },
    error: (...messages) => {
      throw messages[0] instanceof Error ? messages[0] : new Error(messages.join(' '));
    },
    info: () => logger,
    debug: () => logger,
  };
  return logger;
}

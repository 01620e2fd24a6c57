import { markup, verbatim, type Markup } from '../markup.ts';
import { figure } from '../marks/frame.ts';
import type { DrawnPlot } from './plot.ts';

/** A plot on a page. Which of its two drawings is shown hangs on the room there is. */
export function drawnFigure({ title, caption, label, wide, narrow }: DrawnPlot): Markup {
  const one = (svg: string, room: string): Markup => verbatim(svg.replace('class="marks"', `class="marks ${room}"`));
  return figure({
    title,
    caption,
    body: [
      markup`<div class="drawn" role="img" aria-label="${label}">${one(wide, 'wide')}${one(narrow, 'narrow')}</div>`,
    ],
  });
}

/** A plot as a file of its own, for a paper or a slide: on paper, so in the page's light colours. */
export function standalone({ wide }: DrawnPlot, style: string): string {
  const colours = new Map<string, string>();
  const root = /:root\s*\{([^}]*)\}/.exec(style)?.[1] ?? '';
  for (const [, name, value] of root.matchAll(/(--[\w-]+):\s*([^;]+);/g)) colours.set(name!, value!);
  return wide.replace(/var\((--[\w-]+)\)(?=[^<>]*>)/g, (whole, name: string) => colours.get(name) ?? whole) + '\n';
}

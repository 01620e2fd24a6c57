import type { RunRecord } from '../../../sim/recorder/run-record.ts';
import { grouped } from '../../quantity-text.ts';
import { markup, NOTHING, type Markup } from '../markup.ts';
import { boxes } from '../marks/box.ts';
import { ecdf } from '../marks/ecdf.ts';
import { figure } from '../marks/frame.ts';

/** How long pods took, all of them: as shares, and as boxes. */
export function latencies({ durations }: RunRecord): Markup {
  const all = [
    { name: 'created to scheduled', colour: 0, sorted: Float64Array.from(durations.scheduling).sort() },
    { name: 'created to running', colour: 1, sorted: Float64Array.from(durations.startup).sort() },
    { name: 'created to ready', colour: 2, isDashed: true, sorted: Float64Array.from(durations.readiness).sort() },
  ];
  const [scheduled] = all;
  if (scheduled!.sorted.length === 0) return NOTHING;
  return markup`<section><h2>How long pods took</h2><div class="grid">${[
    figure({
      title: 'Share of pods that took at most so long',
      caption: `All ${grouped(scheduled!.sorted.length)} scheduled pods; the axis is logarithmic.`,
      body: [ecdf('Cumulative share of pods by how long they took to be scheduled, running and ready', all)],
    }),
    figure({
      title: 'Half of all pods lie within the box',
      caption: 'The line in it is the median, whiskers reach from the least to the p99, the diamond is the greatest.',
      body: [boxes('Least, quartiles, p99 and greatest of each duration', all)],
    }),
  ]}</div></section>`;
}

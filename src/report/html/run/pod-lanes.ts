import type { PodRecord } from '../../../sim/recorder/records.ts';
import type { RunRecord } from '../../../sim/recorder/run-record.ts';
import { rounded, shortDuration } from '../../quantity-text.ts';
import { POD_STAGES, stagesOf, type PodStage } from '../../pod-stages.ts';
import { markup, NOTHING, type Markup } from '../markup.ts';
import { figure } from '../marks/frame.ts';
import { lanes, type Stretch } from '../marks/lanes.ts';
import { timeScale } from '../marks/scale.ts';
import type { RunObservations } from '../run-observations.ts';
import type { SlowPod } from '../slowest-pods.ts';

const MOST_LANES = 16;
const COLOURS: { readonly [S in PodStage]: number } = {
  'waits for a node': 1,
  'containers start': 0,
  'runs, not ready': 3,
  'has been ready': 2,
  terminates: 5,
};
const MEANINGS = POD_STAGES.map((name) => ({ name, colour: COLOURS[name] }));

/** The pods that took longest: where their time went until they were ready, and their whole lives beside each other. */
export function podLanes({ endedAt }: RunRecord, seen: RunObservations): Markup {
  const slowest = seen.slowest.list().slice(0, MOST_LANES);
  if (slowest.length === 0) return NOTHING;
  const longest = slowest[0]!.waited;
  return markup`<section><h2>The slowest pods</h2><div class="grid">${[
    figure({
      title: 'Until they were ready',
      caption: 'From creation, each from zero.',
      body: [
        lanes(
          'Where the time of the slowest pods went until they were ready',
          slowest.map((slow) => ({
            name: slow.pod.name,
            stretches: stretchesOf(slow.pod, slow.pod.createdAt + slow.waited, slow.pod.createdAt),
            value: waitedText(slow),
          })),
          timeScale(0, longest, 4),
          MEANINGS.slice(0, 3),
        ),
      ],
    }),
    figure({
      title: 'Their whole lives',
      caption: 'On the clock of the run.',
      body: [
        lanes(
          'The whole lives of the slowest pods',
          slowest.map(({ pod }) => ({
            name: pod.name,
            stretches: stretchesOf(pod, endedAt, 0),
            value: `at ${shortDuration(pod.createdAt)}`,
          })),
          timeScale(0, endedAt, 4),
          MEANINGS,
        ),
      ],
    }),
  ]}</div></section>`;
}

function waitedText({ pod, waited }: SlowPod): string {
  return pod.readyAt >= 0 ? rounded(waited) : `not in ${rounded(waited)}`;
}

/** A pod's stages until `until`, on a clock that was zero at `zero`. */
function stretchesOf(pod: PodRecord, until: number, zero: number): Stretch[] {
  return stagesOf(pod, until).map(({ stage, from, to }) => ({
    from: from - zero,
    to: to - zero,
    colour: COLOURS[stage],
    tip: `${stage}: ${rounded(to - from)}, from ${shortDuration(from)} to ${shortDuration(to)}`,
  }));
}

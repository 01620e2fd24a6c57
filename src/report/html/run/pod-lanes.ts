import type { PodRecord } from '../../../sim/recorder/records.ts';
import type { RunRecord } from '../../../sim/recorder/run-record.ts';
import { rounded, shortDuration } from '../../quantity-text.ts';
import { markup, NOTHING, type Markup } from '../markup.ts';
import { figure } from '../marks/frame.ts';
import { lanes, type Stretch } from '../marks/lanes.ts';
import { timeScale } from '../marks/scale.ts';
import type { RunObservations } from '../run-observations.ts';
import type { SlowPod } from '../slowest-pods.ts';

const MOST_LANES = 16;
const MEANINGS = [
  { name: 'waits for a node', colour: 1 },
  { name: 'containers start', colour: 0 },
  { name: 'runs, not ready', colour: 3 },
  { name: 'has been ready', colour: 2 },
  { name: 'terminates', colour: 5 },
];

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
            stretches: stretchesOf(slow.pod, slow.pod.createdAt + slow.waited).map(({ from, to, colour }) => ({
              from: from - slow.pod.createdAt,
              to: to - slow.pod.createdAt,
              colour,
            })),
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
            stretches: stretchesOf(pod, endedAt),
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

/** What a pod was doing from its creation until `until`; what took no time is left out. */
export function stretchesOf(pod: PodRecord, until: number): Stretch[] {
  const { createdAt, scheduledAt, startedAt, readyAt, finishedAt, deletionAt, removedAt } = pod;
  const end = Math.min(removedAt >= 0 ? removedAt : until, until);
  const dying = Math.min(deletionAt >= 0 ? deletionAt : end, end);
  const active = Math.min(finishedAt >= 0 ? finishedAt : dying, dying);
  // A stage that nobody saw took no time, if a later one was reached.
  let next = active;
  const turns = [readyAt, startedAt, scheduledAt].map((at) => (next = at >= 0 ? Math.min(at, next) : next));
  turns.reverse().push(active);
  turns.unshift(createdAt);
  const stretches = turns
    .slice(1)
    .map((to, i) => ({ from: turns[i]!, to, colour: MEANINGS[i]!.colour }))
    .concat([{ from: dying, to: end, colour: MEANINGS[4]!.colour }]);
  return stretches.filter(({ from, to }) => to > from);
}

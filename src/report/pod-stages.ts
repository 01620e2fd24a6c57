import type { PodRecord } from '../sim/recorder/records.ts';

/** What a pod can be doing, in the order in which it does. */
export const POD_STAGES = [
  'waits for a node',
  'containers start',
  'runs, not ready',
  'has been ready',
  'terminates',
] as const;
export type PodStage = (typeof POD_STAGES)[number];

/** A stretch of a pod's life, in microseconds of simulated time. */
export interface StageSpan {
  readonly stage: PodStage;
  readonly from: number;
  readonly to: number;
}

/** What a pod was doing from its creation until `until`; what took no time is left out. */
export function stagesOf(pod: PodRecord, until: number): StageSpan[] {
  const { createdAt, scheduledAt, startedAt, readyAt, finishedAt, deletionAt, removedAt } = pod;
  const end = Math.min(removedAt >= 0 ? removedAt : until, until);
  const dying = Math.min(deletionAt >= 0 ? deletionAt : end, end);
  const active = Math.min(finishedAt >= 0 ? finishedAt : dying, dying);
  // A stage that nobody saw took no time, if a later one was reached.
  let next = active;
  const turns = [readyAt, startedAt, scheduledAt].map((at) => (next = at >= 0 ? Math.min(at, next) : next));
  turns.reverse().push(active);
  turns.unshift(createdAt);
  const spans: StageSpan[] = [];
  for (let i = 0; i + 1 < turns.length; i++) {
    if (turns[i + 1]! > turns[i]!) spans.push({ stage: POD_STAGES[i]!, from: turns[i]!, to: turns[i + 1]! });
  }
  if (end > dying) spans.push({ stage: 'terminates', from: dying, to: end });
  return spans;
}

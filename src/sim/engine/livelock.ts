import { formatDuration } from './time.ts';

/** Too many events at one instant: time does not get on. */
export class LivelockError extends Error {
  override readonly name = 'LivelockError';
  readonly time: number;
  readonly eventNumber: number;
  /** The names of the event kinds that follow each other in a circle; empty where no fixed circle was seen. */
  readonly cycle: readonly string[];

  constructor(time: number, eventNumber: number, limit: number, lastKinds: readonly string[]) {
    const cycle = shortestCycle(lastKinds);
    const what = cycle.length > 0 ? `in the cycle ${[...cycle, cycle[0]].join(' -> ')}` : commonest(lastKinds);
    super(
      `livelock at ${formatDuration(time)} (event ${eventNumber}): more than ${limit} events at this instant, ${what}`,
    );
    this.time = time;
    this.eventNumber = eventNumber;
    this.cycle = cycle;
  }
}

/** The shortest sequence that, repeated at least twice, makes up all of the names; empty where there is none. */
function shortestCycle(names: readonly string[]): readonly string[] {
  for (let period = 1; period * 2 <= names.length; period++) {
    if (names.every((name, index) => index < period || name === names[index - period])) return names.slice(0, period);
  }
  return [];
}

function commonest(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const ranked = [...counts].sort((left, right) => right[1] - left[1] || (left[0] < right[0] ? -1 : 1)).slice(0, 8);
  return `of the last ${names.length}: ${ranked.map(([name, count]) => `${count} ${name}`).join(', ')}`;
}

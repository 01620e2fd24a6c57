/**
 * The kubelet's exponential back-off (kubernetes-behaviour.md 4.3, 4.4): the first failure sets 10 s, each further one
 * doubles it up to 300 s, and an entry that is older than twice that is forgotten.
 */
export interface BackOff {
  /** Current delay in microseconds; 0: no entry. */
  delay: number;
  /** When the entry was last raised. */
  raisedAt: number;
}

const FIRST_DELAY = 10_000_000;
export const LONGEST_DELAY = 300_000_000;

export function newBackOff(): BackOff {
  return { delay: 0, raisedAt: 0 };
}

function isForgotten(entry: BackOff, at: number): boolean {
  return entry.delay === 0 || at - entry.raisedAt > 2 * LONGEST_DELAY;
}

/** How long from `now` the back-off still holds when it is counted from `since`; 0: it is over, or there is none. */
export function remainingBackOff(entry: BackOff, since: number, now: number): number {
  if (isForgotten(entry, since)) return 0;
  const rest = since + entry.delay - now;
  return rest > 0 ? rest : 0;
}

/** Notes one more failure. `at` is what ages the entry: for a container the time it ended. */
export function raiseBackOff(entry: BackOff, at: number, now: number): void {
  entry.delay = isForgotten(entry, at) ? FIRST_DELAY : Math.min(2 * entry.delay, LONGEST_DELAY);
  entry.raisedAt = now;
}

/** What is added in a second, and what can be saved up. Microseconds (kubernetes-behaviour.md 2.5). */
const REFRESH_MICROS = 50_000;
const MOST_MICROS = 100_000;

/**
 * How long the dispatch of a kind's events may wait for watchers that do not read: a budget that all of them share, so
 * that a crowd of dead watchers cannot hold up the living for longer than one.
 */
export class TimeBudget {
  #saved = 0;
  #lastAt: number;

  constructor(now: number) {
    this.#lastAt = now;
  }

  /** All there is, in microseconds: it is gone until some of it is given back. */
  take(now: number): number {
    const grown = Math.floor(((now - this.#lastAt) * REFRESH_MICROS) / 1_000_000);
    const all = Math.min(MOST_MICROS, this.#saved + grown);
    this.#saved = 0;
    this.#lastAt = now;
    return all;
  }

  /** What was not needed of it, in microseconds. */
  giveBack(micros: number): void {
    if (micros > 0) this.#saved = Math.min(MOST_MICROS, this.#saved + micros);
  }
}

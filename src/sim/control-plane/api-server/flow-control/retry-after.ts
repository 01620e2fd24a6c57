const SECOND = 1_000_000;
const MOST_SECONDS = 32;
const REMEMBERED_SECONDS = 2 * MOST_SECONDS;
/** So many times the present delay have to be dropped within it for it to be doubled. */
const DROPS_FOR_MORE = 3;

/**
 * What clients of a level are told to wait after a 429 (recorded): a second at first; twice as long where so many are
 * dropped that those who come back are dropped again; and a second less where few are.
 */
export class RetryAfter {
  #seconds = 1;
  #changedAt = 0;
  /** By second, of the last ones. */
  readonly #drops = new Float64Array(REMEMBERED_SECONDS);
  #second = 0;

  /** A request was dropped at `now` (microseconds). Returns what its client is told to wait, in seconds. */
  dropped(now: number): number {
    const second = Math.floor(now / SECOND);
    if (second > this.#second) this.#pass(second);
    this.#drops[second % REMEMBERED_SECONDS]!++;
    return this.#seconds;
  }

  /** A second is over in which something was dropped: looks back over the present delay. */
  #pass(second: number): void {
    const from = Math.max(this.#second + 1, second - REMEMBERED_SECONDS + 1);
    for (let one = from; one <= second; one++) this.#drops[one % REMEMBERED_SECONDS] = 0;
    this.#second = second;
    let dropped = 0;
    for (let i = 1; i <= this.#seconds && i <= second; i++) dropped += this.#drops[(second - i) % REMEMBERED_SECONDS]!;
    if (dropped >= DROPS_FOR_MORE * this.#seconds) {
      if (second - this.#changedAt >= this.#seconds && this.#seconds < MOST_SECONDS) {
        this.#seconds *= 2;
        this.#changedAt = second;
      }
    } else if (dropped < this.#seconds && this.#seconds > 1) {
      this.#seconds--;
      this.#changedAt = second;
    }
  }
}

/** Passes at `from` and every interval after it, up to and with `last`. */
interface Stretch {
  readonly from: number;
  last: number;
}

/** How many stretches are remembered: who asks for longer ago gets the oldest one's rhythm. */
const REMEMBERED = 64;

/**
 * When a loop that looks at everything every so often makes its passes. Passes that find nothing to do are not made one
 * by one: their times follow from the last one that worked by arithmetic (`wait.Until`: the period counts from the end
 * of a pass). Microseconds.
 */
export class PassClock {
  readonly #interval: number;
  readonly #stretches: Stretch[];

  /** `passMicros` is what a pass takes that finds nothing to do; one of the passes is at `phase`. */
  constructor(periodMicros: number, passMicros: number, phase: number) {
    this.#interval = periodMicros + passMicros;
    this.#stretches = [{ from: phase, last: Infinity }];
  }

  /** The first pass at or after a time. */
  atOrAfter(time: number): number {
    let later: Stretch | undefined;
    for (let i = this.#stretches.length - 1; i >= 0; i--) {
      const stretch = this.#stretches[i]!;
      if (time >= stretch.from || i === 0) {
        const at = stretch.from + Math.ceil((time - stretch.from) / this.#interval) * this.#interval;
        return at <= stretch.last ? at : later!.from;
      }
      later = stretch;
    }
    return time;
  }

  /** The first pass after a time. */
  after(time: number): number {
    return this.atOrAfter(time + 1);
  }

  /** The last pass at or before a time of the present stretch, or its first. */
  atOrBefore(time: number): number {
    const { from } = this.#stretches.at(-1)!;
    return time <= from ? from : from + Math.floor((time - from) / this.#interval) * this.#interval;
  }

  /** A pass that had work has taken until now: the next one is a whole period later. */
  endedAt(time: number): void {
    const present = this.#stretches.at(-1)!;
    present.last = this.atOrBefore(time);
    this.#stretches.push({ from: time + this.#interval, last: Infinity });
    if (this.#stretches.length > REMEMBERED) this.#stretches.shift();
  }
}

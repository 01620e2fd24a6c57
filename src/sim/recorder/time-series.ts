import type { Sample } from './records.ts';

const FIRST_INTERVAL_MICROS = 1_000_000;
/** When so many samples are kept, every second one goes and the interval doubles. */
const MOST_SAMPLES = 2_048;

/**
 * Samples at whole multiples of an interval that grows with the run, so that a short run is shown in detail and a long
 * one stays small. It needs no events: whoever changes the cluster says so first, and the moments that passed since the
 * last change get the state they had.
 */
export class TimeSeries {
  #interval = FIRST_INTERVAL_MICROS;
  #next = 0;
  #samples: Sample[] = [];

  get intervalMicros(): number {
    return this.#interval;
  }

  /** When the next sample is due, in microseconds. */
  get nextAt(): number {
    return this.#next;
  }

  /** Records the state for every due moment before `now`. */
  catchUp(now: number, sampleAt: (at: number) => Sample): void {
    while (this.#next < now) {
      this.#samples.push(sampleAt(this.#next));
      this.#next += this.#interval;
      if (this.#samples.length >= MOST_SAMPLES) this.#thin();
    }
  }

  samples(): readonly Sample[] {
    return this.#samples;
  }

  #thin(): void {
    this.#interval *= 2;
    this.#samples = this.#samples.filter((sample) => sample.at % this.#interval === 0);
    this.#next = this.#samples[this.#samples.length - 1]!.at + this.#interval;
  }
}

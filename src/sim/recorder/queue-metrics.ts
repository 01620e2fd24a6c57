import { LogHistogram } from './log-histogram.ts';

/** A clock to look at: nothing is scheduled with it. Microseconds. */
export interface Clock {
  readonly now: number;
}

/** What a controller's queue of keys goes through, as client-go's work-queue metrics count it. */
export class QueueMetrics {
  readonly name: string;
  /** From when a key was added until a worker took it. */
  readonly waited = new LogHistogram();
  /** From when a worker took a key until it was done with it. */
  readonly worked = new LogHistogram();
  readonly #clock: Clock;
  #depth = 0;
  #peakDepth = 0;
  #adds = 0;
  #retries = 0;

  constructor(name: string, clock: Clock) {
    this.name = name;
    this.#clock = clock;
  }

  get now(): number {
    return this.#clock.now;
  }

  get adds(): number {
    return this.#adds;
  }

  get retries(): number {
    return this.#retries;
  }

  get depth(): number {
    return this.#depth;
  }

  get peakDepth(): number {
    return this.#peakDepth;
  }

  /** A key is to be worked on, as soon as nobody does. */
  added(): void {
    this.#adds++;
    if (++this.#depth > this.#peakDepth) this.#peakDepth = this.#depth;
  }

  taken(waitedMicros: number): void {
    this.#depth--;
    this.waited.add(waitedMicros);
  }

  done(workedMicros: number): void {
    this.worked.add(workedMicros);
  }

  /** Takes in what an earlier queue of the same controller went through, in a process that is no more. */
  follow(earlier: QueueMetrics): void {
    this.waited.merge(earlier.waited);
    this.worked.merge(earlier.worked);
    this.#adds += earlier.#adds;
    this.#retries += earlier.#retries;
    this.#peakDepth = Math.max(this.#peakDepth, earlier.#peakDepth);
  }

  /** A key failed and will come back. */
  retried(): void {
    this.#retries++;
  }
}

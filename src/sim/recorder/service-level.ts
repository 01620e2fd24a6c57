/** The objectives of Kubernetes' API (sig-scalability, kubernetes-behaviour.md 2.2), each for a kind of request. */
export type ObjectiveName = 'mutating' | 'read-resource' | 'read-list';

/** What the slowest of a hundred requests may take, in microseconds. */
export const OBJECTIVES: readonly { readonly name: ObjectiveName; readonly limitMicros: number }[] = [
  { name: 'mutating', limitMicros: 1_000_000 },
  { name: 'read-resource', limitMicros: 1_000_000 },
  { name: 'read-list', limitMicros: 30_000_000 },
];

/** The objectives look at five minutes at a time. */
const WINDOW_MICROS = 300_000_000;

/**
 * Whether the 99th percentile of one operation stays below its limit in each five minutes. Exact without keeping a
 * duration: it does where at most one request in a hundred is slower.
 */
export class ServiceLevel {
  readonly #limitMicros: number;
  #windowEnd = 0;
  #requests = 0;
  #slow = 0;
  #windows = 0;
  #broken = 0;
  #firstBrokenAt = -1;

  constructor(limitMicros: number) {
    this.#limitMicros = limitMicros;
  }

  /** Windows with requests; of the present one only after `finish`. */
  get windows(): number {
    return this.#windows;
  }

  get broken(): number {
    return this.#broken;
  }

  /** When the first window began in which it did not hold, in microseconds; -1: it always did. */
  get firstBrokenAt(): number {
    return this.#firstBrokenAt;
  }

  add(tookMicros: number, at: number): void {
    if (at >= this.#windowEnd) {
      this.finish();
      this.#windowEnd = (Math.floor(at / WINDOW_MICROS) + 1) * WINDOW_MICROS;
    }
    this.#requests++;
    if (tookMicros > this.#limitMicros) this.#slow++;
  }

  /** Judges what has been counted since the last window closed. */
  finish(): void {
    if (this.#requests === 0) return;
    this.#windows++;
    if (this.#slow * 100 > this.#requests) {
      this.#broken++;
      if (this.#firstBrokenAt < 0) this.#firstBrokenAt = this.#windowEnd - WINDOW_MICROS;
    }
    this.#requests = 0;
    this.#slow = 0;
  }
}

/** Bins of a series; when the run outgrows them, neighbours become one and each is twice as long. */
export const BINS = 192;
const FIRST_BIN_MICROS = 1_000_000;

/**
 * How much of something there was in each of {@link BINS} stretches of the run, on average, for many keys. What it knows
 * takes the same room however long the run and however many things began and ended.
 */
export class BinnedMeans {
  #binMicros = FIRST_BIN_MICROS;
  readonly #rows = new Map<string, Float32Array>();

  /** Microseconds a bin. */
  get binMicros(): number {
    return this.#binMicros;
  }

  keys(): readonly string[] {
    return [...this.#rows.keys()];
  }

  /** `amount` of `key` was there from `from` to `to`, in microseconds. */
  add(key: string, from: number, to: number, amount: number): void {
    if (to <= from || amount === 0) return;
    while (to > BINS * this.#binMicros) this.#double();
    let row = this.#rows.get(key);
    if (row === undefined) {
      row = new Float32Array(BINS);
      this.#rows.set(key, row);
    }
    const bin = this.#binMicros;
    const first = Math.floor(from / bin);
    const last = Math.floor(to / bin);
    if (first === last) {
      row[first] = row[first]! + (amount * (to - from)) / bin;
      return;
    }
    row[first] = row[first]! + (amount * ((first + 1) * bin - from)) / bin;
    for (let i = first + 1; i < last; i++) row[i] = row[i]! + amount;
    if (last < BINS) row[last] = row[last]! + (amount * (to - last * bin)) / bin;
  }

  /** The means of `key` in the bins that a run until `endedAt` reaches; the last of them counts only what was run. */
  means(key: string, endedAt: number): number[] {
    const bins = this.binsUntil(endedAt);
    const row = this.#rows.get(key);
    if (row === undefined) return new Array<number>(bins).fill(0);
    const means = Array.from(row.subarray(0, bins));
    const lastMicros = endedAt - (bins - 1) * this.#binMicros;
    means[bins - 1] = (means[bins - 1]! * this.#binMicros) / lastMicros;
    return means;
  }

  binsUntil(endedAt: number): number {
    return Math.max(1, Math.min(BINS, Math.ceil(endedAt / this.#binMicros)));
  }

  /** Makes the bins long enough for a run until `endedAt`. */
  reach(endedAt: number): void {
    while (endedAt > BINS * this.#binMicros) this.#double();
  }

  #double(): void {
    this.#binMicros *= 2;
    for (const row of this.#rows.values()) {
      for (let i = 0; i < BINS / 2; i++) row[i] = (row[2 * i]! + row[2 * i + 1]!) / 2;
      row.fill(0, BINS / 2);
    }
  }
}

/** Values of one power of two share so many buckets: a bucket is at most 1/32 of its values wide. */
const BUCKETS_A_POWER = 32;
const LARGEST = 2_147_483_647;
/** 0 to 31 have a bucket each; then 32 buckets for each power of two up to 2^31. */
const BUCKETS = 27 * BUCKETS_A_POWER;

/**
 * A histogram of fixed size for durations in microseconds, up to 35 minutes: adding costs one increment, and quantiles
 * are true to 1/64 of their value. The largest value is kept as it is.
 */
export class LogHistogram {
  readonly #counts = new Uint32Array(BUCKETS);
  #count = 0;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  /** Microseconds, exact; 0 of nothing. */
  get max(): number {
    return this.#max;
  }

  /** @param micros a whole number, not negative */
  add(micros: number): void {
    this.#count++;
    if (micros > this.#max) this.#max = micros;
    this.#counts[bucketOf(micros)]!++;
  }

  /** Takes in what another has counted. */
  merge(other: LogHistogram): void {
    for (let i = 0; i < BUCKETS; i++) this.#counts[i]! += other.#counts[i]!;
    this.#count += other.#count;
    if (other.#max > this.#max) this.#max = other.#max;
  }

  /** The nearest-rank quantile in microseconds: the middle of the bucket it lies in. Undefined of nothing. */
  quantile(percent: number): number | undefined {
    if (this.#count === 0) return undefined;
    const rank = Math.ceil((percent * this.#count) / 100);
    let seen = 0;
    for (let i = 0; i < BUCKETS; i++) {
      seen += this.#counts[i]!;
      if (seen >= rank) return Math.min(middleOf(i), this.#max);
    }
    return this.#max;
  }
}

function bucketOf(micros: number): number {
  const value = micros > LARGEST ? LARGEST : micros;
  if (value < BUCKETS_A_POWER) return value;
  const shift = 26 - Math.clz32(value);
  return shift * BUCKETS_A_POWER + (value >>> shift);
}

function middleOf(bucket: number): number {
  if (bucket < 2 * BUCKETS_A_POWER) return bucket;
  const shift = Math.floor(bucket / BUCKETS_A_POWER) - 1;
  const width = 1 << shift;
  return (bucket - shift * BUCKETS_A_POWER) * width + width / 2;
}

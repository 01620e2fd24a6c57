/**
 * Room for what a cycle works out on the way to its scores. The programs of a profile use the same, one after the other:
 * each Job and each node's daemon pod has a program of its own, and most run once.
 */
export class ScoreScratch {
  #raw = new Float64Array(128);
  #ofDomain = new Float64Array(8);
  #normalised = new Float64Array(128);
  #met = new Int32Array(8);
  #searches = 0;

  /** Of each found node. What was there stays. */
  raw(count: number): Float64Array {
    return this.#raw.length < count ? (this.#raw = new Float64Array(2 * count)) : this.#raw;
  }

  ofDomain(domains: number): Float64Array {
    return this.#ofDomain.length < domains ? (this.#ofDomain = new Float64Array(2 * domains)) : this.#ofDomain;
  }

  /** Of each raw score. */
  normalised(scores: number): Float64Array {
    return this.#normalised.length < scores ? (this.#normalised = new Float64Array(2 * scores)) : this.#normalised;
  }

  /** By domain, the last search that met it. */
  met(domains: number): Int32Array {
    return this.#met.length < domains ? (this.#met = new Int32Array(2 * domains)) : this.#met;
  }

  /** The number of a new search: higher than any before. */
  nextSearch(): number {
    return ++this.#searches;
  }
}

/** A growing list of numbers, eight bytes each. */
export class NumberList {
  #values = new Float64Array(64);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(this.#length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  get length(): number {
    return this.#length;
  }

  /** The values in the order in which they came; a view, not a copy. */
  values(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }
}

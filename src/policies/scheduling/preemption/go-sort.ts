/**
 * The order that Go's `sort.Slice` leaves equal elements in. kube-scheduler sorts potential victims with it; it is not
 * stable, and the comparison of pods without a start time is not even an order (kube-scheduler-semantics.md N10). So the steps
 * have to be those of Go's algorithm: insertion sort up to 12 elements, above it pattern-defeating quicksort
 * (https://arxiv.org/abs/2106.05123) with Go's choice of pivot, and heapsort when pivots keep being bad.
 */
export function goSort<T>(items: T[], less: (a: T, b: T) => boolean): void {
  new GoSort(items, less).quicksort(0, items.length, bitLength(items.length));
}

const LONGEST_INSERTION = 12;
const SHORTEST_NINTHER = 50;
const SHORTEST_SHIFT = 50;
const REPAIRS = 5;
/** Exchanges counted while a pivot is chosen: none means ascending, all of them descending. */
const ALL_EXCHANGES = 12;

function bitLength(n: number): number {
  return 32 - Math.clz32(n);
}

/** Ranges are half open: from `low` up to, not including, `high`. */
class GoSort<T> {
  readonly #items: T[];
  readonly #lessThan: (a: T, b: T) => boolean;
  #exchanges = 0;

  constructor(items: T[], lessThan: (a: T, b: T) => boolean) {
    this.#items = items;
    this.#lessThan = lessThan;
  }

  /** `patience`: how many lopsided partitions are borne before heapsort. */
  quicksort(low: number, high: number, patience: number): void {
    let balanced = true;
    let partitioned = true;
    for (;;) {
      const length = high - low;
      if (length <= LONGEST_INSERTION) return this.#insertionSort(low, high);
      if (patience === 0) return this.#heapsort(low, high);
      if (!balanced) {
        this.#scatter(low, high);
        patience--;
      }
      let pivot = this.#choosePivot(low, high);
      let ascending = this.#exchanges === 0;
      if (this.#exchanges === ALL_EXCHANGES) {
        this.#reverse(low, high);
        pivot = high - 1 - (pivot - low);
        ascending = true;
      }
      if (balanced && partitioned && ascending && this.#repair(low, high)) return;
      if (low > 0 && !this.#less(low - 1, pivot)) {
        low = this.#skipEqual(low, high, pivot);
        continue;
      }
      const middle = this.#partition(low, high, pivot);
      partitioned = middle.untouched;
      const left = middle.at - low;
      const right = high - middle.at;
      const threshold = Math.floor(length / 8);
      if (left < right) {
        balanced = left >= threshold;
        this.quicksort(low, middle.at, patience);
        low = middle.at + 1;
      } else {
        balanced = right >= threshold;
        this.quicksort(middle.at + 1, high, patience);
        high = middle.at;
      }
    }
  }

  #less(i: number, j: number): boolean {
    return this.#lessThan(this.#items[i]!, this.#items[j]!);
  }

  #swap(i: number, j: number): void {
    const item = this.#items[i]!;
    this.#items[i] = this.#items[j]!;
    this.#items[j] = item;
  }

  #insertionSort(low: number, high: number): void {
    for (let i = low + 1; i < high; i++) {
      for (let j = i; j > low && this.#less(j, j - 1); j--) this.#swap(j, j - 1);
    }
  }

  #heapsort(low: number, high: number): void {
    const size = high - low;
    for (let root = Math.floor((size - 1) / 2); root >= 0; root--) this.#siftDown(low, root, size);
    for (let last = size - 1; last >= 0; last--) {
      this.#swap(low, low + last);
      this.#siftDown(low, 0, last);
    }
  }

  #siftDown(base: number, root: number, size: number): void {
    for (;;) {
      let child = 2 * root + 1;
      if (child >= size) return;
      if (child + 1 < size && this.#less(base + child, base + child + 1)) child++;
      if (!this.#less(base + root, base + child)) return;
      this.#swap(base + root, base + child);
      root = child;
    }
  }

  /** What is less than the pivot to its left, the rest to its right; `untouched` when it already was so. */
  #partition(low: number, high: number, pivot: number): { readonly at: number; readonly untouched: boolean } {
    this.#swap(low, pivot);
    let i = low + 1;
    let j = high - 1;
    let untouched = true;
    for (;;) {
      while (i <= j && this.#less(i, low)) i++;
      while (i <= j && !this.#less(j, low)) j--;
      if (i > j) break;
      untouched = false;
      this.#swap(i++, j--);
    }
    this.#swap(j, low);
    return { at: j, untouched };
  }

  /** Nothing in the range is less than the pivot: moves what equals it to the front and returns where the rest begins. */
  #skipEqual(low: number, high: number, pivot: number): number {
    this.#swap(low, pivot);
    let i = low + 1;
    let j = high - 1;
    for (;;) {
      while (i <= j && !this.#less(low, i)) i++;
      while (i <= j && this.#less(low, j)) j--;
      if (i > j) return i;
      this.#swap(i++, j--);
    }
  }

  /** Sorts a nearly sorted range by a few shifts; false when more would be needed. The first loop may pass `low`, as Go's does. */
  #repair(low: number, high: number): boolean {
    let i = low + 1;
    for (let repair = 0; repair < REPAIRS; repair++) {
      while (i < high && !this.#less(i, i - 1)) i++;
      if (i === high) return true;
      if (high - low < SHORTEST_SHIFT) return false;
      this.#swap(i, i - 1);
      if (i - low >= 2) for (let j = i - 1; j >= 1 && this.#less(j, j - 1); j--) this.#swap(j, j - 1);
      if (high - i >= 2) for (let j = i + 1; j < high && this.#less(j, j - 1); j++) this.#swap(j, j - 1);
    }
    return false;
  }

  /** Three exchanges near the middle with places drawn by xorshift64, seeded with the length. */
  #scatter(low: number, high: number): void {
    const length = high - low;
    if (length < 8) return;
    const mask = (1n << BigInt(bitLength(length))) - 1n;
    const middle = low + Math.floor(length / 4) * 2;
    let state = BigInt(length);
    for (let at = middle - 1; at <= middle + 1; at++) {
      state ^= BigInt.asUintN(64, state << 13n);
      state ^= state >> 7n;
      state ^= BigInt.asUintN(64, state << 17n);
      let other = Number(state & mask);
      if (other >= length) other -= length;
      this.#swap(at, low + other);
    }
  }

  /** The median of three, or of three medians of neighbours. Counts in `#exchanges` how far from ascending they were. */
  #choosePivot(low: number, high: number): number {
    const quarter = Math.floor((high - low) / 4);
    let a = low + quarter;
    let b = low + quarter * 2;
    let c = low + quarter * 3;
    this.#exchanges = 0;
    if (high - low >= SHORTEST_NINTHER) {
      a = this.#median(a - 1, a, a + 1);
      b = this.#median(b - 1, b, b + 1);
      c = this.#median(c - 1, c, c + 1);
    }
    return this.#median(a, b, c);
  }

  #median(a: number, b: number, c: number): number {
    [a, b] = this.#ordered(a, b);
    [b, c] = this.#ordered(b, c);
    [a, b] = this.#ordered(a, b);
    return b;
  }

  #ordered(a: number, b: number): [number, number] {
    if (!this.#less(b, a)) return [a, b];
    this.#exchanges++;
    return [b, a];
  }

  #reverse(low: number, high: number): void {
    for (let i = low, j = high - 1; i < j; i++, j--) this.#swap(i, j);
  }
}

const SMALLEST = 100;
const LARGEST = 102_400;
/** Events younger than this are kept, as far as the largest capacity goes. */
const FRESH_MICROS = 75_000_000;

/** A point of a store's history: everything up to it is known. */
export interface Position {
  /** Microseconds. */
  readonly at: number;
  readonly revision: number;
}

/** Whether who has come as far as the one position knows something that lies behind the other. */
export function isBeyond(one: Position, other: Position): boolean {
  return one.at > other.at || one.revision > other.revision;
}

/** Whether who has come as far as the one position has missed something that lies before the other. */
export function isBefore(one: Position, other: Position): boolean {
  return one.at < other.at && one.revision < other.revision;
}

/**
 * How far back the watch cache of one kind reaches (kubernetes-behaviour.md 2.5): a ring that doubles when it is full of
 * fresh events, and halves when three quarters of it are old.
 */
export class CacheWindow {
  /** The state the cache began with. */
  readonly #began: Position;
  /** Of each commit: two rows of numbers, for every commit of a run comes by here. */
  #revisions: number[] = [];
  #times: number[] = [];
  /** Where the ring begins: what lies before is forgotten, and cut off now and then. */
  #start = 0;
  #capacity = SMALLEST;
  #hasForgotten = false;

  constructor(began: Position) {
    this.#began = began;
  }

  /** How many events it holds at most at present. */
  get capacity(): number {
    return this.#capacity;
  }

  /** How many events it holds. */
  get size(): number {
    return this.#revisions.length - this.#start;
  }

  append(revision: number, committedAt: number): void {
    const times = this.#times;
    if (this.size === this.#capacity) {
      if (committedAt - times[this.#start]! < FRESH_MICROS) this.#capacity = Math.min(LARGEST, this.#capacity * 2);
      else if (committedAt - times[times.length - this.#capacity / 4]! > FRESH_MICROS) {
        this.#capacity = Math.max(SMALLEST, this.#capacity / 2);
      }
    }
    this.#revisions.push(revision);
    times.push(committedAt);
    if (this.size <= this.#capacity) return;
    this.#start = times.length - this.#capacity;
    this.#hasForgotten = true;
    if (this.#start < this.#capacity) return;
    this.#revisions = this.#revisions.slice(this.#start);
    this.#times = times.slice(this.#start);
    this.#start = 0;
  }

  /** From where on nothing is missing: a watch that begins earlier is told 410. */
  get oldest(): Position {
    if (!this.#hasForgotten) return this.#began;
    return { at: this.#times[this.#start]!, revision: this.#revisions[this.#start]! - 1 };
  }
}

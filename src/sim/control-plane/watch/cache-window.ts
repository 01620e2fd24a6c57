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

/** What the window knows of a commit. */
interface Entry {
  readonly revision: number;
  readonly committedAt: number;
}

/**
 * How far back the watch cache of one kind reaches (kubernetes-behaviour.md 2.5): a ring that doubles when it is full of
 * fresh events, and halves when three quarters of it are old.
 */
export class CacheWindow {
  /** The state the cache began with. */
  readonly #began: Position;
  #entries: Entry[] = [];
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
    return this.#entries.length - this.#start;
  }

  append(entry: Entry): void {
    const entries = this.#entries;
    if (this.size === this.#capacity) {
      const age = (one: Entry): number => entry.committedAt - one.committedAt;
      if (age(entries[this.#start]!) < FRESH_MICROS) this.#capacity = Math.min(LARGEST, this.#capacity * 2);
      else if (age(entries[entries.length - this.#capacity / 4]!) > FRESH_MICROS) {
        this.#capacity = Math.max(SMALLEST, this.#capacity / 2);
      }
    }
    entries.push(entry);
    if (this.size <= this.#capacity) return;
    this.#start = entries.length - this.#capacity;
    this.#hasForgotten = true;
    if (this.#start < this.#capacity) return;
    this.#entries = entries.slice(this.#start);
    this.#start = 0;
  }

  /** From where on nothing is missing: a watch that begins earlier is told 410. */
  get oldest(): Position {
    if (!this.#hasForgotten) return this.#began;
    const { committedAt, revision } = this.#entries[this.#start]!;
    return { at: committedAt, revision: revision - 1 };
  }
}

import { Heap } from 'heap-js';

interface Waiting {
  readonly key: string;
  readonly dueAt: number;
  readonly sequence: number;
}

/** client-go's default controller rate limiter (kubernetes-behaviour.md 3.0). Microseconds. */
const RETRY_BASE = 5_000;
const RETRY_CAP = 1_000_000_000;

/**
 * A controller's queue of keys with client-go's rules: a key waits once however often it is added; one that is being
 * worked on is queued again only when that work is done; failures come back later and later.
 */
export class WorkQueue {
  readonly #ready: string[] = [];
  #head = 0;
  readonly #dirty = new Set<string>();
  readonly #processing = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #waiting = new Heap<Waiting>((a, b) => a.dueAt - b.dueAt || a.sequence - b.sequence);
  readonly #dueOf = new Map<string, number>();
  #sequence = 0;

  /** Keys that a worker could take now. */
  get length(): number {
    return this.#ready.length - this.#head;
  }

  /** When the earliest delayed key is due, or undefined. */
  get nextDueAt(): number | undefined {
    return this.#waiting.peek()?.dueAt;
  }

  add(key: string): void {
    if (this.#dirty.has(key)) return;
    this.#dirty.add(key);
    if (!this.#processing.has(key)) this.#ready.push(key);
  }

  /** Adds the key at `dueAt`, unless it is due earlier already. */
  addAt(key: string, dueAt: number): void {
    const known = this.#dueOf.get(key);
    if (known !== undefined && known <= dueAt) return;
    this.#dueOf.set(key, dueAt);
    this.#waiting.push({ key, dueAt, sequence: this.#sequence++ });
  }

  /** Moves what is due at `now` among the ready keys. */
  advance(now: number): void {
    for (;;) {
      const next = this.#waiting.peek();
      if (next === undefined || next.dueAt > now) return;
      this.#waiting.pop();
      if (this.#dueOf.get(next.key) !== next.dueAt) continue;
      this.#dueOf.delete(next.key);
      this.add(next.key);
    }
  }

  /** Takes a key; `done` must follow. */
  get(): string | undefined {
    if (this.#head === this.#ready.length) return undefined;
    const key = this.#ready[this.#head++]!;
    if (this.#head > 1024 && this.#head * 2 > this.#ready.length) {
      this.#ready.splice(0, this.#head);
      this.#head = 0;
    }
    this.#dirty.delete(key);
    this.#processing.add(key);
    return key;
  }

  done(key: string): void {
    this.#processing.delete(key);
    if (this.#dirty.has(key)) this.#ready.push(key);
  }

  /** How often a key failed since it last succeeded. */
  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** The delay of the next retry: 5 ms, doubled with each failure, at most 1,000 s. */
  nextRetryDelay(key: string): number {
    const failures = this.failures(key);
    this.#failures.set(key, failures + 1);
    let delay = RETRY_BASE;
    for (let i = 0; i < failures && delay < RETRY_CAP; i++) delay *= 2;
    return Math.min(delay, RETRY_CAP);
  }
}

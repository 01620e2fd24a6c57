import { Heap } from 'heap-js';
import { TokenBucket } from './client/token-bucket.ts';

interface Waiting {
  readonly key: string;
  readonly dueAt: number;
  readonly sequence: number;
}

/** How long a key waits after a failure: the base after the first, doubled with each further one. Microseconds. */
export interface RetryBackoff {
  readonly baseMicros: number;
  readonly maxMicros: number;
}

/** client-go's default per-item back-off (kubernetes-behaviour.md 3.0). */
export const DEFAULT_RETRY_BACKOFF: RetryBackoff = { baseMicros: 5_000, maxMicros: 1_000_000_000 };

/** All retries of a queue together: 10 a second, 100 at once. */
const RETRY_LIMIT = { qps: 10, burst: 100 };

/** Is told what the keys of a queue go through; how long things take is reckoned with its clock. Microseconds. */
export interface WorkQueueObserver {
  readonly now: number;
  added(): void;
  taken(waitedMicros: number): void;
  done(workedMicros: number): void;
  retried(): void;
}

/**
 * A controller's queue of keys with client-go's rules: a key waits once however often it is added; one that is being
 * worked on is queued again only when that work is done; failures come back later and later.
 */
export class WorkQueue {
  readonly #ready: string[] = [];
  #head = 0;
  /** Since when; 0 where nobody observes. */
  readonly #dirty = new Map<string, number>();
  /** Since when; 0 where nobody observes. */
  readonly #processing = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  readonly #waiting = new Heap<Waiting>((a, b) => a.dueAt - b.dueAt || a.sequence - b.sequence);
  readonly #dueOf = new Map<string, number>();
  readonly #backoff: RetryBackoff;
  readonly #retries = new TokenBucket(RETRY_LIMIT);
  #sequence = 0;
  observer: WorkQueueObserver | undefined;

  constructor(backoff: RetryBackoff = DEFAULT_RETRY_BACKOFF) {
    this.#backoff = backoff;
  }

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
    const { observer } = this;
    this.#dirty.set(key, observer === undefined ? 0 : observer.now);
    observer?.added();
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
    const { observer } = this;
    observer?.taken(observer.now - this.#dirty.get(key)!);
    this.#dirty.delete(key);
    this.#processing.set(key, observer === undefined ? 0 : observer.now);
    return key;
  }

  done(key: string): void {
    const { observer } = this;
    observer?.done(observer.now - this.#processing.get(key)!);
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

  /** Adds a key that failed, after its back-off and not before the queue's own limit allows. */
  addRateLimited(key: string, now: number): void {
    const { baseMicros, maxMicros } = this.#backoff;
    const failures = this.failures(key);
    this.observer?.retried();
    this.#failures.set(key, failures + 1);
    let delay = baseMicros;
    for (let i = 0; i < failures && delay < maxMicros; i++) delay *= 2;
    this.addAt(key, Math.max(now + Math.min(delay, maxMicros), this.#retries.take(now)));
  }
}

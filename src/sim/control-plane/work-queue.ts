import { Heap } from 'heap-js';
import { TokenBucket } from './client/token-bucket.ts';

interface Waiting {
  readonly item: Item;
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

/** What is known of a key. */
class Item {
  readonly key: string;
  isDirty = false;
  isProcessing = false;
  /** Since when it is dirty, and since when it is worked on; 0 where nobody observes. */
  dirtySince = 0;
  processingSince = 0;
  failures = 0;
  /** Infinity: it is not delayed. */
  dueAt = Infinity;

  constructor(key: string) {
    this.key = key;
  }

  get isIdle(): boolean {
    return !this.isDirty && !this.isProcessing && this.failures === 0 && this.dueAt === Infinity;
  }
}

/** Keys come back: what is known of idle ones is thrown away only when they are the most. */
const FEW = 1_024;

/**
 * A controller's queue of keys with client-go's rules: a key waits once however often it is added; one that is being
 * worked on is queued again only when that work is done; failures come back later and later.
 */
export class WorkQueue {
  readonly #items = new Map<string, Item>();
  /** How many items there may be before the idle ones go. */
  #most = FEW;
  /** The key asked for last: a worker asks about its key several times. */
  #last: Item | undefined;
  readonly #ready: Item[] = [];
  #head = 0;
  readonly #waiting = new Heap<Waiting>((a, b) => a.dueAt - b.dueAt || a.sequence - b.sequence);
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
    this.#add(this.#itemOf(key));
  }

  #add(item: Item): void {
    if (item.isDirty) return;
    const { observer } = this;
    item.isDirty = true;
    if (observer !== undefined) {
      item.dirtySince = observer.now;
      observer.added();
    }
    if (!item.isProcessing) this.#ready.push(item);
  }

  /** Adds the key at `dueAt`, unless it is due earlier already. */
  addAt(key: string, dueAt: number): void {
    const item = this.#itemOf(key);
    if (item.dueAt <= dueAt) return;
    item.dueAt = dueAt;
    this.#waiting.push({ item, dueAt, sequence: this.#sequence++ });
  }

  /** Whether the key waits to be taken, or will at `now`. */
  isDue(key: string, now: number): boolean {
    const item = this.#itemOf(key);
    return item.isDirty || item.dueAt <= now;
  }

  /** Moves what is due at `now` among the ready keys. */
  advance(now: number): void {
    for (;;) {
      const next = this.#waiting.peek();
      if (next === undefined || next.dueAt > now) return;
      this.#waiting.pop();
      const { item } = next;
      if (item.dueAt !== next.dueAt) continue;
      item.dueAt = Infinity;
      this.#add(item);
    }
  }

  /** Takes a key; `done` must follow. */
  get(): string | undefined {
    if (this.#head === this.#ready.length) return undefined;
    const item = this.#ready[this.#head++]!;
    if (this.#head > 1024 && this.#head * 2 > this.#ready.length) {
      this.#ready.splice(0, this.#head);
      this.#head = 0;
    }
    const { observer } = this;
    item.isDirty = false;
    item.isProcessing = true;
    if (observer !== undefined) {
      observer.taken(observer.now - item.dirtySince);
      item.processingSince = observer.now;
    }
    return item.key;
  }

  done(key: string): void {
    const { observer } = this;
    const item = this.#itemOf(key);
    observer?.done(observer.now - item.processingSince);
    item.isProcessing = false;
    if (item.isDirty) this.#ready.push(item);
  }

  /** How often a key failed since it last succeeded. */
  failures(key: string): number {
    return this.#items.get(key)?.failures ?? 0;
  }

  forget(key: string): void {
    this.#itemOf(key).failures = 0;
  }

  /** Adds a key that failed, after its back-off and not before the queue's own limit allows. */
  addRateLimited(key: string, now: number): void {
    const { baseMicros, maxMicros } = this.#backoff;
    const item = this.#itemOf(key);
    const { failures } = item;
    this.observer?.retried();
    item.failures = failures + 1;
    let delay = baseMicros;
    for (let i = 0; i < failures && delay < maxMicros; i++) delay *= 2;
    this.addAt(key, Math.max(now + Math.min(delay, maxMicros), this.#retries.take(now)));
  }

  #itemOf(key: string): Item {
    if (this.#last?.key === key) return this.#last;
    let item = this.#items.get(key);
    if (item === undefined) {
      if (this.#items.size >= this.#most) this.#tidy();
      this.#items.set(key, (item = new Item(key)));
    }
    this.#last = item;
    return item;
  }

  #tidy(): void {
    for (const item of this.#items.values()) if (item.isIdle) this.#items.delete(item.key);
    this.#most = Math.max(FEW, 2 * this.#items.size);
  }
}

const BUCKET_MICROS = 1_000_000;
const EVERY_MICROS = 60_000_000;
/** A watch that runs out is told how far it is so long before. */
const BEFORE_DEADLINE_MICROS = 2_000_000;

/** A watch that asked for bookmarks. */
export interface Bookmarked {
  readonly isOpen: boolean;
  /** When its time is over, in microseconds. */
  readonly deadline: number;
  /** It began with what was there, and has had no bookmark since: the next one is its. */
  awaitsFirst: boolean;
}

/**
 * Who is to have a bookmark when: watches lie in buckets of a second since the cache began, and whoever lies in one that
 * has begun is served at the next tick. So a bookmark can come up to a second early, and the last one twice
 * (kubernetes-behaviour.md 2.5).
 */
export class BookmarkBuckets<W extends Bookmarked> {
  readonly #began: number;
  readonly #buckets = new Map<number, W[]>();
  #first = 0;

  /** @param began when the cache was made, in microseconds */
  constructor(began: number) {
    this.#began = began;
  }

  get isEmpty(): boolean {
    return this.#buckets.size === 0;
  }

  add(watch: W, now: number): void {
    const at = nextAt(watch, now);
    if (at === undefined) return;
    const bucket = Math.max(this.#first, Math.floor((at - this.#began) / BUCKET_MICROS));
    const there = this.#buckets.get(bucket);
    if (there === undefined) this.#buckets.set(bucket, [watch]);
    else there.push(watch);
  }

  /** Takes out all whose bucket has begun. */
  due(now: number): W[] {
    const current = Math.floor((now - this.#began) / BUCKET_MICROS);
    const ready = [...this.#buckets.keys()].filter((bucket) => bucket <= current).sort((a, b) => a - b);
    const found: W[] = [];
    for (const bucket of ready) {
      for (const watch of this.#buckets.get(bucket)!) if (watch.isOpen) found.push(watch);
      this.#buckets.delete(bucket);
    }
    this.#first = Math.max(this.#first, current + 1);
    return found;
  }
}

/** When a watch wants its next bookmark, in microseconds; undefined: never again. */
function nextAt({ awaitsFirst, deadline }: Bookmarked, now: number): number | undefined {
  if (awaitsFirst) return 0;
  const at = Math.min(now + EVERY_MICROS, deadline - BEFORE_DEADLINE_MICROS);
  return at < now ? undefined : at;
}

/** Waits between the tries, without their jitter: client-go's `retry.DefaultBackoff`. Microseconds. */
const WAITS = [10_000, 50_000, 250_000];
const JITTER = 0.1;

/** What an owner waits for whose finalizer could not be taken away. */
interface Retry {
  readonly finalizer: string;
  readonly tries: number;
  readonly dueAt: number;
}

/**
 * Owners that were written to between the look at their finalizers and the patch that takes one away. The patch carries
 * the version that was looked at, is refused, and is tried three times more: by then the dependents have been seen to
 * (`removeFinalizer` of the garbage collector). Times are microseconds.
 */
export class FinalizerRetries {
  readonly #retries = new Map<string, Retry>();

  /** The finalizer that is still to be taken away from an item, if that is all that is left to do. */
  finalizerOf(item: string): string | undefined {
    return this.#retries.get(item)?.finalizer;
  }

  /** The item waits for its next try: whatever wakes it before has nothing to say. */
  isWaiting(item: string, now: number): boolean {
    const retry = this.#retries.get(item);
    return retry !== undefined && now < retry.dueAt;
  }

  /**
   * Notes a refused patch and gives how long to wait for the next try; undefined: that was the last one.
   *
   * @param random between 0 and 1: the part of the jitter that is added
   */
  refused(item: string, finalizer: string, now: number, random: number): number | undefined {
    const tries = this.#retries.get(item)?.tries ?? 0;
    const wait = WAITS[tries];
    if (wait === undefined) {
      this.#retries.delete(item);
      return undefined;
    }
    const delay = Math.round(wait * (1 + JITTER * random));
    this.#retries.set(item, { finalizer, tries: tries + 1, dueAt: now + delay });
    return delay;
  }

  forget(item: string): void {
    this.#retries.delete(item);
  }
}

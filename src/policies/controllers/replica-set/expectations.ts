/** After this long a controller no longer believes that what it waits for will be seen. Microseconds. */
const EXPIRY = 5 * 60 * 1_000_000;

interface Record {
  creations: number;
  readonly deletions: Set<string>;
  readonly at: number;
}

/**
 * What a controller has asked for and not yet seen in its cache, by the key of the object it acts for. While something
 * is outstanding, counting pods would count wrong, so the controller leaves replicas alone (kubernetes-behaviour.md 3.0).
 */
export class Expectations {
  readonly #now: () => number;
  readonly #records = new Map<string, Record>();

  constructor(now: () => number) {
    this.#now = now;
  }

  expectCreations(key: string, count: number): void {
    this.#records.set(key, { creations: count, deletions: new Set(), at: this.#now() });
  }

  expectDeletions(key: string, podKeys: Iterable<string>): void {
    this.#records.set(key, { creations: 0, deletions: new Set(podKeys), at: this.#now() });
  }

  creationObserved(key: string): void {
    const record = this.#records.get(key);
    if (record !== undefined) record.creations--;
  }

  /** A pod that was not expected to go lowers nothing. */
  deletionObserved(key: string, podKey: string): void {
    this.#records.get(key)?.deletions.delete(podKey);
  }

  /** Nothing is outstanding, or it has been outstanding for too long to be waited for. */
  satisfied(key: string): boolean {
    const record = this.#records.get(key);
    if (record === undefined) return true;
    if (record.creations <= 0 && record.deletions.size === 0) return true;
    return this.#now() - record.at > EXPIRY;
  }

  forget(key: string): void {
    this.#records.delete(key);
  }
}

/** After this long a controller no longer believes that what it waits for will be seen. Microseconds. */
const EXPIRY = 5 * 60 * 1_000_000;

interface Record {
  creations: number;
  deletions: number;
  readonly at: number;
}

/**
 * How many creations and deletions a controller has asked for and not yet seen, by the key of the object it acts for.
 * Unlike a ReplicaSet's expectations it does not know which pods it waits for: any that appears or goes will do, and one
 * that goes in two steps counts twice (kubernetes-behaviour.md 3.0).
 */
export class ExpectedCounts {
  readonly #now: () => number;
  readonly #records = new Map<string, Record>();

  constructor(now: () => number) {
    this.#now = now;
  }

  expect(key: string, creations: number, deletions: number): void {
    this.#records.set(key, { creations, deletions, at: this.#now() });
  }

  creationObserved(key: string, count = 1): void {
    const record = this.#records.get(key);
    if (record !== undefined) record.creations -= count;
  }

  deletionObserved(key: string): void {
    const record = this.#records.get(key);
    if (record !== undefined) record.deletions--;
  }

  /** Nothing is outstanding, or it has been outstanding for too long to be waited for. */
  satisfied(key: string): boolean {
    const record = this.#records.get(key);
    if (record === undefined || (record.creations <= 0 && record.deletions <= 0)) return true;
    return this.#now() - record.at > EXPIRY;
  }

  forget(key: string): void {
    this.#records.delete(key);
  }
}

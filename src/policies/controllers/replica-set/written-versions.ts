import type { Kind } from '../../../sim/api/kinds.ts';
import { SyncError } from '../../../sim/policy-api/sync-error.ts';

/** How a sync ends whose cache has not read what was written. */
export const BEHIND = new SyncError('the version in the cache is not as new as the written version');

/** What was written for one object: by the place of a kind in the list of kinds, its newest version; 0: nothing. */
interface Record {
  readonly uid: string;
  readonly written: number[];
}

/**
 * The consistency gate: remembers the newest version a controller wrote on behalf of an object, per kind, and holds the
 * next sync of that object back until the cache of that kind has read as far (kubernetes-behaviour.md 2.6, the
 * StaleControllerConsistency gates of 1.36).
 */
export class WrittenVersions {
  /** The kinds that are written or read, in order of appearance: two or three. */
  readonly #kinds: Kind[] = [];
  /** By place of the kind: the newest version seen. */
  readonly #read: number[] = [];
  readonly #records = new Map<string, Record>();
  readonly #enabled: boolean;

  /** @param enabled off, nothing is ever waited for */
  constructor(enabled = true) {
    this.#enabled = enabled;
  }

  /** Every change of a kind that is written to has to be shown here. */
  observe(kind: Kind, resourceVersion: number): void {
    const place = this.#placeOf(kind);
    if (resourceVersion > this.#read[place]!) this.#read[place] = resourceVersion;
  }

  wroteAt(key: string, uid: string, kind: Kind, resourceVersion: number): void {
    if (!this.#enabled) return;
    const place = this.#placeOf(kind);
    let record = this.#records.get(key);
    if (record?.uid !== uid) this.#records.set(key, (record = { uid, written: [] }));
    const { written } = record;
    while (written.length <= place) written.push(0);
    if (resourceVersion > written[place]!) written[place] = resourceVersion;
  }

  /** False while a cache is older than what was written for `key`: then {@link BEHIND} is all a sync has to say. */
  hasRead(key: string): boolean {
    const written = this.#records.get(key)?.written;
    if (written === undefined) return true;
    for (let place = 0; place < written.length; place++) if (this.#read[place]! < written[place]!) return false;
    written.fill(0);
    return true;
  }

  /** With a uid: only if it is that object's record. */
  forget(key: string, uid?: string): void {
    if (uid === undefined || this.#records.get(key)?.uid === uid) this.#records.delete(key);
  }

  #placeOf(kind: Kind): number {
    const kinds = this.#kinds;
    for (let place = 0; place < kinds.length; place++) if (kinds[place] === kind) return place;
    kinds.push(kind);
    this.#read.push(0);
    return kinds.length - 1;
  }
}

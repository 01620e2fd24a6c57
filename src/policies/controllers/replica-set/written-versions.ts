import type { Kind } from '../../../sim/api/kinds.ts';
import { SyncError } from '../../../sim/policy-api/sync-error.ts';

interface Record {
  readonly uid: string;
  readonly written: Map<Kind, number>;
}

/**
 * The consistency gate: remembers the newest version a controller wrote on behalf of an object, per kind, and holds the
 * next sync of that object back until the cache of that kind has read as far (kubernetes-behaviour.md 2.6, the
 * StaleControllerConsistency gates of 1.36).
 */
export class WrittenVersions {
  readonly #read = new Map<Kind, number>();
  readonly #records = new Map<string, Record>();
  readonly #enabled: boolean;

  /** @param enabled off, nothing is ever waited for */
  constructor(enabled = true) {
    this.#enabled = enabled;
  }

  /** Every change of a kind that is written to has to be shown here. */
  observe(kind: Kind, resourceVersion: number): void {
    if (resourceVersion > (this.#read.get(kind) ?? 0)) this.#read.set(kind, resourceVersion);
  }

  wroteAt(key: string, uid: string, kind: Kind, resourceVersion: number): void {
    if (!this.#enabled) return;
    let record = this.#records.get(key);
    if (record === undefined || record.uid !== uid) this.#records.set(key, (record = { uid, written: new Map() }));
    if (resourceVersion > (record.written.get(kind) ?? 0)) record.written.set(kind, resourceVersion);
  }

  /** @throws SyncError while a cache is older than what was written for `key` */
  ensureRead(key: string): void {
    const record = this.#records.get(key);
    if (record === undefined) return;
    for (const [kind, written] of record.written) {
      const read = this.#read.get(kind) ?? 0;
      if (read < written) {
        throw new SyncError(`read version ${read} of ${kind} is not as new as written version ${written}`);
      }
    }
    this.#records.delete(key);
  }

  /** With a uid: only if it is that object's record. */
  forget(key: string, uid?: string): void {
    if (uid === undefined || this.#records.get(key)?.uid === uid) this.#records.delete(key);
  }
}

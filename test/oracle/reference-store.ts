import type { ApiObject, Kind } from '../../src/sim/api/kinds.ts';
import { keyOf } from '../../src/sim/api/kinds.ts';

/** A version as the reference keeps it. */
export interface ReferenceVersion {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly revision: number;
  readonly key: string;
  readonly object: ApiObject;
}

/**
 * The slow, obvious store: it believes only answers. It is told what every request was answered, in the order in which
 * they took effect, and says what a watcher must have seen and what must be there now.
 */
export class ReferenceStore {
  readonly history: ReferenceVersion[] = [];
  readonly #current = new Map<string, ApiObject>();

  commit(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: ApiObject): void {
    const key = `${object.kind} ${keyOf(object)}`;
    if ((type === 'ADDED') === this.#current.has(key)) throw new Error(`${type} of ${key} cannot be`);
    const revision = object.metadata.resourceVersion;
    const last = this.history[this.history.length - 1];
    if (last !== undefined && revision <= last.revision) throw new Error(`revision ${revision} after ${last.revision}`);
    this.history.push({ type, revision, key, object });
    if (type === 'DELETED') this.#current.delete(key);
    else this.#current.set(key, object);
  }

  current(kind: Kind): ApiObject[] {
    return [...this.#current.values()].filter((object) => object.kind === kind);
  }

  /** All versions of a kind after a revision, in order. */
  after(kind: Kind, revision: number): ReferenceVersion[] {
    return this.history.filter((version) => version.object.kind === kind && version.revision > revision);
  }
}

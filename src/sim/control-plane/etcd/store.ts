import { assert } from '../../engine/assert.ts';
import { KINDS, keyOf, type ApiObject, type Kind, type Kinds } from '../../api/kinds.ts';
import type { Change } from '../../api/change.ts';
import { deepFreeze } from '../../api/freeze.ts';

/** One committed change, as the log keeps it. */
export interface Commit {
  readonly revision: number;
  /** Microseconds. */
  readonly committedAt: number;
  readonly kind: Kind;
  readonly key: string;
  readonly change: Change;
}

/**
 * The keyspace: one revision counter, and the current version of every object. A write makes a new frozen version at
 * the next revision; nothing else can change an object. What happened is handed to `onCommit`, in order of revision.
 */
export class Store {
  #revision = 0;
  readonly #tables: { readonly [K in Kind]: Map<string, Kinds[K]> };
  readonly #onCommit: (commit: Commit) => void;

  constructor(onCommit: (commit: Commit) => void) {
    const tables: Partial<Record<Kind, Map<string, ApiObject>>> = {};
    for (const kind of Object.keys(KINDS) as Kind[]) tables[kind] = new Map();
    this.#tables = tables as { [K in Kind]: Map<string, Kinds[K]> };
    this.#onCommit = onCommit;
  }

  /** The revision of the last write. */
  get revision(): number {
    return this.#revision;
  }

  get<K extends Kind>(kind: K, key: string): Kinds[K] | undefined {
    return this.#tables[kind].get(key);
  }

  count(kind: Kind): number {
    return this.#tables[kind].size;
  }

  /** In order of creation. */
  values<K extends Kind>(kind: K): IterableIterator<Kinds[K]> {
    return this.#tables[kind].values();
  }

  /**
   * Commits `object` as the new version of its key. `object.metadata.resourceVersion` must be the next revision: the
   * writer has to build the version with it, so that the frozen object never changes again.
   */
  put<K extends Kind>(object: Kinds[K], now: number): Kinds[K] {
    const revision = ++this.#revision;
    assert(object.metadata.resourceVersion === revision, 'a version carries the revision it is committed at');
    const key = keyOf(object);
    const table = this.#tables[object.kind] as Map<string, ApiObject>;
    const previous = table.get(key);
    deepFreeze(object);
    table.set(key, object);
    const change: Change = { type: previous === undefined ? 'ADDED' : 'MODIFIED', object, previous };
    this.#onCommit({ revision, committedAt: now, kind: object.kind, key, change });
    return object;
  }

  /** Removes a key. The last version, with the revision of its removal, is what watchers see as DELETED. */
  remove<K extends Kind>(last: Kinds[K], now: number): Kinds[K] {
    const revision = ++this.#revision;
    assert(last.metadata.resourceVersion === revision, 'a removal carries the revision it is committed at');
    const key = keyOf(last);
    const table = this.#tables[last.kind] as Map<string, ApiObject>;
    const previous = table.get(key);
    assert(previous !== undefined, 'only what exists is removed');
    deepFreeze(last);
    table.delete(key);
    this.#onCommit({
      revision,
      committedAt: now,
      kind: last.kind,
      key,
      change: { type: 'DELETED', object: last, previous },
    });
    return last;
  }

  /** The revision that the next write will get. */
  get nextRevision(): number {
    return this.#revision + 1;
  }
}

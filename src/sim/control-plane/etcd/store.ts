import { assert } from '../../engine/assert.ts';
import { KINDS, type ApiObject, type Kind, type Kinds } from '../../api/kinds.ts';
import type { Change } from '../../api/change.ts';
import type { EventWrite } from '../../api/event-note.ts';
import { deepFreeze } from '../../api/freeze.ts';
import { EventShelf, type Shelved } from './event-shelf.ts';

/** One committed change, as the log keeps it: the very notification that its watchers get, and when it came to be. */
export class Commit implements Change {
  readonly revision: number;
  /** Microseconds. */
  readonly committedAt: number;
  readonly kind: Kind;
  readonly type: Change['type'];
  readonly object: ApiObject;
  readonly previous: ApiObject | undefined;
  readonly key: string;

  constructor(
    committedAt: number,
    key: string,
    type: Change['type'],
    object: ApiObject,
    previous: ApiObject | undefined,
  ) {
    this.revision = object.metadata.resourceVersion;
    this.committedAt = committedAt;
    this.kind = object.kind;
    this.type = type;
    this.object = object;
    this.previous = previous;
    this.key = key;
  }

  get change(): Change {
    return this;
  }
}

/** Where the versions of one key follow each other. The key is the one string that everybody shares. */
interface Entry<K extends Kind> {
  readonly key: string;
  object: Kinds[K] | undefined;
}

/** The keys of one kind. Remembers the last one it was asked for: a write looks before it puts. */
class Table<K extends Kind> {
  readonly entries = new Map<string, Entry<K>>();
  #last: Entry<K> | undefined;

  find(key: string): Entry<K> | undefined {
    if (this.#last !== undefined && this.#last.key === key) return this.#last;
    const entry = this.entries.get(key);
    if (entry !== undefined) this.#last = entry;
    return entry;
  }

  add(key: string): Entry<K> {
    const entry: Entry<K> = { key, object: undefined };
    this.entries.set(key, entry);
    this.#last = entry;
    return entry;
  }

  remove(key: string): void {
    this.entries.delete(key);
    this.#last = undefined;
  }
}

/**
 * The keyspace: one revision counter, and the current version of every object. A write makes a new frozen version at
 * the next revision; nothing else can change an object. What happened is handed to `onCommit`, in order of revision.
 */
export class Store {
  #revision = 0;
  readonly #tables: { [kind: string]: Table<Kind> | undefined };
  /** The Events that components write; those that clients post as objects are in their table. */
  readonly #shelf = new EventShelf();
  readonly #onCommit: (commit: Commit) => void;

  constructor(onCommit: (commit: Commit) => void) {
    const tables: Record<string, Table<Kind>> = {};
    for (const kind of Object.keys(KINDS) as Kind[]) tables[kind] = new Table();
    this.#tables = tables;
    this.#onCommit = onCommit;
  }

  /** Custom kinds get their table when they are first asked for. */
  #table<K extends Kind>(kind: K): Table<K> {
    return (this.#tables[kind] ?? (this.#tables[kind] = new Table<Kind>())) as unknown as Table<K>;
  }

  /** The revision of the last write. */
  get revision(): number {
    return this.#revision;
  }

  /** The revision that the next write will get. */
  get nextRevision(): number {
    return this.#revision + 1;
  }

  get<K extends Kind>(kind: K, key: string): Kinds[K] | undefined {
    const object = this.#table(kind).find(key)?.object;
    return object === undefined && kind === 'Event' ? (this.#shelf.get(key) as Kinds[K] | undefined) : object;
  }

  count(kind: Kind): number {
    const { size } = this.#table(kind).entries;
    return kind === 'Event' ? size + this.#shelf.size : size;
  }

  /** In order of creation; Events that were posted as objects first. */
  *values<K extends Kind>(kind: K): Generator<Kinds[K]> {
    for (const { object } of this.#table(kind).entries.values()) yield object!;
    if (kind === 'Event') yield* this.#shelf.values() as Generator<Kinds[K]>;
  }

  /** Commits a component's write of an Event; one without an Event to repeat, and not to create it, is none. */
  writeEvent(write: EventWrite, create: boolean, now: number): Shelved {
    const shelved = this.#shelf.write(write, create, now, this.#revision + 1);
    if (shelved !== 'missing') this.#revision++;
    return shelved;
  }

  /** Takes Events away that were created at or before a time, without a trace: their lease is over. */
  expireEvents(createdUntil: number): void {
    this.#shelf.expire(createdUntil);
    const { entries } = this.#table('Event');
    for (const { key, object } of entries.values()) {
      if (object!.metadata.creationTimestamp > createdUntil) return;
      this.#table('Event').remove(key);
    }
  }

  /**
   * Commits `object` as the new version of `key`. `object.metadata.resourceVersion` must be the next revision: the
   * writer has to build the version with it, so that the frozen object never changes again.
   */
  put<K extends Kind>(key: string, object: Kinds[K], now: number): Kinds[K] {
    const revision = ++this.#revision;
    assert(object.metadata.resourceVersion === revision, 'a version carries the revision it is committed at');
    const table = this.#table(object.kind) as unknown as Table<K>;
    const shelved = object.kind === 'Event' ? this.#takeOff(key) : undefined;
    const entry = table.find(key) ?? table.add(key);
    const previous = entry.object ?? (shelved as Kinds[K] | undefined);
    deepFreeze(object);
    entry.object = object;
    this.#onCommit(new Commit(now, entry.key, previous === undefined ? 'ADDED' : 'MODIFIED', object, previous));
    return object;
  }

  /** Removes a key. The last version, with the revision of its removal, is what watchers see as DELETED. */
  remove<K extends Kind>(key: string, last: Kinds[K], now: number): Kinds[K] {
    const revision = ++this.#revision;
    assert(last.metadata.resourceVersion === revision, 'a removal carries the revision it is committed at');
    const table = this.#table(last.kind) as unknown as Table<K>;
    const shelved = last.kind === 'Event' ? this.#takeOff(key) : undefined;
    const entry = table.find(key);
    const before = entry?.object ?? (shelved as Kinds[K] | undefined);
    assert(before !== undefined, 'only what exists is removed');
    table.remove(key);
    deepFreeze(last);
    this.#onCommit(new Commit(now, entry?.key ?? key, 'DELETED', last, before));
    return last;
  }

  /** A component's Event that a client writes to is an object like any other from then on. */
  #takeOff(key: string): Kinds['Event'] | undefined {
    const event = this.#shelf.get(key);
    if (event !== undefined) this.#shelf.remove(key);
    return event;
  }
}

import { assert } from '../../engine/assert.ts';
import { KINDS, type ApiObject, type Kind, type Kinds } from '../../api/kinds.ts';
import type { Change } from '../../api/change.ts';
import { eventOf, type EventWrite } from '../../api/event-note.ts';
import { deepFreeze } from '../../api/freeze.ts';
import { Compaction } from './compaction.ts';
import { DatabaseSize } from './database-size.ts';
import { EventLeases } from './event-leases.ts';
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

/** An Event as components write them. Model. */
const EVENT_BYTES = 700;

export interface StoreOptions {
  /** kube-apiserver's `--etcd-compaction-interval`; 0: nobody compacts. */
  readonly compactionIntervalMicros?: number | undefined;
  /** etcd's `--quota-backend-bytes`; Infinity: none. */
  readonly quotaBytes?: number | undefined;
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
  readonly leases = new EventLeases();
  readonly size: DatabaseSize;
  readonly #compaction: Compaction;
  readonly #onCommit: (commit: Commit) => void;

  constructor(onCommit: (commit: Commit) => void, options: StoreOptions = {}) {
    this.#compaction = new Compaction(options.compactionIntervalMicros);
    this.size = new DatabaseSize((kind) => this.count(kind as Kind), options.quotaBytes);
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

  /**
   * HOT. What etcd's clients do by the clock: intervals of compaction that ended up to now, each with the write of the key
   * on which the API servers agree who compacts. To be called before anything reads `nextRevision`.
   */
  advance(now: number): void {
    while (now >= this.#compaction.nextAt) {
      this.size.compacted(this.#compaction.nextAt);
      this.#compaction.intervalEnds(++this.#revision);
    }
  }

  /** Everything before this revision is forgotten: whoever asks for it is told that it is compacted. */
  get compactedRevision(): number {
    return this.#compaction.revision;
  }

  /** What etcd's own metrics say at a time. */
  figures(at: number) {
    this.advance(at);
    let keys = this.#shelf.size;
    for (const table of Object.values(this.#tables)) keys += table!.entries.size;
    const { size, leases } = this;
    return {
      keys,
      fileBytes: size.fileBytes(at),
      peakFileBytes: size.peakFileBytes,
      inUseBytes: size.inUseBytes(at),
      quotaBytes: size.quotaBytes,
      isFull: size.isFull,
      compactedRevision: this.#compaction.revision,
      leasesGranted: leases.granted,
      leasesRevoked: leases.revoked,
    };
  }

  /** `etcdctl compact`, up to what there is now. */
  compact(now: number): void {
    this.advance(now);
    this.#compaction.compactTo(this.#revision);
    for (let i = 0; i < 2; i++) this.size.compacted(now);
  }

  /** Commits a component's write of an Event; one without an Event to repeat, and not to create it, is none. */
  writeEvent(write: EventWrite, create: boolean, now: number): Shelved {
    this.advance(now);
    const shelved = this.#shelf.write(write, create, now, this.#revision + 1);
    if (shelved === 'missing') return shelved;
    this.#revision++;
    this.leases.attachNote(write.note, now);
    this.size.written('Event', EVENT_BYTES, shelved === 'created', now);
    return shelved;
  }

  /**
   * Takes away what is attached to leases that are over by now: each in one transaction.
   *
   * @param gone is told of each Event that goes, if it is given
   */
  revokeExpired(now: number, gone?: (event: Kinds['Event']) => void): void {
    this.advance(now);
    for (;;) {
      const expired = this.leases.takeExpired(now);
      if (expired === undefined) return;
      const { notes, keys } = expired;
      if (notes.length + keys.length > 0) this.#revision++;
      for (const note of notes) {
        gone?.(eventOf(note));
        this.#shelf.drop(note);
        this.size.removed('Event', now);
      }
      for (const key of keys) {
        gone?.(this.get('Event', key)!);
        this.#table('Event').remove(key);
        this.size.removed('Event', now);
      }
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
    this.size.written(object.kind, object, previous === undefined, now);
    if (object.kind === 'Event') this.leases.attachKey(entry.key, now);
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
    this.size.removed(last.kind, now);
    if (last.kind === 'Event') this.leases.detachKey(key);
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

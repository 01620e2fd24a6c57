import { assert } from '../../engine/assert.ts';
import type { CommittedHistory } from './history.ts';
import { NOBODY, type Entry, type MemberId, type Message } from './raft/message.ts';
import { Raft, type HardState, type RaftChange } from './raft/raft.ts';
import type { ConfirmedRead } from './raft/read-only.ts';
import type { WriteAheadLog } from './write-ahead-log.ts';

/** `--snapshot-catchup-entries`: what stays in the log for followers that lag. */
export const CATCH_UP_ENTRIES = 5_000;
/** The log is compacted every so many applied entries. */
const COMPACT_EVERY = 100;

/** What a process needs of its surroundings. Times in microseconds. */
export interface ProcessHost {
  readonly id: MemberId;
  readonly members: number;
  readonly electionTicks: number;
  readonly preVote: boolean;
  now(): number;
  below(n: number): number;
  /** How long entries up to `lastIndex` take to the disk. */
  fsync(lastIndex: number): number;
  applyTime(entry: Entry): number;
  backendSync(): number;
  /** Calls `saved`, `applied`, `databaseSaved` or `commitDatabase` after that time. */
  later(what: 'saved' | 'applied' | 'database-saved' | 'commit-database', micros: number): void;
  send(message: Message): void;
  changed(change: RaftChange): void;
  /** An entry is in this member's key space. */
  entryApplied(entry: Entry): void;
  readConfirmed(read: ConfirmedRead): void;
  /** A leader's snapshot has replaced the key space. */
  restored(): void;
}

/** `batchInterval` of etcd's backend. */
const BACKEND_INTERVAL_MICROS = 100_000;

/**
 * One life of a member's process: raft, its log, its disk and its key space. As in etcd, one loop takes what raft has
 * ready, saves it, and only then takes more: messages of a follower wait for the disk, a leader's go at once, and
 * whatever comes meanwhile shares the next sync.
 */
export class MemberProcess {
  readonly raft: Raft;
  readonly #host: ProcessHost;
  readonly #wal: WriteAheadLog;
  readonly #history: CommittedHistory;
  /** What is being saved. */
  #saving: { entries: readonly Entry[]; hardState: HardState; outbox: readonly Message[] } | undefined;
  #savedState: HardState;
  #applied: number;
  readonly #toApply: Entry[] = [];
  #applying: readonly Entry[] | undefined;
  /** Until then the database is locked by a commit. */
  #databaseBusyUntil = 0;
  #committingUpTo = 0;
  #databaseDirty = false;
  #lastDatabaseCommit: number;
  #compactedAt = 0;
  #advances = false;
  /** Proposals of others that came while no leader was known. */
  #held: Message[] = [];

  constructor(host: ProcessHost, wal: WriteAheadLog, history: CommittedHistory) {
    this.#host = host;
    this.#wal = wal;
    this.#history = history;
    const log = wal.read();
    this.#savedState = wal.hardState;
    this.#applied = log.handed;
    this.#lastDatabaseCommit = host.now();
    this.raft = new Raft(
      {
        id: host.id,
        members: host.members,
        electionTicks: host.electionTicks,
        preVote: host.preVote,
        below: (n) => host.below(n),
        onChange: (change) => host.changed(change),
      },
      wal.hardState,
      log,
    );
  }

  get appliedIndex(): number {
    return this.#applied;
  }

  /** The revision of this member's key space: what a serializable read sees. */
  get revision(): number {
    return this.#history.revisionAt(this.#applied);
  }

  get knowsLeader(): boolean {
    return this.raft.lead !== NOBODY;
  }

  /** Whether there is nothing that it is about to do. */
  get idle(): boolean {
    return this.#saving === undefined && this.#applying === undefined && this.#held.length === 0;
  }

  tick(): void {
    this.raft.tick();
    this.advance();
  }

  step(message: Message): void {
    if (message.type === 'MsgProp' && !this.knowsLeader) {
      this.#held.push(message);
      return;
    }
    this.raft.step(message);
    this.advance();
  }

  /** What others forwarded while no leader was known goes on to the one that is known now. */
  releaseHeld(): void {
    const held = this.#held;
    this.#held = [];
    for (const message of held) this.step(message);
  }

  /** Takes what raft has ready, if nothing is being saved. To be called after anything was given to raft. */
  advance(): void {
    // A read that is answered may begin the next one: the loop that is under way looks again.
    if (this.#advances) return;
    this.#advances = true;
    while (this.#saving === undefined && this.#takeReady());
    this.#advances = false;
  }

  saved(): void {
    const saving = this.#saving;
    assert(saving !== undefined, 'what was being saved is saved');
    this.#saving = undefined;
    this.#finishSave(saving.entries, saving.hardState, saving.outbox);
    this.advance();
  }

  applied(): void {
    const entries = this.#applying;
    assert(entries !== undefined, 'what was being applied is applied');
    this.#applying = undefined;
    for (const entry of entries) {
      this.#history.apply(entry);
      this.#applied = entry.index;
      this.#host.entryApplied(entry);
    }
    this.#markDirty();
    this.#compact();
    this.#applyNext();
    this.advance();
  }

  commitDatabase(): void {
    this.#databaseDirty = false;
    this.#committingUpTo = this.#applied;
    const takes = 2 * this.#host.backendSync();
    this.#databaseBusyUntil = this.#host.now() + takes;
    if (takes === 0) this.databaseSaved();
    else this.#host.later('database-saved', takes);
  }

  databaseSaved(): void {
    this.#lastDatabaseCommit = this.#host.now();
    this.#wal.saveDatabase(this.#committingUpTo);
  }

  /** One turn of the loop. False when there is nothing to do, or the disk is busy now. */
  #takeReady(): boolean {
    const { raft } = this;
    const { log } = raft;
    const { term, vote } = raft;
    const unstable = log.unstable();
    const stateChanged = term !== this.#savedState.term || vote !== this.#savedState.vote;
    if (log.base.index > this.#applied) this.#restore();
    const committed = log.handOver();
    const reads = raft.confirmedReads;
    raft.confirmedReads = [];
    const outbox = raft.outbox;
    const promises = raft.afterSave;
    if (
      unstable.length === 0 &&
      !stateChanged &&
      committed.length === 0 &&
      outbox.length === 0 &&
      promises.length === 0 &&
      reads.length === 0
    ) {
      return false;
    }
    raft.outbox = [];
    raft.afterSave = [];
    if (committed.length > 0) {
      for (const entry of committed) this.#toApply.push(entry);
      this.#applyNext();
    }
    for (const read of reads) this.#host.readConfirmed(read);
    const isLeader = raft.role === 'leader';
    if (isLeader) for (const message of outbox) this.#host.send(message);
    const after = isLeader ? promises : [...outbox, ...promises];
    const hardState = { term, vote };
    if (unstable.length === 0 && !stateChanged) {
      this.#finishSave(unstable, hardState, after);
      return true;
    }
    this.#saving = { entries: unstable, hardState, outbox: after };
    this.#host.later('saved', this.#host.fsync(log.lastIndex));
    return false;
  }

  #finishSave(entries: readonly Entry[], hardState: HardState, outbox: readonly Message[]): void {
    const { raft } = this;
    this.#savedState = hardState;
    this.#wal.save(entries, hardState, raft.log.committed);
    const own: Message[] = [];
    for (const message of outbox) {
      if (message.to === this.#host.id) own.push(message);
      else this.#host.send(message);
    }
    const last = entries[entries.length - 1];
    if (last !== undefined) raft.saved(last.index, last.term);
    for (const message of own) raft.step(message);
  }

  /** A snapshot took the place of the log. What was to be applied, or is being applied, is in it. */
  #restore(): void {
    const { base } = this.raft.log;
    this.#toApply.length = 0;
    if (this.#applying !== undefined) this.#applying = [];
    this.#applied = base.index;
    this.#compactedAt = base.index;
    this.#wal.restore(base);
    this.#host.restored();
  }

  #applyNext(): void {
    if (this.#applying !== undefined || this.#toApply.length === 0) return;
    this.#applying = this.#toApply.splice(0, this.#toApply.length);
    let takes = Math.max(0, this.#databaseBusyUntil - this.#host.now());
    for (const entry of this.#applying) takes += this.#host.applyTime(entry);
    this.#host.later('applied', takes);
  }

  #markDirty(): void {
    if (this.#databaseDirty) return;
    this.#databaseDirty = true;
    const due = this.#lastDatabaseCommit + BACKEND_INTERVAL_MICROS;
    const now = this.#host.now();
    const periods = due > now ? 0 : Math.ceil((now - due) / BACKEND_INTERVAL_MICROS);
    this.#host.later('commit-database', due + periods * BACKEND_INTERVAL_MICROS - now);
  }

  #compact(): void {
    if (this.#applied < this.#compactedAt + COMPACT_EVERY) return;
    this.#compactedAt = this.#applied;
    const upTo = Math.min(this.#applied - CATCH_UP_ENTRIES, this.#wal.applied);
    if (upTo <= this.raft.log.base.index) return;
    this.raft.log.compact(upTo);
    this.#wal.compact(upTo);
  }
}

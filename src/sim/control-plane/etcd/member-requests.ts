import type { EtcdError } from './errors.ts';
import { DROPPED, LEADER_CHANGED, TIMED_OUT, TIMED_OUT_LEADER_FAILURE, TOO_MANY_REQUESTS } from './errors.ts';
import type { Proposal } from './history.ts';
import type { MemberProcess } from './member-process.ts';
import { NOBODY, type Entry } from './raft/message.ts';

/** How far the applied index may lag behind the committed one before proposals are refused. */
const LARGEST_APPLY_GAP = 5_000;
/** After which a read whose index was not confirmed is asked for again. */
export const READ_INDEX_RETRY_MICROS = 500_000;

/** Undefined: it went well. */
export type Respond = (error: EtcdError | undefined) => void;

interface PendingWrite {
  readonly startedAt: number;
  readonly respond: Respond;
}

interface ReadBatch {
  readonly context: number;
  readonly startedAt: number;
  readonly readers: Respond[];
  /** Known once a quorum has confirmed it. */
  index: number | undefined;
}

/** What the serving half of a process needs. */
export interface RequestHost {
  now(): number;
  readonly requestTimeout: number;
  /** Two election timeouts: how long before an election a write must have begun to be lost with the old leader. */
  readonly leaderLossWindow: number;
  newReadContext(): number;
  /** Calls `writeTimedOut`, `readRetryDue` after that time. */
  later(what: 'write-timeout' | 'read-retry', micros: number, ref: unknown): void;
}

/** The clients' requests at one member: writes that wait to be applied here, and linearizable reads. */
export class MemberRequests {
  readonly #host: RequestHost;
  readonly #process: MemberProcess;
  readonly #pending = new Map<Proposal, PendingWrite>();
  /** Writes that came while no leader was known: they go when one is. */
  #waiting: Proposal[] = [];
  #nextReaders: Respond[] = [];
  #batch: ReadBatch | undefined;
  /** Confirmed reads that wait for their index to be applied. */
  #confirmed: ReadBatch[] = [];
  /** When this member itself was last elected. */
  #electedAt = -1;

  constructor(host: RequestHost, process: MemberProcess) {
    this.#host = host;
    this.#process = process;
  }

  write(proposal: Proposal, respond: Respond): void {
    const { raft, appliedIndex } = this.#process;
    if (raft.log.committed > appliedIndex + LARGEST_APPLY_GAP) {
      respond(TOO_MANY_REQUESTS);
      return;
    }
    this.#pending.set(proposal, { startedAt: this.#host.now(), respond });
    this.#host.later('write-timeout', this.#host.requestTimeout, proposal);
    this.#propose(proposal);
    this.#process.advance();
  }

  /** A linearizable read: answered when this member has applied all that was committed when the read began. */
  read(respond: Respond): void {
    this.#nextReaders.push(respond);
    if (this.#batch === undefined) this.#beginBatch();
  }

  entryApplied(entry: Entry): void {
    const proposal = entry.data as Proposal | undefined;
    const pending = proposal === undefined ? undefined : this.#pending.get(proposal);
    if (pending !== undefined) {
      this.#pending.delete(proposal!);
      pending.respond(undefined);
    }
    if (this.#confirmed.length > 0) this.#answerReads();
  }

  /** A snapshot brought the applied index forward: what it contains was applied elsewhere. */
  jumped(): void {
    this.#answerReads();
  }

  readConfirmed(context: number, index: number): void {
    const batch = this.#batch;
    if (batch === undefined || batch.context !== context) return;
    this.#batch = undefined;
    batch.index = index;
    this.#confirmed.push(batch);
    this.#answerReads();
    if (this.#nextReaders.length > 0) this.#beginBatch();
  }

  /** The leader this member knows is another one now, or it knows none. */
  leaderChanged(leader: number, self: number): void {
    if (leader === self) this.#electedAt = this.#host.now();
    const batch = this.#batch;
    if (batch !== undefined) {
      this.#batch = undefined;
      for (const respond of batch.readers) respond(LEADER_CHANGED);
    }
  }

  /** After raft has settled: what waited for a leader goes to it. */
  releaseWaiting(): void {
    if (this.#process.raft.lead === NOBODY) return;
    if (this.#waiting.length > 0) {
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const proposal of waiting) if (this.#pending.has(proposal)) this.#propose(proposal);
    }
    if (this.#batch === undefined && this.#nextReaders.length > 0) this.#beginBatch();
  }

  writeTimedOut(proposal: Proposal): void {
    const pending = this.#pending.get(proposal);
    if (pending === undefined) return;
    this.#pending.delete(proposal);
    // Only the member that was elected knows when: the others say no more than that it took too long.
    const lost = this.#electedAt - this.#host.leaderLossWindow;
    const byLeader = this.#electedAt >= 0 && pending.startedAt > lost && pending.startedAt < this.#electedAt;
    pending.respond(byLeader ? TIMED_OUT_LEADER_FAILURE : TIMED_OUT);
  }

  readRetryDue(context: number): void {
    const batch = this.#batch;
    if (batch === undefined || batch.context !== context) return;
    if (this.#host.now() >= batch.startedAt + this.#host.requestTimeout) {
      this.#batch = undefined;
      for (const respond of batch.readers) respond(TIMED_OUT);
      if (this.#nextReaders.length > 0) this.#beginBatch();
      return;
    }
    this.#process.raft.readIndex(context);
    this.#host.later('read-retry', READ_INDEX_RETRY_MICROS, context);
    this.#process.advance();
  }

  #propose(proposal: Proposal): void {
    const { raft } = this.#process;
    if (raft.lead === NOBODY) {
      this.#waiting.push(proposal);
      return;
    }
    if (raft.propose([proposal])) return;
    const pending = this.#pending.get(proposal)!;
    this.#pending.delete(proposal);
    pending.respond(DROPPED);
  }

  #beginBatch(): void {
    const context = this.#host.newReadContext();
    const readers = this.#nextReaders;
    this.#nextReaders = [];
    this.#batch = { context, startedAt: this.#host.now(), readers, index: undefined };
    this.#process.raft.readIndex(context);
    this.#host.later('read-retry', READ_INDEX_RETRY_MICROS, context);
    this.#process.advance();
  }

  #answerReads(): void {
    const { appliedIndex } = this.#process;
    const ready = this.#confirmed.filter((batch) => batch.index! <= appliedIndex);
    if (ready.length === 0) return;
    this.#confirmed = this.#confirmed.filter((batch) => batch.index! > appliedIndex);
    for (const batch of ready) for (const respond of batch.readers) respond(undefined);
  }
}

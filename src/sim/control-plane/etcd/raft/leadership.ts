import { NOBODY, type Entry, type MemberId, type Message } from './message.ts';
import { MOST_ENTRIES, Progress } from './progress.ts';
import type { RaftLog } from './raft-log.ts';
import { ReadOnly, type ConfirmedRead } from './read-only.ts';

/** What a leader needs of the member it is. */
export interface Leader {
  readonly id: MemberId;
  readonly members: number;
  readonly term: number;
  readonly log: RaftLog;
  send(message: Message): void;
  confirmRead(read: ConfirmedRead): void;
}

/** What exists only while a member leads: where the others are, reads that wait, and a hand-over under way. */
export class Leadership {
  readonly #leader: Leader;
  readonly #progress: Progress[] = [];
  readonly #reads = new ReadOnly();
  /** Reads that came before an entry of this term was committed: the commit index is not known to be the latest. */
  #earlyReads: { from: MemberId; context: number }[] = [];
  /** The index of the first entry of this term. */
  readonly #firstOfTerm: number;
  transferee: MemberId = NOBODY;

  /** `settled`: it has led for a while, everybody has everything, and no empty entry is due. */
  constructor(leader: Leader, settled: boolean) {
    this.#leader = leader;
    const { lastIndex, stable } = leader.log;
    for (let id = 0; id < leader.members; id++) this.#progress.push(new Progress(lastIndex + 1));
    this.#own.match = stable;
    this.#firstOfTerm = settled ? lastIndex : lastIndex + 1;
    if (!settled) this.append([undefined]);
    else for (const id of this.#others()) this.#assumeCaughtUp(this.#progress[id]!);
  }

  get quorum(): number {
    return Math.floor(this.#leader.members / 2) + 1;
  }

  get #own(): Progress {
    return this.#progress[this.#leader.id]!;
  }

  /** Whether a hand-over could take place at once. */
  isCaughtUp(id: MemberId): boolean {
    return this.#progress[id]!.match === this.#leader.log.lastIndex;
  }

  matchOf(id: MemberId): number {
    return this.#progress[id]!.match;
  }

  append(data: readonly unknown[]): void {
    const { log, term } = this.#leader;
    const entries = data.map((one, i): Entry => ({ term, index: log.lastIndex + 1 + i, data: one }));
    log.append(entries);
  }

  /** The leader's own entries up to `index` are on its disk: only then they count. */
  persisted(index: number): boolean {
    this.#own.acknowledged(index);
    return this.#tryCommit();
  }

  broadcastAppend(): void {
    for (const id of this.#others()) this.#sendAppend(id, true);
  }

  broadcastHeartbeat(context = this.#reads.lastContext): void {
    for (const id of this.#others()) {
      const commit = Math.min(this.#progress[id]!.match, this.#leader.log.committed);
      this.#send(id, { type: 'MsgHeartbeat', commit, context });
    }
  }

  /** CheckQuorum: whether a quorum was heard of since the last time this was asked. */
  quorumActive(): boolean {
    let active = 1;
    for (const id of this.#others()) {
      if (this.#progress[id]!.recentActive) active++;
      this.#progress[id]!.recentActive = false;
    }
    return active >= this.quorum;
  }

  read(context: number, from: MemberId): void {
    const { log, id } = this.#leader;
    if (log.committed < this.#firstOfTerm) {
      this.#earlyReads.push({ from, context });
      return;
    }
    this.#reads.add(context, log.committed, from, id);
    if (this.quorum === 1) for (const read of this.#reads.acknowledge(context, id, 1)) this.#leader.confirmRead(read);
    else this.broadcastHeartbeat(context);
  }

  appendAnswered({ from, index, reject, hint }: Message & { type: 'MsgAppResp' }): void {
    const progress = this.#progress[from]!;
    progress.recentActive = true;
    if (reject) {
      if (!progress.rejected(index, hint)) return;
      if (progress.state === 'replicate') progress.becomeProbe();
      this.#sendAppend(from, true);
      return;
    }
    const wasPaused = progress.paused;
    const news = progress.acknowledged(index);
    if (!news && !(progress.state === 'probe' && progress.match === index)) return;
    if (progress.state === 'probe') progress.becomeReplicate();
    else if (progress.state === 'replicate') progress.freeInFlightTo(index);
    else if (progress.match + 1 >= this.#leader.log.base.index + 1) progress.becomeReplicate();
    if (this.#tryCommit()) this.broadcastAppend();
    else if (wasPaused) this.#sendAppend(from, true);
    while (this.#sendAppend(from, false));
    if (from === this.transferee && this.isCaughtUp(from)) this.#send(from, { type: 'MsgTimeoutNow' });
  }

  heartbeatAnswered({ from, context }: Message & { type: 'MsgHeartbeatResp' }): void {
    const progress = this.#progress[from]!;
    progress.recentActive = true;
    progress.flowPaused = false;
    if (progress.match < this.#leader.log.lastIndex || progress.state === 'probe') this.#sendAppend(from, true);
    if (context === NOBODY) return;
    for (const read of this.#reads.acknowledge(context, from, this.quorum)) this.#leader.confirmRead(read);
  }

  /** The transport could not deliver: what was under way may be lost. */
  unreachable(id: MemberId): void {
    const progress = this.#progress[id]!;
    if (progress.state === 'replicate') progress.becomeProbe();
  }

  /** A snapshot arrived, or did not: entries after it may follow. */
  snapshotSent(id: MemberId, arrived: boolean): void {
    const progress = this.#progress[id]!;
    if (progress.state !== 'snapshot') return;
    if (!arrived) progress.pendingSnapshot = 0;
    progress.becomeProbe();
    progress.flowPaused = true;
  }

  transferTo(transferee: MemberId): void {
    if (transferee === this.#leader.id || transferee === this.transferee) return;
    this.transferee = transferee;
    if (this.isCaughtUp(transferee)) this.#send(transferee, { type: 'MsgTimeoutNow' });
    else this.#sendAppend(transferee, true);
  }

  #assumeCaughtUp(progress: Progress): void {
    progress.recentActive = true;
    progress.match = this.#leader.log.lastIndex;
    progress.becomeReplicate();
  }

  #others(): MemberId[] {
    return this.#progress.map((_, id) => id).filter((id) => id !== this.#leader.id);
  }

  #send(to: MemberId, body: LeadersMessage): void {
    this.#leader.send({ ...body, from: this.#leader.id, to, term: this.#leader.term });
  }

  /** False where nothing was sent: it is paused, or has everything and `empty` was not asked for. */
  #sendAppend(to: MemberId, empty: boolean): boolean {
    const { log } = this.#leader;
    const progress = this.#progress[to]!;
    if (progress.paused) return false;
    const index = progress.next - 1;
    const logTerm = log.termAt(index);
    if (logTerm === undefined) return this.#sendSnapshot(to, progress);
    const entries = log.after(index, MOST_ENTRIES);
    if (entries.length === 0 && !empty) return false;
    this.#send(to, { type: 'MsgApp', index, logTerm, entries, commit: log.committed });
    progress.sent(entries.length);
    return true;
  }

  /** The entries it needs are compacted away. Whoever was not heard of lately gets none. */
  #sendSnapshot(to: MemberId, progress: Progress): boolean {
    if (!progress.recentActive) return false;
    const { log } = this.#leader;
    const snapshot = { index: log.handed, term: log.termAt(log.handed)! };
    progress.becomeSnapshot(snapshot.index);
    this.#send(to, { type: 'MsgSnap', snapshot });
    return true;
  }

  /** An entry of this term that a quorum has on its disks is committed, and all before it. */
  #tryCommit(): boolean {
    const { log, term } = this.#leader;
    const matches = this.#progress.map((progress) => progress.match).sort((a, b) => b - a);
    const index = matches[this.quorum - 1]!;
    if (index <= log.committed || log.termAt(index) !== term) return false;
    log.commitTo(index);
    const early = this.#earlyReads;
    this.#earlyReads = [];
    for (const { from, context } of early) this.read(context, from);
    return true;
  }
}

type Body<T> = T extends Message ? Omit<T, 'from' | 'to' | 'term'> : never;
type LeadersMessage = Body<Extract<Message, { type: 'MsgApp' | 'MsgHeartbeat' | 'MsgSnap' | 'MsgTimeoutNow' }>>;

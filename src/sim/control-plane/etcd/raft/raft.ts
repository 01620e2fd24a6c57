import { Leadership } from './leadership.ts';
import { NOBODY, type MemberId, type Message } from './message.ts';
import type { RaftLog } from './raft-log.ts';
import type { ConfirmedRead } from './read-only.ts';

export type Role = 'follower' | 'pre-candidate' | 'candidate' | 'leader';

export interface RaftOptions {
  readonly id: MemberId;
  readonly members: number;
  /** Ticks without a leader's word after which a member at the earliest campaigns. A tick is a heartbeat interval. */
  readonly electionTicks: number;
  readonly preVote: boolean;
  /** A whole number of [0, n): the random part of the election timeout. */
  readonly below: (n: number) => number;
  /** What becomes of a member is told here. */
  readonly onChange: (change: RaftChange) => void;
}

export type RaftChange =
  | { readonly became: Role; readonly term: number }
  | { readonly leader: MemberId; readonly term: number }
  | { readonly steppedDown: true; readonly term: number };

/** What a member must have on its disk before it answers. */
export interface HardState {
  readonly term: number;
  readonly vote: MemberId;
}

/**
 * Raft as etcd has it: PreVote, CheckQuorum, leader leases on votes, leader transfer, ReadIndex. A state machine without
 * a clock: ticks, messages and proposals come in; `outbox` fills with what may be sent at once and `afterSave` with what
 * promises something and must wait for the disk. Whoever drives it empties both.
 */
export class Raft {
  readonly id: MemberId;
  readonly members: number;
  readonly log: RaftLog;
  term: number;
  vote: MemberId;
  lead: MemberId = NOBODY;
  role: Role = 'follower';
  outbox: Message[] = [];
  afterSave: Message[] = [];
  /** Reads of this member that it may answer once their index is applied. */
  confirmedReads: ConfirmedRead[] = [];

  readonly #options: RaftOptions;
  #electionElapsed = 0;
  #randomizedTimeout = 0;
  #votes = new Map<MemberId, boolean>();
  #leadership: Leadership | undefined;

  constructor(options: RaftOptions, state: HardState, log: RaftLog) {
    this.id = options.id;
    this.members = options.members;
    this.#options = options;
    this.log = log;
    this.term = state.term;
    this.vote = state.vote;
    this.#becomeFollower(state.term, NOBODY);
  }

  get leadership(): Leadership | undefined {
    return this.#leadership;
  }

  /** Ticks since a leader was heard of, or since the last check of the quorum. */
  get electionElapsed(): number {
    return this.#electionElapsed;
  }

  /** One heartbeat interval has passed. */
  tick(): void {
    this.#electionElapsed++;
    const leadership = this.#leadership;
    if (leadership === undefined) {
      if (this.#electionElapsed >= this.#randomizedTimeout) {
        this.#electionElapsed = 0;
        this.#campaign(this.#options.preVote ? 'pre' : 'real', false);
      }
      return;
    }
    if (this.#electionElapsed >= this.#options.electionTicks) {
      this.#electionElapsed = 0;
      if (!leadership.quorumActive()) {
        this.#options.onChange({ steppedDown: true, term: this.term });
        this.#becomeFollower(this.term, NOBODY);
        return;
      }
      leadership.transferee = NOBODY;
    }
    leadership.broadcastHeartbeat();
  }

  /** A restarted member that has heard of its peers does not wait the whole timeout (`InitialElectionTickAdvance`). */
  advanceTicks(ticks: number): void {
    for (let i = 0; i < ticks; i++) this.tick();
  }

  /** False where it is dropped: no leader is known, or it is handing over. A follower forwards, and forgets. */
  propose(data: readonly unknown[]): boolean {
    if (this.#leadership !== undefined) {
      if (this.#leadership.transferee !== NOBODY) return false;
      this.#leadership.append(data);
      this.#leadership.broadcastAppend();
      return true;
    }
    if (this.role !== 'follower' || this.lead === NOBODY) return false;
    this.#send({ type: 'MsgProp', from: this.id, to: this.lead, term: 0, data });
    return true;
  }

  /** Asks for the index that a linearizable read must wait for; the answer is in `confirmedReads`, or never comes. */
  readIndex(context: number, from: MemberId = this.id): void {
    if (this.#leadership !== undefined) this.#leadership.read(context, from);
    else if (this.lead !== NOBODY) {
      this.#send({ type: 'MsgReadIndex', from, to: this.lead, term: 0, context });
    }
  }

  transferLeader(transferee: MemberId): void {
    this.#leadership?.transferTo(transferee);
  }

  /** Entries up to this one are on the member's own disk. */
  saved(index: number, term: number): void {
    this.log.stableTo(index, term);
    if (this.#leadership?.persisted(this.log.stable) === true) this.#leadership.broadcastAppend();
  }

  step(message: Message): void {
    if (message.term > this.term) {
      if (message.type === 'MsgVote' || message.type === 'MsgPreVote') {
        const inLease = this.lead !== NOBODY && this.#electionElapsed < this.#options.electionTicks;
        if (inLease && !message.transfer) return;
      }
      this.#learnTerm(message);
    } else if (message.term !== 0 && message.term < this.term) {
      this.#answerTheLate(message);
      return;
    }
    switch (message.type) {
      case 'MsgVote':
      case 'MsgPreVote':
        this.#answerVote(message);
        break;
      case 'MsgVoteResp':
      case 'MsgPreVoteResp':
        this.#count(message);
        break;
      case 'MsgApp':
        this.#follow(message.from);
        this.#append(message);
        break;
      case 'MsgHeartbeat':
        this.#follow(message.from);
        this.log.commitTo(message.commit);
        this.#send({ ...this.#to(message.from), type: 'MsgHeartbeatResp', context: message.context });
        break;
      case 'MsgSnap':
        this.#follow(message.from);
        this.#restore(message);
        break;
      case 'MsgTimeoutNow':
        if (this.role === 'follower') this.#campaign('real', true);
        break;
      case 'MsgProp':
        // Dropped without a word where there is no leader: whoever proposed waits for its own timeout.
        this.propose(message.data);
        break;
      case 'MsgReadIndex':
        this.readIndex(message.context, message.from);
        break;
      case 'MsgReadIndexResp':
        this.confirmedReads.push({ context: message.context, index: message.index, from: this.id });
        break;
      case 'MsgTransferLeader':
        this.transferLeader(message.transferee);
        break;
      case 'MsgAppResp':
        this.#leadership?.appendAnswered(message);
        break;
      case 'MsgHeartbeatResp':
        this.#leadership?.heartbeatAnswered(message);
        break;
    }
  }

  /**
   * Puts a member of a cluster in order where it would be: the leader, or a follower that heard of it so many ticks ago.
   */
  settle(term: number, lead: MemberId, elapsed: number): void {
    this.term = term;
    this.vote = lead;
    if (lead === this.id) this.#becomeLeader(true);
    else this.#becomeFollower(term, lead);
    this.#electionElapsed = elapsed;
    this.outbox = [];
    this.afterSave = [];
  }

  #learnTerm(message: Message): void {
    if (message.type === 'MsgPreVote') return;
    if (message.type === 'MsgPreVoteResp' && !message.reject) return;
    const leads = message.type === 'MsgApp' || message.type === 'MsgHeartbeat' || message.type === 'MsgSnap';
    this.#becomeFollower(message.term, leads ? message.from : NOBODY);
  }

  /** A leader of an old term must learn that it is none, and a pre-candidate that it is behind. */
  #answerTheLate(message: Message): void {
    if (message.type === 'MsgHeartbeat' || message.type === 'MsgApp') {
      this.#promise({ ...this.#to(message.from), type: 'MsgAppResp', index: 0, reject: false, hint: 0 });
    } else if (message.type === 'MsgPreVote') {
      this.#promise({ ...this.#to(message.from), type: 'MsgPreVoteResp', reject: true });
    }
  }

  #answerVote(message: Message & { type: 'MsgVote' | 'MsgPreVote' }): void {
    const { type, from, term } = message;
    const free =
      this.vote === from ||
      (this.vote === NOBODY && this.lead === NOBODY) ||
      (type === 'MsgPreVote' && term > this.term);
    const granted = free && this.log.isUpToDate(message.index, message.logTerm);
    if (granted && type === 'MsgVote') {
      this.#electionElapsed = 0;
      this.vote = from;
    }
    const answer = type === 'MsgVote' ? 'MsgVoteResp' : 'MsgPreVoteResp';
    this.#promise({ type: answer, from: this.id, to: from, term: granted ? term : this.term, reject: !granted });
  }

  #count({ type, from, reject }: Message & { type: 'MsgVoteResp' | 'MsgPreVoteResp' }): void {
    if (this.role !== (type === 'MsgVoteResp' ? 'candidate' : 'pre-candidate')) return;
    if (!this.#votes.has(from)) this.#votes.set(from, !reject);
    const quorum = Math.floor(this.members / 2) + 1;
    let granted = 0;
    for (const one of this.#votes.values()) if (one) granted++;
    if (granted >= quorum) {
      if (this.role === 'pre-candidate') this.#campaign('real', false);
      else {
        this.#becomeLeader(false);
        this.#leadership!.broadcastAppend();
      }
    } else if (this.#votes.size - granted >= quorum) this.#becomeFollower(this.term, NOBODY);
  }

  #campaign(kind: 'pre' | 'real', transfer: boolean): void {
    if (this.role === 'leader') return;
    if (kind === 'pre') {
      // A pre-candidate keeps its term, its vote and its timer: a member cut off disturbs nobody when it comes back.
      this.role = 'pre-candidate';
      this.#votes = new Map();
      this.#setLead(NOBODY);
      this.#options.onChange({ became: 'pre-candidate', term: this.term });
    } else {
      this.#reset(this.term + 1);
      this.role = 'candidate';
      this.vote = this.id;
      this.#options.onChange({ became: 'candidate', term: this.term });
    }
    const term = kind === 'pre' ? this.term + 1 : this.term;
    const answer = kind === 'pre' ? 'MsgPreVoteResp' : 'MsgVoteResp';
    this.#promise({ type: answer, from: this.id, to: this.id, term, reject: false });
    const { lastIndex: index, lastTerm: logTerm } = this.log;
    for (let to = 0; to < this.members; to++) {
      if (to === this.id) continue;
      const type = kind === 'pre' ? 'MsgPreVote' : 'MsgVote';
      this.#send({ type, from: this.id, to, term, index, logTerm, transfer });
    }
  }

  /** A leader's word arrived. */
  #follow(leader: MemberId): void {
    if (this.role !== 'follower') this.#becomeFollower(this.term, leader);
    this.#electionElapsed = 0;
    this.#setLead(leader);
  }

  #append({ from, index, logTerm, entries, commit }: Message & { type: 'MsgApp' }): void {
    const { log } = this;
    const answer = { ...this.#to(from), type: 'MsgAppResp', reject: false, hint: 0 } as const;
    if (index < log.committed) {
      this.#promise({ ...answer, index: log.committed });
      return;
    }
    const last = log.tryAppend(index, logTerm, entries);
    if (last === undefined) {
      this.#promise({ ...answer, index, reject: true, hint: Math.min(index, log.lastIndex) });
      return;
    }
    log.commitTo(Math.min(commit, last));
    this.#promise({ ...answer, index: last });
  }

  #restore({ from, snapshot }: Message & { type: 'MsgSnap' }): void {
    const { log } = this;
    const known = snapshot.index <= log.committed;
    if (!known && log.termAt(snapshot.index) === snapshot.term) log.commitTo(snapshot.index);
    else if (!known) log.restore(snapshot);
    this.#promise({ ...this.#to(from), type: 'MsgAppResp', index: log.committed, reject: false, hint: 0 });
  }

  #becomeFollower(term: number, lead: MemberId): void {
    this.#reset(term);
    this.role = 'follower';
    this.#options.onChange({ became: 'follower', term });
    if (lead !== NOBODY) this.#setLead(lead);
  }

  #becomeLeader(settled: boolean): void {
    this.#reset(this.term);
    this.role = 'leader';
    const members = this.members;
    const confirmRead = (read: ConfirmedRead) => this.#confirmRead(read);
    const { id, term, log } = this;
    const send = (message: Message) => this.#send(message);
    this.#leadership = new Leadership({ id, members, term, log, send, confirmRead }, settled);
    this.#options.onChange({ became: 'leader', term });
    this.#setLead(id);
  }

  #confirmRead({ context, index, from }: ConfirmedRead): void {
    if (from === this.id) this.confirmedReads.push({ context, index, from });
    else this.#send({ ...this.#to(from), type: 'MsgReadIndexResp', index, context });
  }

  #reset(term: number): void {
    if (term !== this.term) {
      this.term = term;
      this.vote = NOBODY;
    }
    this.#setLead(NOBODY);
    this.#electionElapsed = 0;
    this.#randomizedTimeout = this.#options.electionTicks + this.#options.below(this.#options.electionTicks);
    this.#votes = new Map();
    this.#leadership = undefined;
  }

  #setLead(lead: MemberId): void {
    if (lead === this.lead) return;
    this.lead = lead;
    this.#options.onChange({ leader: lead, term: this.term });
  }

  #to(to: MemberId): { from: MemberId; to: MemberId; term: number } {
    return { from: this.id, to, term: this.term };
  }

  #send(message: Message): void {
    this.outbox.push(message);
  }

  #promise(message: Message): void {
    this.afterSave.push(message);
  }
}

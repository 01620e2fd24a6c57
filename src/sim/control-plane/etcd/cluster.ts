import type { Engine, EventKind } from '../../engine/engine.ts';
import { assert } from '../../engine/assert.ts';
import { sampler, type Sampler } from '../../engine/samplers.ts';
import type { Stream } from '../../engine/streams.ts';
import { DiskDraws } from './draws.ts';
import { CommittedHistory, type Proposal } from './history.ts';
import { Member, type EtcdRequest } from './member.ts';
import { MemberProcess, type ProcessHost } from './member-process.ts';
import { MemberRequests } from './member-requests.ts';
import { WriteAheadLog } from './write-ahead-log.ts';
import { requestTimeoutOf, type EtcdOptions } from './options.ts';
import { PeerMesh } from './peer-mesh.ts';
import { NOBODY, type MemberId, type Message } from './raft/message.ts';
import type { RaftChange } from './raft/raft.ts';

/** What happens to members, told as it happens: to clients, whose connections end, and to whoever looks on. */
export interface ClusterObserver {
  readonly raftChanged?: (member: MemberId, change: RaftChange) => void;
  /** The process is gone, and its connections with it. */
  readonly ended?: (member: MemberId) => void;
  /** It takes no new requests, and finishes those it has. */
  readonly stopsServing?: (member: MemberId) => void;
  readonly serves?: (member: MemberId) => void;
  readonly frozen?: (member: MemberId) => void;
}

/** How often a hand-over is looked at until it is done is the heartbeat interval; then peers' connections get this long to close. */
const PEER_SHUTDOWN_MICROS = 1_000_000;
/** How often a starting member looks for its peers before it advances its election clock. */
const PEER_CHECK_MICROS = 50_000;
const PEER_CHECKS = 100;

/** What is done `later` for a member: each is an event of its own kind. */
type MemberEvent = keyof ReturnType<EtcdCluster['handlers']>;

/**
 * Members of etcd, message by message: every tick, message, sync and time-out is an event of the engine. What a frozen
 * process would do waits; what a dead one would do never happens.
 */
export class EtcdCluster {
  readonly options: EtcdOptions;
  history = new CommittedHistory();
  readonly members: readonly Member[];
  readonly mesh: PeerMesh;
  readonly #engine: Engine;
  readonly #observers: ClusterObserver[] = [];
  readonly #kinds: { readonly [E in MemberEvent]: EventKind };
  readonly #fsync: Sampler[];
  readonly #backendSync: Sampler[];
  /** Each member's work takes so many times as long. */
  readonly #slowness: number[];
  readonly #apply: Sampler;
  readonly #start: Sampler;
  readonly #shutdown: Sampler;
  readonly #disk: DiskDraws;
  readonly #election: Stream;
  readonly #process: Stream;
  #readContexts = 0;
  #appliedWatcher: ((member: MemberId, index: number) => void) | undefined;

  constructor(engine: Engine, options: EtcdOptions) {
    this.#engine = engine;
    this.options = options;
    const members: Member[] = [];
    for (let id = 0; id < options.members; id++) members.push(new Member(id));
    this.members = members;
    this.#fsync = members.map(() => sampler(options.fsync));
    this.#backendSync = members.map(() => sampler(options.backendSync));
    this.#slowness = members.map(() => 1);
    this.#apply = sampler(options.apply);
    this.#start = sampler(options.start);
    this.#shutdown = sampler(options.shutdown);
    this.#disk = new DiskDraws(engine.keyed('etcd/disk'));
    this.#election = engine.stream('etcd/election-timeout');
    this.#process = engine.stream('etcd/process');
    this.#kinds = this.#register();
    this.mesh = new PeerMesh(engine, options, members, (message, at) => {
      const to = this.members[message.to]!;
      engine.at(at, this.#kinds.message, to.id, to.generation, message);
    });
  }

  /** Tells `watcher`, in place of the one before, of every entry that any member applies. */
  watchApplied(watcher: (member: MemberId, index: number) => void): void {
    this.#appliedWatcher = watcher;
  }

  observe(observer: ClusterObserver): void {
    this.#observers.push(observer);
  }

  /** Starts every member's process at once: a new cluster. */
  startAll(): void {
    for (const { id } of this.members) this.start(id);
  }

  /**
   * A cluster that has been in order for a while: all members serve, `leader` leads in `term`, and everybody has applied
   * entries up to `index`.
   */
  settle(leader: MemberId, term: number, index: number): void {
    this.history = new CommittedHistory();
    this.history.startAt(index);
    this.mesh.reset();
    for (const member of this.members) {
      assert(member.state === 'down', 'only a cluster at rest is settled');
      member.wal = new WriteAheadLog();
      member.generation++;
      member.tickPhase = this.#election.below(this.options.heartbeatInterval);
      if (index > 0) member.wal.restore({ index, term });
      member.wal.save([], { term, vote: leader }, index);
      this.#createProcess(member);
      member.process!.raft.settle(term, leader, 0);
      member.state = 'running';
      member.serving = true;
      member.leaderNews = false;
    }
  }

  /** Nothing more happens, and nobody is told: the cluster is in order, and looked at closely no longer. */
  rest(): void {
    for (const member of this.members) {
      assert(!member.frozen, 'a cluster at rest is in order');
      member.state = 'down';
      member.serving = false;
      member.generation++;
      member.process = undefined;
      member.requests = undefined;
    }
  }

  /** Everybody runs, hears everybody, knows the same leader and has applied all that is committed. */
  get inOrder(): boolean {
    const { leader } = this;
    if (leader === NOBODY || this.mesh.anyCut) return false;
    const { raft } = this.members[leader]!.process!;
    return this.members.every(
      ({ state, frozen, process }) =>
        state === 'running' &&
        !frozen &&
        process!.idle &&
        process!.raft.lead === leader &&
        process!.raft.term === raft.term &&
        process!.appliedIndex === raft.log.lastIndex,
    );
  }

  /** The member that leads in the highest term, as far as it knows itself; NOBODY while there is none. */
  get leader(): MemberId {
    let best = NOBODY;
    for (const { id, process } of this.members) {
      if (process?.raft.role !== 'leader') continue;
      if (best === NOBODY || process.raft.term > this.members[best]!.process!.raft.term) best = id;
    }
    return best;
  }

  /** The process starts. Nothing happens where there is one. */
  start(id: MemberId): void {
    const member = this.members[id]!;
    if (member.state !== 'down') return;
    member.state = 'starting';
    member.generation++;
    this.#later(member, 'started', this.#start(this.#process));
  }

  /** The same, once a process that is ending has ended. */
  startWhenDown(id: MemberId): void {
    const member = this.members[id]!;
    if (member.state === 'down') this.start(id);
    else if (member.state === 'stopping') member.startsAgain = true;
  }

  /** SIGKILL, or the loss of the machine: the disk remains. */
  kill(id: MemberId): void {
    const member = this.members[id]!;
    if (member.state === 'down') return;
    member.state = 'down';
    member.generation++;
    member.serving = false;
    member.frozen = false;
    member.suspended.length = 0;
    member.process = undefined;
    member.requests = undefined;
    this.mesh.disconnect(id);
    for (const { process } of this.members) process?.raft.leadership?.snapshotSent(id, false);
    for (const observer of this.#observers) observer.ended?.(id);
    if (!member.startsAgain) return;
    member.startsAgain = false;
    this.start(id);
  }

  /** SIGSTOP: what reaches it waits in the kernel. */
  freeze(id: MemberId): void {
    const member = this.members[id]!;
    if (member.state === 'down' || member.frozen) return;
    member.frozen = true;
    for (const observer of this.#observers) observer.frozen?.(id);
  }

  /**
   * SIGCONT. What waited in the kernel happens in order, but for proposals: they take a way of their own through the
   * process, so some are looked at only after the messages that tell it that it leads no more, and go to the new leader.
   */
  thaw(id: MemberId): void {
    const member = this.members[id]!;
    if (!member.frozen) return;
    member.frozen = false;
    const { generation } = member;
    const late: (() => void)[] = [];
    for (const { proposes, happen } of member.suspended.splice(0, member.suspended.length)) {
      if (member.generation !== generation) return;
      if (proposes && this.#process.next() < 0.5) late.push(happen);
      else happen();
    }
    for (const happen of late) if (member.generation === generation) happen();
  }

  /** SIGTERM: a leader hands over first, then connections get a second to close. */
  terminate(id: MemberId): void {
    const member = this.members[id]!;
    if (member.state !== 'running') return this.kill(id);
    member.state = 'stopping';
    this.#later(member, 'hand-over', this.#shutdown(this.#process));
  }

  /** MoveLeader. Nothing happens where `from` does not lead. */
  moveLeader(from: MemberId, to: MemberId): void {
    const member = this.members[from]!;
    member.process?.raft.transferLeader(to);
    member.process?.advance();
  }

  /** A disk that is slower or faster from now on. */
  setDisk(id: MemberId, fsync: EtcdOptions['fsync'], backendSync: EtcdOptions['backendSync']): void {
    this.#fsync[id] = sampler(fsync);
    this.#backendSync[id] = sampler(backendSync);
  }

  /** A member that has too little of its machine: its syncs and what it applies take so many times as long from now on. */
  slowDown(id: MemberId, factor: number): void {
    this.#slowness[id] = factor;
  }

  /** A client's request is under way to a member, on a connection to its present process. */
  arrive(id: MemberId, request: EtcdRequest, micros: number): void {
    this.#later(this.members[id]!, 'request', micros, request);
  }

  /** A client's request has reached a member's process. */
  request(id: MemberId, { kind, proposal, respond }: EtcdRequest): void {
    const member = this.members[id]!;
    const { requests } = member;
    if (requests === undefined) return;
    if (kind === 'write') requests.write(proposal!, respond);
    else if (kind === 'read') requests.read(respond);
    else respond(undefined);
    this.#afterwards(member);
  }

  handlers() {
    return {
      applied: (member: Member) => member.process!.applied(),
      'commit-database': (member: Member) => member.process!.commitDatabase(),
      'database-saved': (member: Member) => member.process!.databaseSaved(),
      'hand-over': (member: Member) => this.#handOver(member),
      'hand-over-looked-at': (member: Member, ref: unknown) => this.#lookAtHandOver(member, ref as number),
      message: (member: Member, ref: unknown) => member.process?.step(ref as Message),
      'peers-looked-for': (member: Member, ref: unknown) => this.#lookForPeers(member, ref as number),
      'process-ended': (member: Member) => this.kill(member.id),
      'read-retry': (member: Member, ref: unknown) => member.requests!.readRetryDue(ref as number),
      request: (member: Member, ref: unknown) => this.request(member.id, ref as EtcdRequest),
      saved: (member: Member) => member.process!.saved(),
      started: (member: Member) => this.#started(member),
      tick: (member: Member) => this.#tick(member),
      'write-timeout': (member: Member, ref: unknown) => member.requests!.writeTimedOut(ref as Proposal),
    };
  }

  /** All of it is background: whoever waits for an answer has an event of its own. */
  #register(): { readonly [E in MemberEvent]: EventKind } {
    const kinds: Partial<Record<MemberEvent, EventKind>> = {};
    const handlers = this.handlers();
    for (const name of Object.keys(handlers) as MemberEvent[]) {
      const handle: (member: Member, ref: unknown) => void = handlers[name];
      const kind = this.#engine.on(
        `etcd/${name}`,
        (id, generation, ref) => {
          const member = this.members[id]!;
          if (member.generation !== generation) return;
          if (!member.frozen) this.#happen(member, handle, ref);
          else {
            const happen = (): void => this.#happen(member, handle, ref);
            member.suspended.push({ proposes: proposes(name, ref), happen });
          }
        },
        { background: true },
      );
      kinds[name] = kind;
    }
    return kinds as { readonly [E in MemberEvent]: EventKind };
  }

  #happen(member: Member, handle: (member: Member, ref: unknown) => void, ref: unknown): void {
    handle(member, ref);
    this.#afterwards(member);
  }

  /** Requests that wait for a leader are looked at when raft has come to rest. */
  #afterwards(member: Member): void {
    if (!member.leaderNews) return;
    member.leaderNews = false;
    const lead = member.process?.raft.lead ?? NOBODY;
    if (lead === NOBODY) return;
    member.process!.releaseHeld();
    member.requests!.releaseWaiting();
    member.process!.advance();
    if (member.state === 'starting') this.#publish(member);
  }

  #later(member: Member, event: MemberEvent, micros: number, ref?: unknown): void {
    this.#engine.after(micros, this.#kinds[event], member.id, member.generation, ref);
  }

  #started(member: Member): void {
    member.tickPhase = this.#engine.now % this.options.heartbeatInterval;
    this.#createProcess(member);
    this.mesh.connect(member.id);
    if (this.options.members > 1) this.#later(member, 'peers-looked-for', PEER_CHECK_MICROS, PEER_CHECKS);
    else member.process!.raft.advanceTicks(this.#electionTicks - 1);
    member.process!.advance();
  }

  get #electionTicks(): number {
    return Math.max(1, Math.floor(this.options.electionTimeout / this.options.heartbeatInterval));
  }

  #createProcess(member: Member): void {
    const process = new MemberProcess(this.#processHost(member), member.wal, this.history);
    member.process = process;
    member.requests = new MemberRequests(
      {
        now: () => this.#engine.now,
        requestTimeout: requestTimeoutOf(this.options),
        leaderLossWindow: 2 * this.options.electionTimeout,
        newReadContext: () => ++this.#readContexts,
        later: (what, micros, ref) => this.#later(member, what, micros, ref),
      },
      process,
    );
    const { heartbeatInterval } = this.options;
    const sincePhase = (this.#engine.now + heartbeatInterval - member.tickPhase) % heartbeatInterval;
    this.#later(member, 'tick', heartbeatInterval - sincePhase);
  }

  #processHost(member: Member): ProcessHost {
    const { id } = member;
    const draws = this.#disk;
    const work = (micros: number): number => Math.round(micros * this.#slowness[id]!);
    return {
      id,
      members: this.options.members,
      electionTicks: this.#electionTicks,
      preVote: this.options.preVote,
      now: () => this.#engine.now,
      below: (n) => this.#election.below(n),
      fsync: (lastIndex) => work(this.#fsync[id]!(draws.fsync(lastIndex, id))),
      applyTime: (entry) => work(this.#apply(draws.apply(entry.index, id))),
      backendSync: () => work(this.#backendSync[id]!(draws.backendSync(this.history.lastIndex, id))),
      later: (what, micros) => this.#later(member, what, micros),
      send: (message) => {
        if (this.mesh.send(message) || message.type !== 'MsgApp') return;
        member.process?.raft.leadership?.unreachable(message.to);
      },
      changed: (change) => this.#changed(member, change),
      entryApplied: (entry) => {
        member.requests!.entryApplied(entry);
        this.#appliedWatcher?.(id, entry.index);
      },
      readConfirmed: ({ context, index }) => member.requests!.readConfirmed(context, index),
      restored: () => member.requests!.jumped(),
    };
  }

  #changed(member: Member, change: RaftChange): void {
    if ('leader' in change) {
      member.leaderNews = true;
      if (change.leader !== NOBODY) member.requests?.leaderChanged(change.leader, member.id);
    }
    for (const observer of this.#observers) observer.raftChanged?.(member.id, change);
  }

  /** A tick comes every heartbeat interval; ticks that a frozen process missed do not come later. */
  #tick(member: Member): void {
    const { heartbeatInterval } = this.options;
    const sincePhase = (this.#engine.now + heartbeatInterval - member.tickPhase) % heartbeatInterval;
    this.#later(member, 'tick', heartbeatInterval - sincePhase);
    member.process!.tick();
  }

  /** With more than one peer in reach, a restarted member waits two ticks less than its timeout. */
  #lookForPeers(member: Member, left: number): void {
    if (this.mesh.reachableFrom(member.id) > 1) {
      member.process!.raft.advanceTicks(Math.max(0, this.#electionTicks - 2));
      member.process!.advance();
    } else if (left > 1) this.#later(member, 'peers-looked-for', PEER_CHECK_MICROS, left - 1);
  }

  /** A member that starts serves clients when its own name has gone through raft. */
  #publish(member: Member): void {
    const { generation } = member;
    const published = (): void => {
      if (member.generation !== generation || member.state !== 'starting') return;
      member.state = 'running';
      member.serving = true;
      for (const observer of this.#observers) observer.serves?.(member.id);
    };
    member.requests!.write({ effect: () => false }, (error) => {
      if (error === undefined) published();
      else member.leaderNews = true;
    });
  }

  #handOver(member: Member): void {
    member.serving = false;
    for (const observer of this.#observers) observer.stopsServing?.(member.id);
    const { raft } = member.process!;
    const transferee = raft.role === 'leader' ? this.#longestConnected(member.id) : NOBODY;
    if (transferee === NOBODY) {
      this.#later(member, 'process-ended', PEER_SHUTDOWN_MICROS);
      return;
    }
    this.moveLeader(member.id, transferee);
    const looks = Math.ceil(requestTimeoutOf(this.options) / this.options.heartbeatInterval);
    this.#later(member, 'hand-over-looked-at', this.options.heartbeatInterval, looks);
  }

  #lookAtHandOver(member: Member, left: number): void {
    const { lead } = member.process!.raft;
    const done = lead !== NOBODY && lead !== member.id;
    if (done || left <= 1) this.#later(member, 'process-ended', PEER_SHUTDOWN_MICROS);
    else this.#later(member, 'hand-over-looked-at', this.options.heartbeatInterval, left - 1);
  }

  #longestConnected(id: MemberId): MemberId {
    for (const other of this.members) {
      if (other.id !== id && this.mesh.isConnected(id, other.id) && other.process !== undefined) return other.id;
    }
    return NOBODY;
  }
}

/** Whether an event is a proposal: a client's write, or one that another member forwards. */
function proposes(event: MemberEvent, ref: unknown): boolean {
  return event === 'request' || (event === 'message' && (ref as Message).type === 'MsgProp');
}

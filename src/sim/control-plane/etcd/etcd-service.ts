import type { Engine, EventKind } from '../../engine/engine.ts';
import { sampler, type Distribution, type Sampler } from '../../engine/samplers.ts';
import type { Stream } from '../../engine/streams.ts';
import { assert } from '../../engine/assert.ts';
import type { EtcdFault, EtcdMemberName } from '../../scenario/faults.ts';
import type { EtcdSpec } from '../../scenario/cluster.ts';
import type { Parameters } from '../../scenario/parameters.ts';
import type { Network } from '../network/network.ts';
import { EtcdCluster } from './cluster.ts';
import { DiskDraws, PeerDraws } from './draws.ts';
import type { EtcdError } from './errors.ts';
import { EtcdClients, nameOf, type EtcdClient } from './etcd-client.ts';
import { EtcdFaults } from './etcd-faults.ts';
import type { MemberLinks } from './member-links.ts';
import type { Proposal } from './history.ts';
import type { EtcdOptions } from './options.ts';
import { QuorumCommit } from './quorum-commit.ts';
import { NOBODY, type MemberId } from './raft/message.ts';

/** One member, as long as nobody asks for more. */
export const ONE_MEMBER: EtcdSpec = {
  members: 1,
  heartbeatInterval: 100_000,
  electionTimeout: 1_000_000,
  preVote: true,
};

/** kube-apiserver's connections to etcd: asked for a sign of life after 30 s, given up 10 s later. */
const KEEPALIVE = { time: 30_000_000, timeout: 10_000_000 };
/** How long everything must have been in order until it is not looked at message by message any more. */
const CALM_MICROS = 2_000_000;
const NOTHING: Distribution = { kind: 'constant', value: 0 };
const LOCAL: Distribution = { kind: 'constant', value: 0 };

/**
 * etcd as the API server sees it. While the cluster is in order a write is one duration, computed; from a fault until
 * everything has been in order again for a while, members are simulated message by message and every request goes
 * through a client with its connections (docs/decisions: quiet things are not simulated one by one).
 */
export class EtcdService {
  readonly #engine: Engine;
  readonly #options: EtcdOptions;
  readonly #commitAlone: Sampler;
  readonly #commitStream: Stream;
  /** Absent: one member alone. */
  readonly #quorum: QuorumCommit | undefined;
  #calmKind: EventKind | undefined;
  #writes = 0;
  #inTrouble = false;
  #leader: number;
  #term = 1;
  #calmSince = 0;
  #cluster: EtcdCluster | undefined;
  /** Of each API server, by its number. */
  #clients: EtcdClient[] = [];
  readonly #servers: number;
  readonly #network: Network;
  #faults: EtcdFaults | undefined;
  /** Frozen members whose connections nobody has given up yet. */
  readonly #silent = new Set<MemberId>();
  /** Is told when a member is elected, while in trouble. */
  onElected: (() => void) | undefined;
  /**
   * Is told when the API servers' own watches stand still, and when they go on. Recorded: with any of the members that an
   * API server is connected to, leader or not, until that connection is given up (kubernetes-behaviour.md 2.1).
   */
  onWatches: ((stall: boolean) => void) | undefined;
  /** Is told when the watch of an API server, by its number, brings nothing any more, and when it does again. */
  onWatch: ((server: number, flows: boolean) => void) | undefined;
  /** Is told when it is no longer sure to answer. */
  onTrouble: (() => void) | undefined;
  /** Is told what each transaction takes, in microseconds. */
  observer: ((micros: number) => void) | undefined;

  /** @param servers how many API servers ask it, each with connections of its own over `network` */
  constructor(engine: Engine, parameters: Parameters, spec: EtcdSpec, network: Network, servers: number) {
    const { members } = spec;
    assert([1, 3, 5, 7].includes(members), 'a cluster has 1, 3, 5 or 7 members');
    this.#engine = engine;
    this.#network = network;
    this.#servers = servers;
    this.#options = {
      ...spec,
      peer: parameters.etcd.peer,
      fsync: parameters.etcd.commit,
      apply: NOTHING,
      backendSync: NOTHING,
      start: parameters.etcd.start,
      snapshot: { kind: 'constant', value: 500_000 },
      shutdown: { kind: 'constant', value: 10_000 },
      retransmission: { kind: 'constant', value: 204_000 },
    };
    this.#commitAlone = sampler(parameters.etcd.commit);
    this.#commitStream = engine.stream('etcd/commit');
    this.#leader = members === 1 ? 0 : engine.stream('etcd/first-leader').below(members);
    if (members > 1) {
      const disk = new DiskDraws(engine.keyed('etcd/disk'));
      this.#quorum = new QuorumCommit(this.#options, disk, new PeerDraws(engine.keyed('etcd/peer')));
    }
  }

  /** Whether requests must go through `write` and `read`: their time cannot be computed. */
  get inTrouble(): boolean {
    return this.#inTrouble;
  }

  /** Whether an API server's own watches, by its number, stand still: its caches are as old as that. */
  watchesStall(server: number): boolean {
    return this.#silent.size > 0 || this.#clients[server]?.watchFlows === false;
  }

  /** Whether some member leads. */
  get hasLeader(): boolean {
    return !this.#inTrouble || this.#cluster!.leader !== NOBODY;
  }

  /** What the next write takes in a cluster in order, in microseconds. Endpoints are used in turn. */
  commitMicros(): number {
    const micros = this.#commitInOrder();
    // What a write takes that is sent in trouble, it says itself.
    if (!this.#inTrouble) this.observer?.(micros);
    return micros;
  }

  #commitInOrder(): number {
    if (this.#quorum === undefined) return this.#commitAlone(this.#commitStream);
    const index = ++this.#writes;
    return this.#quorum.write(index, this.#leader, index % this.#options.members);
  }

  /**
   * A write of an API server while in trouble. `effect` happens when it is committed, once, if ever: even after `done` was told that it
   * failed. False from it: nothing changed.
   */
  write(server: number, effect: () => boolean, done: (error: EtcdError | undefined) => void): void {
    const proposal: Proposal = { effect };
    const sentAt = this.#engine.now;
    this.#clients[server]!.call('write', proposal, undefined, (error) => {
      this.observer?.(this.#engine.now - sentAt);
      done(error);
    });
  }

  /**
   * A linearizable read while in trouble: done when what was committed before is what is there.
   *
   * @param withinMicros how long it is waited for; absent: for ever
   */
  read(server: number, done: (error: EtcdError | undefined) => void, withinMicros?: number): void {
    this.#clients[server]!.call('read', undefined, withinMicros, (error) => done(error));
  }

  /** A fault begins. */
  begin(fault: EtcdFault): void {
    this.#wake();
    this.#faults!.begin(fault);
  }

  /** A fault that lasts a while is over. */
  end(fault: EtcdFault): void {
    this.#faults!.end(fault);
    for (const member of this.#silent) if (!this.#cluster!.members[member]!.frozen) this.#heard(member);
  }

  #isAnyConnectedTo(member: MemberId): boolean {
    return this.#clients.some((client) => client.isConnectedTo(member));
  }

  #disconnected(member: MemberId): void {
    if (!this.#isAnyConnectedTo(member)) this.#heard(member);
  }

  #heard(member: MemberId): void {
    if (this.#silent.delete(member) && this.#silent.size === 0) this.onWatches?.(false);
  }

  /** Something has changed in the network between API servers and members. */
  networkChanged(): void {
    for (const client of this.#clients) client.look();
  }

  /** How packets between members are cut and delayed. Wakes it, and keeps it awake until `release`. */
  links(): MemberLinks {
    this.#wake();
    return this.#faults!.links;
  }

  /** All of them, as the network knows them. */
  memberNames(): readonly string[] {
    return Array.from({ length: this.#options.members }, (_, member) => nameOf(member));
  }

  /** Who is meant by a name. */
  memberNamed(name: EtcdMemberName): number {
    this.#wake();
    return this.#faults!.memberNamed(name);
  }

  /** From now on, message by message: everybody is where a quorum in order has him. */
  #wake(): void {
    this.#calmSince = this.#engine.now;
    if (this.#inTrouble) return;
    this.#inTrouble = true;
    if (this.#cluster === undefined) {
      this.#calmKind = this.#engine.on('etcd/looked-at', () => this.#lookWhetherCalm(), { background: true });
      this.#cluster = new EtcdCluster(this.#engine, this.#options);
      this.#faults = new EtcdFaults(this.#cluster, this.#options);
      this.#cluster.observe({
        raftChanged: (member, change) => {
          if ('leader' in change && change.leader === member) this.onElected?.();
        },
        frozen: (member) => {
          if (!this.#isAnyConnectedTo(member)) return;
          this.#silent.add(member);
          if (this.#silent.size === 1) this.onWatches?.(true);
        },
      });
      const endpoints = this.#cluster.members.map(({ id }) => id);
      this.#cluster.settle(this.#leader, this.#term, this.#writes);
      const clients = new EtcdClients(this.#engine, this.#cluster);
      for (let server = 0; server < this.#servers; server++) {
        const client = clients.create({
          endpoints,
          network: LOCAL,
          keepalive: KEEPALIVE,
          from: { network: this.#network, name: `kube-apiserver-${server}`, watches: server % endpoints.length },
          disconnected: (member) => this.#disconnected(member),
        });
        client.onWatch = (flows) => this.onWatch?.(server, flows);
        this.#clients.push(client);
      }
    } else {
      this.#cluster.settle(this.#leader, this.#term, this.#writes);
      for (const client of this.#clients) client.reset();
    }
    this.#engine.after(CALM_MICROS, this.#calmKind!);
    this.onTrouble?.();
  }

  #lookWhetherCalm(): void {
    const cluster = this.#cluster!;
    const calm = cluster.inOrder && this.#clients.every(({ idle }) => idle) && this.#faults!.none;
    if (!calm) this.#calmSince = this.#engine.now;
    if (this.#engine.now < this.#calmSince + CALM_MICROS) {
      this.#engine.after(CALM_MICROS / 10, this.#calmKind!);
      return;
    }
    this.#leader = cluster.leader;
    this.#term = cluster.members[this.#leader]!.process!.raft.term;
    this.#writes = cluster.history.lastIndex;
    cluster.rest();
    this.#inTrouble = false;
  }
}

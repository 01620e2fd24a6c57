import type { Engine, EventKind } from '../../engine/engine.ts';
import { sampler, type Distribution, type Sampler } from '../../engine/samplers.ts';
import type { Stream } from '../../engine/streams.ts';
import type { Network } from '../network/network.ts';
import type { Wire } from '../network/wire.ts';
import type { EtcdCluster } from './cluster.ts';
import { CONNECTION_LOST, DEADLINE_EXCEEDED, KEEPALIVE_FAILED, type EtcdError } from './errors.ts';
import type { Proposal } from './history.ts';
import type { EtcdRequest } from './member.ts';
import type { MemberId } from './raft/message.ts';

export interface EtcdClientOptions {
  /** Used in turn. */
  readonly endpoints: readonly MemberId[];
  /** One way between the client and a member. */
  readonly network: Distribution;
  /**
   * After so long without a word a connection is asked for a sign of life, and given up after so much longer. Absent: a
   * frozen member is waited for without end. The API server has 30 s and 10 s.
   */
  readonly keepalive: { readonly time: number; readonly timeout: number } | undefined;
  /** Is told when the connection to a member has ended. */
  readonly disconnected?: (member: MemberId) => void;
  /** As whom it is known on which network, and which endpoint its watch begins at. Absent: nothing happens to its network. */
  readonly from?: { readonly network: Network; readonly name: string; readonly watches: number };
}

/** A request under way, over as many attempts as it takes. */
interface Call {
  readonly kind: EtcdRequest['kind'];
  readonly proposal: Proposal | undefined;
  readonly done: (error: EtcdError | undefined, member: MemberId) => void;
  endpoint: number;
  attempts: number;
  over: boolean;
  deadline: number | undefined;
}

interface Endpoint {
  readonly member: MemberId;
  /** Only a ready one is given calls. */
  ready: boolean;
  /** Failed attempts to connect since it was ready. */
  failures: number;
  /** Grows with every connection that ends: what was said on it is not heard any more. */
  epoch: number;
  lastHeardAt: number;
  /** What carries it, where something is the matter with the network between the two. */
  wire: Wire | undefined;
  readonly calls: Set<Call>;
}

/** gRPC's connection back-off: 1 s, times 1.6 each time, at most 120 s, 20 % either way. */
const BACK_OFF_MICROS = 1_000_000;
const BACK_OFF_FACTOR = 1.6;
const LONGEST_BACK_OFF_MICROS = 120_000_000;
const BACK_OFF_JITTER = 0.2;
/** gRPC gives a connection that is not answered this long. */
const CONNECT_TIMEOUT_MICROS = 20_000_000;
/** clientv3 tries a read again, in every quorum-th attempt after this pause. */
const READ_RETRY_MICROS = 25_000;

/** Clients of an etcd cluster, which share the kinds of their events. */
export class EtcdClients {
  readonly engine: Engine;
  readonly cluster: EtcdCluster;
  readonly stream: Stream;
  readonly answered: EventKind;
  readonly deadline: EventKind;
  readonly dialled: EventKind;
  readonly failed: EventKind;
  readonly givenUp: EventKind;
  readonly retried: EventKind;
  readonly #clients: EtcdClient[] = [];

  constructor(engine: Engine, cluster: EtcdCluster) {
    this.engine = engine;
    this.cluster = cluster;
    this.stream = engine.stream('etcd-client/network');
    const on = (name: string, handle: (client: EtcdClient, b: number, ref: unknown) => void): EventKind =>
      engine.on(`etcd-client/${name}`, (a, b, ref) => handle(this.#clients[a]!, b, ref), { background: true });
    this.answered = on('answered', (client, _, ref) => client.heard(ref as Answer));
    this.deadline = on('deadline-exceeded', (client, _, ref) => client.deadlineExceeded(ref as Call));
    this.dialled = on('endpoint-dialled', (client, endpoint, ref) => client.dial(endpoint, ref as number));
    this.failed = on('connection-lost', (client, _, ref) => client.lost(ref as Answer));
    this.givenUp = on('keepalive-failed', (client, endpoint, ref) => client.keepaliveFailed(endpoint, ref as number));
    this.retried = on('read-retried', (client, _, ref) => client.attempt(ref as Call));
    cluster.observe({
      ended: (member) => this.#tell((client) => client.memberEnded(member)),
      stopsServing: (member) => this.#tell((client) => client.memberStopsServing(member)),
      frozen: (member) => this.#tell((client) => client.memberFrozen(member)),
    });
  }

  create(options: EtcdClientOptions): EtcdClient {
    const client = new EtcdClient(this, this.#clients.length, options);
    this.#clients.push(client);
    return client;
  }

  #tell(what: (client: EtcdClient) => void): void {
    for (const client of this.#clients) what(client);
  }
}

interface Answer {
  readonly call: Call;
  readonly endpoint: number;
  readonly epoch: number;
  readonly error: EtcdError | undefined;
}

/**
 * clientv3: requests go to the endpoints that are connected, in turn. A write is tried once; a read is tried again until
 * its deadline. While nothing is connected, requests wait.
 */
export class EtcdClient {
  readonly #host: EtcdClients;
  readonly #index: number;
  readonly #options: EtcdClientOptions;
  readonly #network: Sampler;
  readonly #endpoints: Endpoint[];
  readonly #waiting: Call[] = [];
  #turn = 0;
  /** Which endpoint its watch goes to: every API server watches everything over one. */
  #watched: number;
  #watchFlows = true;
  /** Is told when its watch brings nothing any more, and when it does again. */
  onWatch: ((flows: boolean) => void) | undefined;

  constructor(host: EtcdClients, index: number, options: EtcdClientOptions) {
    this.#host = host;
    this.#index = index;
    this.#options = options;
    this.#network = sampler(options.network);
    this.#watched = options.from?.watches ?? 0;
    this.#endpoints = options.endpoints.map((member) => ({
      member,
      ready: true,
      failures: 0,
      epoch: 0,
      lastHeardAt: host.engine.now,
      wire: undefined,
      calls: new Set(),
    }));
    this.#endpoints.forEach(({ member }, i) => {
      if (!host.cluster.members[member]!.serving) this.#disconnect(i, undefined);
    });
  }

  /**
   * Sends a request. `done` is called once, with the error or undefined, and with the member that was asked last.
   * Without a deadline, in microseconds from now, it may never be.
   */
  call(
    kind: EtcdRequest['kind'],
    proposal: Proposal | undefined,
    deadlineMicros: number | undefined,
    done: Call['done'],
  ): void {
    const { engine, deadline: deadlineKind } = this.#host;
    const deadline = deadlineMicros === undefined ? undefined : engine.now + deadlineMicros;
    const call: Call = { kind, proposal, done, endpoint: -1, attempts: 0, over: false, deadline };
    if (deadline !== undefined) engine.at(deadline, deadlineKind, this.#index, 0, call);
    this.attempt(call);
  }

  /** Nothing is under way or waits, and everybody is connected. */
  get idle(): boolean {
    this.look();
    const rest = ({ ready, calls, wire }: Endpoint): boolean => ready && calls.size === 0 && wire === undefined;
    return this.#waiting.length === 0 && this.#endpoints.every(rest);
  }

  /** Whether requests may be given to a member. */
  isConnectedTo(member: MemberId): boolean {
    return this.#endpoints.some((endpoint) => endpoint.member === member && endpoint.ready);
  }

  /** As just created. Only while it is idle. */
  reset(): void {
    for (const endpoint of this.#endpoints) endpoint.lastHeardAt = this.#host.engine.now;
  }

  attempt(call: Call): void {
    if (call.over) return;
    const index = this.#pick();
    if (index < 0) {
      this.#waiting.push(call);
      return;
    }
    const endpoint = this.#endpoints[index]!;
    const { engine, cluster, answered, stream } = this.#host;
    const network = this.#options.from?.network;
    call.endpoint = index;
    call.attempts++;
    endpoint.calls.add(call);
    const { epoch } = endpoint;
    const respond = (error: EtcdError | undefined): void => {
      const answer: Answer = { call, endpoint: index, epoch, error };
      const micros = this.#network(stream);
      if (endpoint.wire === undefined || endpoint.epoch !== epoch) {
        engine.after(micros, answered, this.#index, 0, answer);
      } else network!.sendBack(endpoint.wire, micros, () => this.heard(answer));
    };
    const request = { kind: call.kind, proposal: call.proposal, respond };
    const { wire, member } = endpoint;
    if (wire === undefined) cluster.arrive(member, request, this.#network(stream));
    else network!.sendThere(wire, this.#network(stream), () => cluster.arrive(member, request, 0));
  }

  /** Something may have changed in the network between it and its endpoints. */
  look(): void {
    const { from } = this.#options;
    if (from === undefined) return;
    const { network, name } = from;
    this.#endpoints.forEach((endpoint, index) => {
      const { ready, member, wire } = endpoint;
      const troubled = network.isTroubled(name, nameOf(member));
      if (wire !== undefined && !troubled && wire.isQuiet) {
        wire.close();
        endpoint.wire = undefined;
      }
      if (ready && troubled && endpoint.wire === undefined) this.#wire(endpoint, index);
    });
  }

  #wire(endpoint: Endpoint, index: number): void {
    const { network, name } = this.#options.from!;
    const wire = network.wire(name, nameOf(endpoint.member), {
      fellSilent: (one) => this.#fellSilent(index, one),
      heardAgain: () => this.#heardAgain(index),
    });
    endpoint.wire = wire;
    endpoint.lastHeardAt = this.#host.engine.now;
    if (wire.isSilent) this.#fellSilent(index, wire);
  }

  #fellSilent(index: number, wire: Wire): void {
    const endpoint = this.#endpoints[index]!;
    if (endpoint.wire !== wire) return;
    const { keepalive } = this.#options;
    if (index === this.#watched) this.#setWatch(false);
    if (keepalive === undefined) return;
    const { engine, givenUp } = this.#host;
    const at = engine.now + keepalive.time + keepalive.timeout;
    engine.at(at, givenUp, this.#index, index, endpoint.epoch);
  }

  #heardAgain(index: number): void {
    this.#endpoints[index]!.lastHeardAt = this.#host.engine.now;
    if (index === this.#watched) this.#setWatch(true);
  }

  /** Whether its watch brings anything, as far as the network is concerned. */
  get watchFlows(): boolean {
    return this.#watchFlows;
  }

  #setWatch(flows: boolean): void {
    if (this.#watchFlows === flows) return;
    this.#watchFlows = flows;
    this.onWatch?.(flows);
  }

  /** Its watch goes on at another endpoint where that it had is gone. */
  #moveWatch(): void {
    const there = this.#endpoints[this.#watched]!;
    if (!there.ready) {
      const index = this.#endpoints.findIndex(({ ready, wire }) => ready && wire?.isSilent !== true);
      if (index < 0) return;
      this.#watched = index;
    }
    this.#setWatch(this.#endpoints[this.#watched]!.wire?.isSilent !== true);
  }

  heard({ call, endpoint: index, epoch, error }: Answer): void {
    const endpoint = this.#endpoints[index]!;
    if (endpoint.epoch !== epoch) return;
    endpoint.lastHeardAt = this.#host.engine.now;
    if (!endpoint.calls.delete(call)) return;
    if (error === undefined || call.kind === 'write' || error.code !== 'Unavailable') this.#finish(call, error);
    else this.#retry(call);
  }

  lost({ call, error }: Answer): void {
    if (call.over) return;
    if (call.kind === 'write') this.#finish(call, error);
    else this.#retry(call);
  }

  deadlineExceeded(call: Call): void {
    if (call.over) return;
    if (call.endpoint >= 0) this.#endpoints[call.endpoint]!.calls.delete(call);
    this.#finish(call, DEADLINE_EXCEEDED);
  }

  memberEnded(member: MemberId): void {
    this.#endpoints.forEach((endpoint, i) => {
      if (endpoint.member !== member) return;
      const { wire } = endpoint;
      if (wire?.isCut !== true) this.#disconnect(i, CONNECTION_LOST);
      // Its kernel says that it knows of no such connection as soon as packets get through.
      else this.#options.from!.network.sendBack(wire, 0, () => this.#disconnect(i, CONNECTION_LOST));
    });
  }

  /** GOAWAY: what is under way is finished, what is new goes elsewhere. */
  memberStopsServing(member: MemberId): void {
    this.#endpoints.forEach((endpoint, i) => {
      if (endpoint.member !== member || !endpoint.ready) return;
      endpoint.ready = false;
      this.dial(i, endpoint.epoch);
    });
  }

  memberFrozen(member: MemberId): void {
    const { keepalive } = this.#options;
    if (keepalive === undefined) return;
    const { engine, givenUp } = this.#host;
    this.#endpoints.forEach((endpoint, i) => {
      if (endpoint.member !== member || !endpoint.ready) return;
      const at = Math.max(engine.now, endpoint.lastHeardAt + keepalive.time) + keepalive.timeout;
      engine.at(at, givenUp, this.#index, i, endpoint.epoch);
    });
  }

  keepaliveFailed(index: number, epoch: number): void {
    const endpoint = this.#endpoints[index]!;
    const { frozen } = this.#host.cluster.members[endpoint.member]!;
    if (endpoint.epoch !== epoch || !(frozen || endpoint.wire?.isSilent === true)) return;
    this.#disconnect(index, KEEPALIVE_FAILED);
  }

  /** Tries to connect. A process that does not listen refuses; a frozen one lets it wait. */
  dial(index: number, epoch: number): void {
    const endpoint = this.#endpoints[index]!;
    if (endpoint.ready || endpoint.epoch !== epoch) return;
    const { engine, cluster, dialled } = this.#host;
    const member = cluster.members[endpoint.member]!;
    const { from } = this.#options;
    const cut = from?.network.isCut(from.name, nameOf(endpoint.member)) === true;
    if (member.serving && !member.frozen && !cut) {
      endpoint.ready = true;
      endpoint.failures = 0;
      endpoint.epoch = (endpoint.epoch + 1) | 0;
      endpoint.lastHeardAt = engine.now;
      if (from?.network.isTroubled(from.name, nameOf(endpoint.member)) === true) this.#wire(endpoint, index);
      this.#moveWatch();
      const waiting = this.#waiting.splice(0, this.#waiting.length);
      for (const call of waiting) this.attempt(call);
      return;
    }
    let pause = BACK_OFF_MICROS;
    for (let i = 0; i < endpoint.failures && pause < LONGEST_BACK_OFF_MICROS; i++) pause *= BACK_OFF_FACTOR;
    pause = Math.min(pause, LONGEST_BACK_OFF_MICROS);
    const jitter = 1 + BACK_OFF_JITTER * (2 * this.#host.stream.next() - 1);
    endpoint.failures++;
    const connecting = member.frozen || cut ? CONNECT_TIMEOUT_MICROS : 0;
    engine.after(Math.max(connecting, Math.round(pause * jitter)), dialled, this.#index, index, epoch);
  }

  #pick(): number {
    const count = this.#endpoints.length;
    for (let i = 0; i < count; i++) {
      const index = (this.#turn + i) % count;
      if (!this.#endpoints[index]!.ready) continue;
      this.#turn = index + 1;
      return index;
    }
    return -1;
  }

  /** The connection is gone. Calls on it fail, and it is dialled again at once. */
  #disconnect(index: number, error: EtcdError | undefined): void {
    const endpoint = this.#endpoints[index]!;
    const { engine, failed, stream } = this.#host;
    endpoint.ready = false;
    endpoint.wire?.close();
    endpoint.wire = undefined;
    endpoint.epoch = (endpoint.epoch + 1) | 0;
    this.#options.disconnected?.(endpoint.member);
    if (index === this.#watched && !this.#watchFlows) this.#moveWatch();
    const calls = [...endpoint.calls];
    endpoint.calls.clear();
    for (const call of calls) {
      const answer: Answer = { call, endpoint: index, epoch: endpoint.epoch, error };
      engine.after(this.#network(stream), failed, this.#index, 0, answer);
    }
    this.dial(index, endpoint.epoch);
  }

  #retry(call: Call): void {
    const { engine, cluster, retried, stream } = this.#host;
    const quorum = Math.floor(cluster.options.members / 2) + 1;
    const pause = call.attempts % quorum === 0 ? Math.round(READ_RETRY_MICROS * (0.9 + 0.2 * stream.next())) : 0;
    engine.after(pause, retried, this.#index, 0, call);
  }

  #finish(call: Call, error: EtcdError | undefined): void {
    if (call.over) return;
    call.over = true;
    call.done(error, call.endpoint < 0 ? -1 : this.#endpoints[call.endpoint]!.member);
  }
}

/** A member as the network knows it. */
export function nameOf(member: MemberId): string {
  return `etcd-${member}`;
}

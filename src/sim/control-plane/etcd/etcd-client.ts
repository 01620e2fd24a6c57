import type { Engine, EventKind } from '../../engine/engine.ts';
import { sampler, type Distribution, type Sampler } from '../../engine/samplers.ts';
import type { Stream } from '../../engine/streams.ts';
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

  constructor(host: EtcdClients, index: number, options: EtcdClientOptions) {
    this.#host = host;
    this.#index = index;
    this.#options = options;
    this.#network = sampler(options.network);
    this.#endpoints = options.endpoints.map((member) => ({
      member,
      ready: true,
      failures: 0,
      epoch: 0,
      lastHeardAt: host.engine.now,
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
    return this.#waiting.length === 0 && this.#endpoints.every(({ ready, calls }) => ready && calls.size === 0);
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
    call.endpoint = index;
    call.attempts++;
    endpoint.calls.add(call);
    const { epoch } = endpoint;
    const respond = (error: EtcdError | undefined): void => {
      const answer: Answer = { call, endpoint: index, epoch, error };
      engine.after(this.#network(stream), answered, this.#index, 0, answer);
    };
    cluster.arrive(endpoint.member, { kind: call.kind, proposal: call.proposal, respond }, this.#network(stream));
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
      if (endpoint.member === member) this.#disconnect(i, CONNECTION_LOST);
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
    if (endpoint.epoch !== epoch || !this.#host.cluster.members[endpoint.member]!.frozen) return;
    this.#disconnect(index, KEEPALIVE_FAILED);
  }

  /** Tries to connect. A process that does not listen refuses; a frozen one lets it wait. */
  dial(index: number, epoch: number): void {
    const endpoint = this.#endpoints[index]!;
    if (endpoint.ready || endpoint.epoch !== epoch) return;
    const { engine, cluster, dialled } = this.#host;
    const member = cluster.members[endpoint.member]!;
    if (member.serving && !member.frozen) {
      endpoint.ready = true;
      endpoint.failures = 0;
      endpoint.epoch = (endpoint.epoch + 1) | 0;
      endpoint.lastHeardAt = engine.now;
      const waiting = this.#waiting.splice(0, this.#waiting.length);
      for (const call of waiting) this.attempt(call);
      return;
    }
    let pause = BACK_OFF_MICROS;
    for (let i = 0; i < endpoint.failures && pause < LONGEST_BACK_OFF_MICROS; i++) pause *= BACK_OFF_FACTOR;
    pause = Math.min(pause, LONGEST_BACK_OFF_MICROS);
    const jitter = 1 + BACK_OFF_JITTER * (2 * this.#host.stream.next() - 1);
    endpoint.failures++;
    const connecting = member.frozen ? CONNECT_TIMEOUT_MICROS : 0;
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
    endpoint.epoch = (endpoint.epoch + 1) | 0;
    this.#options.disconnected?.(endpoint.member);
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

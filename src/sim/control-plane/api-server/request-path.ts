import type { Engine, EventKind } from '../../engine/engine.ts';
import { assert } from '../../engine/assert.ts';
import { sampler, type Sampler } from '../../engine/samplers.ts';
import type { Stream } from '../../engine/streams.ts';
import type { Kind } from '../../api/kinds.ts';
import type { Request, Response } from '../../api/request.ts';
import type { EtcdSpec } from '../../scenario/cluster.ts';
import type { Parameters } from '../../scenario/parameters.ts';
import { EtcdService, ONE_MEMBER } from '../etcd/etcd-service.ts';
import type { Network } from '../network/network.ts';
import type { Store } from '../etcd/store.ts';
import type { Fairness } from './fairness.ts';
import type { AwaitedVersions } from './awaited-versions.ts';
import type { Flight, Origin } from './flight.ts';
import { SURE_OF_A_SEAT } from './gate.ts';
import { READS } from './reads.ts';
import { RequestParts } from './request-parts.ts';
import { ServerWork } from './server-work.ts';
import { deadlineOf, SHORTEST_DEADLINE_MICROS, ThroughEtcd, TIMED_OUT } from './through-etcd.ts';
import { finished, isUnfinished, type Unfinished } from './unfinished.ts';

/**
 * Is told of every answer: `tookMicros` from the request's arrival at the server, and of which parts the request's whole
 * time is made; `parts` is lent for the call. An observer, not a component.
 */
export interface RequestObserver {
  answered(request: Request, response: Response, tookMicros: number, at: number, parts: RequestParts): void;
  /** The same of a component's write of an Event. */
  eventAnswered(create: boolean, code: number, tookMicros: number, at: number, parts: RequestParts): void;
}

/** Requests that do not go the short way, because of what is the matter with their connection. */
export interface Detour {
  /** It leaves its client at `flight.leavesAt`. */
  send(slot: number): void;
  /** It leaves its client again at that time. */
  again(slot: number, at: number): void;
  /** Its server answers; undefined where it cannot at the moment: it will once it can. */
  answers(slot: number): boolean;
}

/**
 * HOT. The way of a request while nothing is wrong: it waits for its client's token, travels, is worked on, commits in
 * etcd, and is answered. Its time is a sum of sampled parts, so a write costs two events: the commit, at which it takes
 * effect against the state of that moment, and the answer. What is overloaded or broken has its own files; here it costs
 * one branch each. A few requests are several writes: each of them is worked on and committed by itself. Guarded by
 * `bench/pod-path.bench.ts`.
 *
 *   write = token + network + seat + apiServer.write + webhooks + etcd.commit | + network
 *   read  = token + network + seat + apiServer.read                           | + network
 *
 * What these are made of is in `server-work.ts`, how they are told apart afterwards in `request-parts.ts`.
 */
export class RequestPath {
  readonly flights: Flight[] = [];
  readonly etcd: EtcdService;
  observer: RequestObserver | undefined;
  /** Of requests whose connection is not as it was made. */
  detour: Detour | undefined;
  /** Of requests that may find no seat. */
  fairness: Fairness | undefined;
  /** Filled anew for each answer that is told. */
  readonly parts: RequestParts;
  /** Of lists that ask for a version to come. */
  awaited: AwaitedVersions | undefined;
  readonly #engine: Engine;
  readonly #store: Store;
  readonly #respond: (request: Request, identity: string) => Response | Unfinished;
  readonly #network: Sampler;
  readonly #networkStream: Stream;
  readonly #server: ServerWork;
  readonly #freeSlots: number[] = [];
  readonly #carryOutKind: EventKind;
  readonly #answerKind: EventKind;
  #throughEtcd: ThroughEtcd | undefined;
  #sent = 0;

  constructor(
    engine: Engine,
    parameters: Parameters,
    spec: { readonly etcd?: EtcdSpec | undefined; readonly instances?: number | undefined },
    network: Network,
    store: Store,
    respond: (request: Request, identity: string) => Response | Unfinished,
  ) {
    this.#engine = engine;
    this.#store = store;
    this.#respond = respond;
    this.#network = sampler(parameters.network.clientToApiServer);
    this.#networkStream = engine.stream('network/client-to-api-server');
    this.#server = new ServerWork(engine, parameters.apiServer, store);
    this.parts = new RequestParts(parameters.apiServer.admissionShare, this.#server.encodeOne);
    const { etcd = ONE_MEMBER, instances = 1 } = spec;
    this.etcd = new EtcdService(engine, parameters, etcd, network, instances);
    this.#carryOutKind = engine.on('api-server/request-carried-out', (slot) => this.#carryOut(slot));
    this.#answerKind = engine.on('api-server/request-answered', (slot) => this.#answer(slot));
  }

  /** How many requests were sent so far. */
  get sent(): number {
    return this.#sent;
  }

  /** Of a request that goes another way. */
  countSent(): void {
    this.#sent++;
  }

  /** One way between client and server, in microseconds. */
  networkMicros(): number {
    return this.#network(this.#networkStream);
  }

  /** What the server itself does for a write, in microseconds. */
  writeMicros(): number {
    return this.#server.write();
  }

  /** What the server itself does for the beginning of a watch, with a list or without, in microseconds. */
  watchMicros(kind: Kind, lists: boolean, ofNode: boolean): number {
    return this.#server.watch(kind, lists, ofNode);
  }

  send(request: Request, origin: Origin, answer: (response: Response) => void, leavesAt: number): void {
    this.#sent++;
    const slot = this.#freeSlots.pop() ?? this.flights.length;
    const arrivesAt = leavesAt + this.networkMicros();
    const reads = READS.has(request.verb);
    const server = this.#server;
    let webhooks = 0;
    let encode = server.encodeOne;
    let work: number;
    if (request.verb === 'list') {
      encode = server.encodeList(request.kind, request.limit);
      work = server.list() + encode;
    } else if (reads) work = server.read();
    else {
      webhooks = server.webhooks(request);
      work = server.write() + webhooks;
    }
    const commit = reads ? 0 : this.etcd.commitMicros();
    const { connection } = origin;
    const dueAt = arrivesAt + work + commit;
    const flight = this.flights[slot];
    if (flight === undefined) {
      const { instance } = connection;
      this.flights.push({
        request,
        origin,
        answer,
        response: undefined,
        next: undefined,
        phase: 'works',
        instance,
        gate: undefined,
        level: -1,
        ticket: undefined,
        leavesAt,
        arrivesAt,
        dueAt,
        commit,
        wantedAt: this.#engine.now,
        webhooks,
        encode,
        queued: 0,
        inEtcd: 0,
        handle: 0,
        retries: 0,
      });
    } else {
      flight.request = request;
      flight.origin = origin;
      flight.answer = answer;
      flight.next = undefined;
      flight.phase = 'works';
      flight.instance = connection.instance;
      flight.level = -1;
      flight.ticket = undefined;
      flight.leavesAt = leavesAt;
      flight.arrivesAt = arrivesAt;
      flight.dueAt = dueAt;
      flight.commit = commit;
      flight.wantedAt = this.#engine.now;
      flight.webhooks = webhooks;
      flight.encode = encode;
      flight.queued = 0;
      flight.inEtcd = 0;
      flight.retries = 0;
    }
    if (connection.isPlain) this.work(slot);
    else this.detour!.send(slot);
  }

  /** It goes to its server: its effect is due at `flight.dueAt`, or its answer where it has none. */
  work(slot: number): void {
    const flight = this.flights[slot]!;
    this.schedule(slot);
    if (flight.level >= 0) return;
    const { gate } = flight.instance!;
    const level = (flight.level = flight.origin.flows.levelOf(flight.request));
    flight.gate = gate;
    if (++gate.underWay[level]! > SURE_OF_A_SEAT[level]! || gate.isWatched) this.fairness!.expect(slot);
  }

  /** Its effect is due at `flight.dueAt`, be it that it had to wait. */
  schedule(slot: number): void {
    const flight = this.flights[slot]!;
    flight.phase = 'works';
    if (flight.dueAt > flight.arrivesAt + SHORTEST_DEADLINE_MICROS) this.#timeOut(slot, flight);
    flight.handle = this.#engine.at(flight.dueAt, this.#carryOutKind, slot);
  }

  /** It may not be done in time. What has reached etcd by then takes effect, and the client does not hear of it. */
  #timeOut(slot: number, flight: Flight): void {
    const deadline = flight.arrivesAt + deadlineOf(flight.request);
    if (flight.dueAt <= deadline) return;
    if (flight.commit > 0 && flight.dueAt - flight.commit <= deadline) {
      this.answerAt(this.orphan(slot), TIMED_OUT, deadline + this.networkMicros());
      return;
    }
    flight.next = () => TIMED_OUT;
    flight.dueAt = Math.max(deadline, this.#engine.now);
  }

  /** Nothing of it is under way at its server any more. */
  leavesServer(flight: Flight): void {
    if (flight.level < 0) return;
    flight.gate!.underWay[flight.level]!--;
    flight.level = -1;
    if (flight.ticket !== undefined) flight.ticket.state = 'over';
    flight.ticket = undefined;
  }

  /** The client has its answer at `at`, in microseconds, whatever the server does. */
  answerAt(slot: number, response: Response, at: number): void {
    const flight = this.flights[slot]!;
    flight.phase = 'done';
    flight.response = response;
    this.#engine.at(at, this.#answerKind, slot);
  }

  /**
   * What the server does for it goes on, and nobody hears of it.
   *
   * @returns the slot of the client's part, which is to be answered otherwise
   */
  orphan(slot: number): number {
    const flight = this.flights[slot]!;
    const own = this.#freeSlots.pop() ?? this.flights.length;
    this.flights[own] = { ...flight, level: -1, ticket: undefined };
    flight.answer = nobody;
    return own;
  }

  #carryOut(slot: number): void {
    const flight = this.flights[slot]!;
    if (flight.ticket !== undefined && !this.fairness!.admits(slot)) return;
    const { request, origin, next } = flight;
    if (request.verb === 'list' && flight.phase !== 'waits' && this.#awaits(slot, request.resourceVersion)) return;
    flight.next = undefined;
    const respond = next ?? ((): Response | Unfinished => this.#respond(request, origin.identity));
    if (this.etcd.inTrouble) {
      this.#throughEtcd ??= new ThroughEtcd(this.#engine, this.etcd, this.#store);
      flight.phase = 'in-etcd';
      const since = this.#engine.now;
      this.#throughEtcd.carryOut(
        request,
        { server: flight.instance?.index ?? 0, arrivedAt: flight.arrivesAt },
        () => finished(respond()),
        (response) => {
          flight.inEtcd += this.#engine.now - since;
          this.#answered(slot, flight, response);
        },
      );
      return;
    }
    const made = respond();
    if (!isUnfinished(made)) {
      this.#answered(slot, flight, made);
      return;
    }
    flight.next = made.next;
    const work = this.writeMicros();
    flight.inEtcd += flight.commit;
    flight.commit = this.etcd.commitMicros();
    flight.dueAt = this.#engine.now + work + flight.commit;
    this.schedule(slot);
  }

  /** Whether a list asks for a version to come: it is carried out once that is there, or in vain. */
  #awaits(slot: number, version = 0): boolean {
    if (version <= this.#store.revision) return false;
    const flight = this.flights[slot]!;
    const { request } = flight;
    flight.phase = 'waits';
    this.awaited!.wait(version, () => {
      if (flight.request === request && flight.phase === 'waits') this.#carryOut(slot);
    });
    return true;
  }

  #answered(slot: number, flight: Flight, response: Response): void {
    flight.phase = 'done';
    flight.response = response;
    flight.gate!.underWay[flight.level]!--;
    flight.level = -1;
    if (flight.ticket !== undefined) this.fairness!.over(flight);
    if (flight.origin.connection.isPlain || this.detour!.answers(slot)) this.respondNow(slot);
  }

  /** The answer leaves the server. */
  respondNow(slot: number): void {
    const back = this.networkMicros();
    this.tell(slot, back);
    this.#engine.after(back, this.#answerKind, slot);
  }

  /** Whoever looks on is told of the answer, which takes so many microseconds to its client. */
  tell(slot: number, back: number, response = this.flights[slot]!.response!): void {
    const flight = this.flights[slot]!;
    const { now } = this.#engine;
    this.observer?.answered(flight.request, response, now - flight.arrivesAt, now, this.parts.of(flight, now, back));
  }

  /** The answer has come to the client. */
  answerNow(slot: number): void {
    this.flights[slot]!.phase = 'done';
    this.#answer(slot);
  }

  #answer(slot: number): void {
    const flight = this.flights[slot]!;
    const { answer, response } = flight;
    assert(response !== undefined, 'a request is carried out before it is answered');
    flight.response = undefined;
    flight.answer = nobody;
    this.#freeSlots.push(slot);
    answer(response);
  }
}

function nobody(): void {}

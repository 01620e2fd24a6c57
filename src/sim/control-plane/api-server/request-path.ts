import type { Engine, EventKind } from '../../engine/engine.ts';
import { assert } from '../../engine/assert.ts';
import { sampler, type Sampler } from '../../engine/samplers.ts';
import type { Stream } from '../../engine/streams.ts';
import type { Kind } from '../../api/kinds.ts';
import type { Request, Response } from '../../api/request.ts';
import type { EtcdSpec, Parameters } from '../../scenario.ts';
import { EtcdService, ONE_MEMBER } from '../etcd/etcd-service.ts';
import type { Network } from '../network/network.ts';
import type { Store } from '../etcd/store.ts';
import type { Fairness } from './fairness.ts';
import type { AwaitedVersions } from './awaited-versions.ts';
import type { Flight, Origin } from './flight.ts';
import { SURE_OF_A_SEAT } from './gate.ts';
import { deadlineOf, SHORTEST_DEADLINE_MICROS, ThroughEtcd, TIMED_OUT } from './through-etcd.ts';
import { finished, isUnfinished, type Unfinished } from './unfinished.ts';

/** Is told of every answer: `tookMicros` from the request's arrival at the server. An observer, not a component. */
export interface RequestObserver {
  answered(request: Request, response: Response, tookMicros: number, at: number): void;
  /** The same of a component's write of an Event. */
  eventAnswered(create: boolean, code: number, tookMicros: number, at: number): void;
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
 *   write = token + network + apiServer.write + etcd.commit | + network
 *   read  = token + network + apiServer.read                | + network
 */
export class RequestPath {
  readonly flights: Flight[] = [];
  readonly etcd: EtcdService;
  observer: RequestObserver | undefined;
  /** Of requests whose connection is not as it was made. */
  detour: Detour | undefined;
  /** Of requests that may find no seat. */
  fairness: Fairness | undefined;
  /** Of lists that ask for a version to come. */
  awaited: AwaitedVersions | undefined;
  readonly #engine: Engine;
  readonly #store: Store;
  readonly #respond: (request: Request, identity: string) => Response | Unfinished;
  readonly #network: Sampler;
  readonly #networkStream: Stream;
  readonly #write: Sampler;
  readonly #read: Sampler;
  readonly #list: Sampler;
  readonly #parameters: Parameters['apiServer'];
  readonly #workStream: Stream;
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
    this.#write = sampler(parameters.apiServer.write);
    this.#read = sampler(parameters.apiServer.read);
    this.#list = sampler(parameters.apiServer.list);
    this.#parameters = parameters.apiServer;
    this.#workStream = engine.stream('api-server/work');
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
    return this.#write(this.#workStream);
  }

  /** What the server itself does for a list of so many objects of a kind, in microseconds. */
  listMicros(kind: Kind, limit = 0): number {
    const { listPerKilobyte, objectBytes } = this.#parameters;
    const there = this.#store.count(kind);
    const objects = limit > 0 && limit < there ? limit : there;
    return this.#list(this.#workStream) + Math.round((objects * objectBytes * listPerKilobyte) / 1_000);
  }

  /** What the server itself does for the beginning of a watch, with a list or without, in microseconds. */
  watchMicros(kind: Kind, lists: boolean, ofNode: boolean): number {
    if (!lists) return this.#read(this.#workStream);
    return ofNode ? this.#list(this.#workStream) : this.listMicros(kind);
  }

  send(request: Request, origin: Origin, answer: (response: Response) => void, leavesAt: number): void {
    this.#sent++;
    const slot = this.#freeSlots.pop() ?? this.flights.length;
    const arrivesAt = leavesAt + this.networkMicros();
    const reads = READS.has(request.verb);
    const work =
      request.verb === 'list'
        ? this.listMicros(request.kind, request.limit)
        : reads
          ? this.#read(this.#workStream)
          : this.writeMicros();
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
      this.#throughEtcd.carryOut(
        request,
        { server: flight.instance?.index ?? 0, arrivedAt: flight.arrivesAt },
        () => finished(respond()),
        (response) => this.#answered(slot, flight, response),
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
    this.tell(slot);
    this.#engine.after(this.networkMicros(), this.#answerKind, slot);
  }

  /** Whoever looks on is told of the answer. */
  tell(slot: number): void {
    const { request, response, arrivesAt } = this.flights[slot]!;
    const { now } = this.#engine;
    this.observer?.answered(request, response!, now - arrivesAt, now);
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

/** Requests that commit nothing. */
const READS: ReadonlySet<Request['verb']> = new Set(['get', 'get-metrics', 'list']);

function nobody(): void {}

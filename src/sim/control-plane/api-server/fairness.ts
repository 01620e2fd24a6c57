import type { Engine, EventKind } from '../../engine/engine.ts';
import type { Request, Response } from '../../api/request.ts';
import type { Kind } from '../../api/kinds.ts';
import type { Store } from '../etcd/store.ts';
import type { WatchHub } from '../watch/watch-hub.ts';
import type { Flight } from './flight.ts';
import { FlowControl } from './flow-control/flow-control.ts';
import {
  DEFAULT_PRIORITY_LEVELS,
  DEFAULT_SERVER_SEATS,
  seatLimits,
  type SeatLimits,
} from './flow-control/priority-level.ts';
import { kindOf } from '../../api/kind-of-request.ts';
import type { RequestFlows } from './flow-control/request-flows.ts';
import type { Refusal, Ticket } from './flow-control/ticket.ts';
import { listSeats, mostSeats, writeEstimate, type WorkEstimate } from './flow-control/work-estimate.ts';
import type { Gate } from './gate.ts';
import type { Instance } from './instances/instance.ts';
import type { RequestPath } from './request-path.ts';

/** Is told of requests that found no seat at once. An observer, not a component. */
export interface FairnessObserver {
  /** It got one after so long, in microseconds. */
  waited(level: string, schema: string, micros: number): void;
  rejected(level: string, schema: string, reason: Refusal): void;
}

/** How a watch begins. */
export interface WatchOpening {
  readonly flows: RequestFlows;
  readonly kind: Kind;
  /** With everything that is there. */
  readonly lists: boolean;
  /** Of one node's pods, which the cache finds by an index. */
  readonly ofNode: boolean;
}

export interface FairnessNeeds {
  readonly engine: Engine;
  readonly path: RequestPath;
  readonly store: Store;
  readonly hub: WatchHub;
  /** Of an object as it is stored, on average. */
  readonly objectBytes: number;
}

/** client-go sends what was answered with a Retry-After again so often. */
const MOST_RETRIES = 10;
const ONE_SEAT: WorkEstimate = { initialSeats: 1, finalSeats: 0, finalMicros: 0 };

/**
 * Priority and fairness in the way of requests. Servers that have little to do are never asked: while fewer requests of
 * each level are under way than are sure of their seats, they are only counted. Beyond that each request is put to the
 * server's flow control, by the time of its arrival, before it takes effect: who finds a seat costs no event more.
 */
export class Fairness {
  observer: FairnessObserver | undefined;
  readonly #needs: FairnessNeeds;
  readonly #limits: readonly SeatLimits[] = seatLimits(DEFAULT_PRIORITY_LEVELS, DEFAULT_SERVER_SEATS);
  #lookKind: EventKind | undefined;
  #openedKind: EventKind | undefined;

  constructor(needs: FairnessNeeds) {
    this.#needs = needs;
  }

  /** More requests are under way than are sure of a seat: this one is looked at, and with it all others there. */
  expect(slot: number): void {
    const { path } = this.#needs;
    const flight = path.flights[slot]!;
    const gate = flight.gate!;
    this.watch(gate);
    if (flight.ticket === undefined) this.#put(slot, flight, gate);
  }

  /** From now on each request of the server is looked at, those under way included. */
  watch(gate: Gate): FlowControl {
    const { engine, path } = this.#needs;
    gate.flow ??= new FlowControl(engine.now);
    if (gate.isWatched) return gate.flow;
    gate.isWatched = true;
    for (const [slot, flight] of path.flights.entries()) {
      if (flight.gate === gate && flight.phase === 'works' && flight.ticket === undefined) {
        this.#put(slot, flight, gate);
      }
    }
    return gate.flow;
  }

  /** Its effect is due. False: it has to wait, or is refused. */
  admits(slot: number): boolean {
    const { engine, path } = this.#needs;
    const flight = path.flights[slot]!;
    const ticket = flight.ticket!;
    if (ticket.state === 'runs') return true;
    const gate = flight.gate!;
    this.advance(gate);
    return flight.ticket === ticket && flight.phase === 'works' && flight.dueAt <= engine.now;
  }

  /** It has been carried out: its seats are free, at once or when its change has gone out to who watches. */
  over(flight: Flight): void {
    const { ticket } = flight;
    const gate = flight.gate!;
    flight.ticket = undefined;
    if (ticket === undefined) return;
    const flow = gate.flow!;
    flow.release(ticket, this.#needs.engine.now + ticket.work.finalMicros);
    this.advance(gate);
    if (flow.isIdle) gate.isWatched = false;
  }

  /** Everything that is due at a server, and when to look again. */
  advance(gate: Gate): void {
    const { engine } = this.#needs;
    const flow = gate.flow!;
    flow.advance(engine.now);
    const due = flow.dueAt;
    if (due === undefined || due >= gate.lookAt) return;
    if (gate.lookAt !== Infinity) engine.cancel(gate.look);
    this.#lookKind ??= engine.on('api-server/seats-looked-after', (_a, _b, ref) => {
      const one = ref as Gate;
      one.lookAt = Infinity;
      this.advance(one);
    });
    gate.lookAt = due;
    gate.look = engine.at(Math.max(due, engine.now), this.#lookKind, 0, 0, gate);
  }

  /** What a list takes of a server, or a watch that begins with one. */
  listWork(level: number, kind: Kind, limit?: number): WorkEstimate {
    const { store, objectBytes } = this.#needs;
    const most = mostSeats(DEFAULT_PRIORITY_LEVELS[level]!, this.#limits[level]!);
    const seats = listSeats({ objects: store.count(kind), objectBytes, limit, fromCache: true }, most);
    return { ...ONE_SEAT, initialSeats: seats };
  }

  /**
   * A watch begins: it holds seats until what is there has been sent, then it holds none.
   *
   * @param opened is called when it stands; `refused` when it is answered 429
   */
  open(instance: Instance, opening: WatchOpening, opened: () => void, refused: () => void): void {
    const { engine, path } = this.#needs;
    const { flows, kind, lists, ofNode } = opening;
    const { level, schema, hash } = flows.flowOfWatch(kind);
    const { name } = DEFAULT_PRIORITY_LEVELS[level]!;
    const { gate } = instance;
    const arrivesAt = engine.now;
    this.#openedKind ??= engine.on('api-server/watch-begun', (_a, _b, ref) => (ref as () => void)());
    const ticket: Ticket = {
      level,
      schema,
      flowHash: hash,
      work: lists ? this.listWork(level, kind) : ONE_SEAT,
      arrivesAt,
      order: 0,
      state: 'comes',
      admitted: undefined,
      waits: () => undefined,
      started: (at) => {
        if (at > arrivesAt) this.observer?.waited(name, schema, at - arrivesAt);
        const takes = Math.round(path.watchMicros(kind, lists, ofNode) * instance.slowness);
        const begun = (): void => {
          gate.flow!.release(ticket, engine.now);
          this.advance(gate);
          opened();
        };
        engine.at(at + takes, this.#openedKind!, 0, 0, begun);
      },
      refused: (why) => {
        this.observer?.rejected(name, schema, why);
        refused();
      },
    };
    this.watch(gate).expect(ticket);
    this.advance(gate);
  }

  #put(slot: number, flight: Flight, gate: Gate): void {
    const { engine, path } = this.#needs;
    const { request, origin, instance, arrivesAt } = flight;
    const { level, schema, hash } = origin.flows.flowOf(request);
    const { name } = DEFAULT_PRIORITY_LEVELS[level]!;
    const ticket: Ticket = {
      level,
      schema,
      flowHash: hash,
      work: this.#workOf(request, level),
      arrivesAt,
      order: 0,
      state: 'comes',
      admitted: undefined,
      waits: () => {
        if (flight.ticket !== ticket) return;
        engine.cancel(flight.handle);
        flight.phase = 'waits';
      },
      started: (at) => {
        if (flight.ticket !== ticket || flight.phase !== 'waits') return;
        this.observer?.waited(name, schema, at - arrivesAt);
        flight.queued = at - arrivesAt;
        const takes = flight.dueAt - arrivesAt;
        const start = (from: number): void => {
          flight.dueAt = from + takes;
          path.schedule(slot);
        };
        if (instance!.state === 'paused') this.#hold(flight, instance!, () => start(engine.now));
        else start(at);
      },
      refused: (why, seconds) => {
        if (flight.ticket !== ticket) return;
        this.observer?.rejected(name, schema, why);
        engine.cancel(flight.handle);
        path.leavesServer(flight);
        this.#refuse(slot, flight, seconds);
      },
    };
    flight.ticket = ticket;
    gate.flow!.expect(ticket);
  }

  #hold(flight: Flight, instance: Instance, act: () => void): void {
    flight.phase = 'held';
    instance.held.push(act);
  }

  #refuse(slot: number, flight: Flight, retryAfterSeconds: number): void {
    const { engine, path } = this.#needs;
    const { now } = engine;
    const response: Response = {
      ok: false,
      code: 429,
      reason: 'TooManyRequests',
      message: 'Too many requests, please try again later.',
      retryAfterSeconds,
    };
    const back = path.networkMicros();
    flight.queued = now - flight.arrivesAt;
    path.tell(slot, back, response);
    const heardAt = now + back;
    if (flight.retries >= MOST_RETRIES) {
      path.answerAt(slot, response, heardAt);
      return;
    }
    flight.retries++;
    path.detour!.again(slot, heardAt + retryAfterSeconds * 1_000_000);
  }

  #workOf(request: Request, level: number): WorkEstimate {
    if (request.verb === 'get' || request.verb === 'get-metrics') return ONE_SEAT;
    if (request.verb === 'list') return this.listWork(level, request.kind, request.limit);
    const most = mostSeats(DEFAULT_PRIORITY_LEVELS[level]!, this.#limits[level]!);
    return writeEstimate(this.#needs.hub.watchersOf(kindOf(request)!), most);
  }
}

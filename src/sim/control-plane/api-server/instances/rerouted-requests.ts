import type { Engine, EventKind } from '../../../engine/engine.ts';
import type { Response } from '../../../api/request.ts';
import type { EventDetour, EventFlight, EventPath } from '../event-path.ts';
import type { Flight } from '../flight.ts';
import type { Detour, RequestPath } from '../request-path.ts';
import type { Connection } from './connection.ts';
import type { Instance } from './instance.ts';

/** What requests of connections in trouble need of others. */
export interface ReroutingNeeds {
  readonly engine: Engine;
  readonly path: RequestPath;
  readonly events: EventPath;
  /** Who serves the connection, connecting first where nobody does; undefined: nobody can be reached. */
  connect(connection: Connection): Instance | undefined;
  /** Until a client that reaches nobody knows it, in microseconds. */
  refusalMicros(): number;
}

/** client-go sends reads again whose connection broke, after a second, so often. */
const RETRY_MICROS = 1_000_000;
const MOST_RETRIES = 10;
/** How long an event broadcaster waits before it tries again. */
const EVENT_RETRY_MICROS = 10_000_000;

const LOST: Response = { ok: false, code: 503, reason: '', message: 'http2: client connection lost' };
const REFUSED: Response = { ok: false, code: 503, reason: '', message: 'dial tcp: connect: connection refused' };

/**
 * Requests while something is the matter with their connection: hop by hop, each against the state of the server at that
 * moment. A server that dies takes with it what it has not sent to etcd; what it has takes effect, and nobody hears of it.
 */
export class ReroutedRequests implements Detour, EventDetour {
  readonly #needs: ReroutingNeeds;
  #leavesKind: EventKind | undefined;
  #arrivesKind: EventKind | undefined;
  #eventLeavesKind: EventKind | undefined;

  constructor(needs: ReroutingNeeds) {
    this.#needs = needs;
  }

  send(slot: number): void {
    const { engine, path } = this.#needs;
    const flight = path.flights[slot]!;
    const { connection } = flight.origin;
    if (isSettled(connection, engine.now)) {
      connection.isPlain = true;
      flight.instance = connection.instance;
      path.work(slot);
    } else this.#leaveAt(slot, flight.leavesAt);
  }

  again(slot: number, at: number): void {
    this.#needs.path.countSent();
    this.#leaveAt(slot, at);
  }

  answers(slot: number): boolean {
    const { path } = this.#needs;
    const flight = path.flights[slot]!;
    const { instance } = flight;
    if (instance?.state !== 'paused') return true;
    flight.phase = 'held';
    instance.held.push(() => {
      flight.phase = 'done';
      path.respondNow(slot);
    });
    return false;
  }

  /** The server stands still: what it has begun in etcd goes on there, and everything else waits. */
  freeze(instance: Instance): void {
    const { engine, path } = this.#needs;
    const { now } = engine;
    for (const [slot, flight] of path.flights.entries()) {
      if (flight.instance !== instance || flight.phase !== 'works' || this.#recall(slot, flight)) continue;
      if (flight.arrivesAt > now) {
        engine.cancel(flight.handle);
        path.leavesServer(flight);
        this.#arriveAt(slot, flight.arrivesAt);
      } else if (!isInEtcd(flight, now)) {
        engine.cancel(flight.handle);
        this.#hold(slot, flight, flight.dueAt - now);
      }
    }
  }

  /** What has not left its client yet goes to somebody else when it does. */
  recall(instance: Instance): void {
    for (const [slot, flight] of this.#needs.path.flights.entries()) {
      if (flight.instance === instance && flight.phase === 'works') this.#recall(slot, flight);
    }
  }

  /**
   * All connections to a server are gone.
   *
   * @param lives it is only not heard of any more: what it has received, it will still do
   */
  lose(instance: Instance, lives: boolean): void {
    const { engine, path } = this.#needs;
    const { now } = engine;
    const there = path.flights.length;
    for (let slot = 0; slot < there; slot++) {
      const flight = path.flights[slot]!;
      const { phase } = flight;
      if (flight.instance !== instance || phase === 'done' || phase === 'leaves') continue;
      if (phase === 'works' && this.#recall(slot, flight)) continue;
      const received =
        phase === 'held' || phase === 'waits' || phase === 'in-etcd' || (phase === 'works' && flight.arrivesAt <= now);
      const goesOn = lives ? received : phase === 'in-etcd' || (phase === 'works' && isInEtcd(flight, now));
      if (goesOn) this.#fail(path.orphan(slot));
      else {
        if (phase === 'works' || phase === 'travels') engine.cancel(flight.handle);
        path.leavesServer(flight);
        this.#fail(slot);
      }
    }
    const { abandoned } = instance;
    instance.abandoned = [];
    for (const act of abandoned) act();
  }

  sendEvent(flight: EventFlight): void {
    const { engine, events } = this.#needs;
    const { connection } = flight.origin;
    if (flight.leavesAt > engine.now) {
      this.#eventLeavesKind ??= engine.on('api-server/event-leaves', (_a, _b, ref) =>
        this.sendEvent(ref as EventFlight),
      );
      engine.at(flight.leavesAt, this.#eventLeavesKind, 0, 0, flight);
      return;
    }
    const instance = this.#needs.connect(connection);
    if (instance === undefined) this.#sendEventLater(flight);
    else events.travel(flight, instance, Math.max(0, connection.readyAt - engine.now));
  }

  takesEvent(flight: EventFlight): boolean {
    const instance = flight.instance!;
    if (flight.life !== instance.life) {
      this.#sendEventLater(flight);
      return false;
    }
    if (instance.state !== 'paused') return true;
    let waits = true;
    instance.held.push(() => {
      if (waits) this.#needs.events.write(flight);
    });
    instance.abandoned.push(() => {
      waits = false;
      this.#sendEventLater(flight);
    });
    return false;
  }

  #sendEventLater(flight: EventFlight): void {
    flight.leavesAt = this.#needs.engine.now + EVENT_RETRY_MICROS;
    this.sendEvent(flight);
  }

  /** Takes a request back that waits for its client's token. False: it has left. */
  #recall(slot: number, flight: Flight): boolean {
    const { engine, path } = this.#needs;
    if (flight.leavesAt <= engine.now) return false;
    engine.cancel(flight.handle);
    path.leavesServer(flight);
    this.#leaveAt(slot, flight.leavesAt);
    return true;
  }

  #leaveAt(slot: number, at: number): void {
    const { engine, path } = this.#needs;
    const flight = path.flights[slot]!;
    flight.phase = 'leaves';
    flight.instance = undefined;
    if (at <= engine.now) {
      this.#leave(slot);
      return;
    }
    this.#leavesKind ??= engine.on('api-server/request-leaves', (one) => this.#leave(one));
    flight.handle = engine.at(at, this.#leavesKind, slot);
  }

  #leave(slot: number): void {
    const { engine, path } = this.#needs;
    const flight = path.flights[slot]!;
    const { connection } = flight.origin;
    const instance = this.#needs.connect(connection);
    if (instance === undefined) {
      path.answerAt(slot, REFUSED, engine.now + this.#needs.refusalMicros());
      return;
    }
    flight.instance = instance;
    this.#arriveAt(slot, Math.max(engine.now, connection.readyAt) + path.networkMicros());
  }

  #arriveAt(slot: number, at: number): void {
    const { engine, path } = this.#needs;
    const flight = path.flights[slot]!;
    // What the server takes for it was drawn when it was sent.
    const takes = flight.dueAt - flight.arrivesAt;
    flight.phase = 'travels';
    flight.arrivesAt = at;
    flight.dueAt = at + takes;
    this.#arrivesKind ??= engine.on('api-server/request-arrives', (one) => this.#arrive(one));
    flight.handle = engine.at(at, this.#arrivesKind, slot);
  }

  #arrive(slot: number): void {
    const { path } = this.#needs;
    const flight = path.flights[slot]!;
    const instance = flight.instance!;
    const work = Math.round((flight.dueAt - flight.arrivesAt - flight.commit) * instance.slowness);
    flight.dueAt = flight.arrivesAt + work + flight.commit;
    if (instance.state === 'paused') this.#hold(slot, flight, work + flight.commit);
    else path.work(slot);
  }

  /** It is gone on with when the server wakes up, and takes so long from then. */
  #hold(slot: number, flight: Flight, micros: number): void {
    flight.phase = 'held';
    flight.instance!.held.push(() => {
      flight.dueAt = this.#needs.engine.now + micros;
      this.#needs.path.work(slot);
    });
  }

  #fail(slot: number): void {
    const { engine, path } = this.#needs;
    const flight = path.flights[slot]!;
    const { verb } = flight.request;
    const noticedAt = engine.now + path.networkMicros();
    if ((verb !== 'get' && verb !== 'list') || flight.retries >= MOST_RETRIES) {
      path.answerAt(slot, LOST, noticedAt);
      return;
    }
    flight.retries++;
    this.#leaveAt(slot, noticedAt + RETRY_MICROS);
  }
}

/** Whether requests of a connection may go the short way again. */
function isSettled({ instance, readyAt }: Connection, now: number): boolean {
  return instance?.isWell === true && readyAt <= now;
}

/** Its transaction has left for etcd. */
function isInEtcd({ dueAt, commit }: Flight, now: number): boolean {
  return commit > 0 && dueAt - commit <= now;
}

import type { Engine, EventKind } from '../../../engine/engine.ts';
import type { Response } from '../../../api/request.ts';
import type { EventDetour, EventFlight, EventPath } from '../event-path.ts';
import type { Flight } from '../flight.ts';
import type { Detour, RequestPath } from '../request-path.ts';
import type { Network } from '../../network/network.ts';
import type { Connected, Connection } from './connection.ts';
import type { Wire } from '../../network/wire.ts';
import type { Instance } from './instance.ts';

/** What requests of connections in trouble need of others. */
export interface ReroutingNeeds {
  readonly engine: Engine;
  readonly path: RequestPath;
  readonly events: EventPath;
  readonly network: Network;
  /** Finds who serves the connection, connecting first where nobody does. */
  connect(connection: Connection, then: Connected): void;
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
  /** Writes of Events over connections with a wire, until they are answered. */
  readonly #events = new Map<Connection, Set<EventFlight>>();
  readonly #wired = new WeakSet<EventFlight>();
  #leavesKind: EventKind | undefined;
  #arrivesKind: EventKind | undefined;
  #eventLeavesKind: EventKind | undefined;

  constructor(needs: ReroutingNeeds) {
    this.#needs = needs;
  }

  send(slot: number): void {
    const { engine, path, network } = this.#needs;
    const flight = path.flights[slot]!;
    const { connection } = flight.origin;
    const { wire } = connection;
    if (wire?.isQuiet === true && !network.isTroubled(connection.name, connection.instance!.name)) {
      wire.close();
      connection.wire = undefined;
    }
    if (isSettled(connection, engine.now)) {
      connection.isPlain = true;
      flight.instance = connection.instance;
      path.work(slot);
    } else this.#leaveAt(slot, flight.leavesAt);
  }

  again(slot: number, at: number): void {
    const { path } = this.#needs;
    path.countSent();
    path.flights[slot]!.wantedAt = at;
    this.#leaveAt(slot, at);
  }

  answers(slot: number): boolean {
    const { path } = this.#needs;
    const flight = path.flights[slot]!;
    const { instance } = flight;
    if (instance?.state === 'paused') {
      flight.phase = 'held';
      instance.held.push(() => {
        flight.phase = 'done';
        if (this.#answersPlainly(slot)) path.respondNow(slot);
      });
      return false;
    }
    return this.#answersPlainly(slot);
  }

  /** False: the answer is written to a connection that may not carry it. */
  #answersPlainly(slot: number): boolean {
    const { network, path } = this.#needs;
    const flight = path.flights[slot]!;
    const { request } = flight;
    const { wire, instance } = flight.origin.connection;
    if (wire === undefined || instance !== flight.instance) return true;
    const back = path.networkMicros();
    path.tell(slot, back);
    flight.phase = 'answers';
    network.sendBack(wire, back, () => {
      if (flight.request === request && flight.phase === 'answers') path.answerNow(slot);
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
  recall(instance: Instance, of?: Connection): void {
    for (const [slot, flight] of this.#needs.path.flights.entries()) {
      const { connection } = flight.origin;
      const concerned = of === undefined ? !isDeaf(connection, instance) : connection === of;
      if (concerned && flight.instance === instance && flight.phase === 'works') this.#recall(slot, flight);
    }
  }

  /**
   * All connections to a server are gone. Whose packets vanish does not know it, and waits.
   *
   * @param lives it is only not heard of any more: what it has received, it will still do
   */
  lose(instance: Instance, lives: boolean): void {
    this.#loseFlights(instance, lives, () => true);
    const { abandoned } = instance;
    instance.abandoned = [];
    for (const act of abandoned) act();
    for (const [connection, events] of this.#events) {
      if (connection.instance !== undefined) continue;
      this.#events.delete(connection);
      for (const flight of events) this.#sendEventLater(flight);
    }
  }

  /** A client gives its connection to a server up: what that has received, it will still do. */
  giveUp(connection: Connection, instance: Instance): void {
    this.#loseFlights(instance, true, (flight) => flight.origin.connection === connection);
    const events = this.#events.get(connection);
    this.#events.delete(connection);
    for (const flight of events ?? []) this.#sendEventLater(flight);
  }

  #loseFlights(instance: Instance, lives: boolean, concerns: (flight: Flight) => boolean): void {
    const { engine, path } = this.#needs;
    const { now } = engine;
    const there = path.flights.length;
    for (let slot = 0; slot < there; slot++) {
      const flight = path.flights[slot]!;
      const { phase } = flight;
      if (flight.instance !== instance || phase === 'done' || phase === 'leaves' || !concerns(flight)) continue;
      const deaf = isDeaf(flight.origin.connection, instance);
      if (deaf && (phase === 'wired' || phase === 'answers')) continue;
      if (phase === 'works' && this.#recall(slot, flight)) continue;
      const received =
        phase === 'held' || phase === 'waits' || phase === 'in-etcd' || (phase === 'works' && flight.arrivesAt <= now);
      const goesOn = lives ? received : phase === 'in-etcd' || (phase === 'works' && isInEtcd(flight, now));
      let own = slot;
      if (goesOn) own = path.orphan(slot);
      else {
        if (phase === 'works' || phase === 'travels') engine.cancel(flight.handle);
        path.leavesServer(flight);
      }
      if (deaf) path.flights[own]!.phase = 'answers';
      else this.#fail(own);
    }
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
    this.#needs.connect(connection, (instance) => {
      const { wire } = connection;
      if (instance === undefined) this.#sendEventLater(flight);
      else if (wire !== undefined) this.#wireEvent(flight, instance, wire);
      else {
        if (flight.leavesAt < engine.now) flight.leavesAt = engine.now;
        events.travel(flight, instance, Math.max(0, connection.readyAt - engine.now));
      }
    });
  }

  /** Its broadcaster hears what comes back over the connection, or that the connection is gone. */
  #wireEvent(flight: EventFlight, instance: Instance, wire: Wire): void {
    const { engine, events, network, path } = this.#needs;
    const { connection } = flight.origin;
    let there = this.#events.get(connection);
    if (there === undefined) this.#events.set(connection, (there = new Set()));
    there.add(flight);
    const { gate } = instance;
    const { writer } = flight;
    const carriedOut = (answeredAt: number, found: boolean): void => {
      network.sendBack(wire, Math.max(0, answeredAt - engine.now), () => {
        if (this.#events.get(connection)?.delete(flight) === true) writer.carriedOut(engine.now, found);
      });
    };
    const wired: EventFlight = { ...flight, writer: { carriedOut, wake: () => writer.wake() } };
    this.#wired.add(wired);
    network.sendThere(wire, path.networkMicros(), () => {
      if (instance.gate === gate) events.arrived(wired, instance);
    });
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
    // Its broadcaster hears of it when the connection is given up.
    if (this.#wired.has(flight)) return;
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
    flight.leavesAt = at;
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
    this.#needs.connect(connection, (instance, refusedAfter) => {
      const { wire } = connection;
      if (instance === undefined) path.answerAt(slot, REFUSED, engine.now + refusedAfter);
      else {
        flight.instance = instance;
        if (wire === undefined) this.#arriveAt(slot, Math.max(engine.now, connection.readyAt) + path.networkMicros());
        else this.#wire(slot, wire);
      }
    });
  }

  #wire(slot: number, wire: Wire): void {
    const { engine, path, network } = this.#needs;
    const flight = path.flights[slot]!;
    const { request } = flight;
    const { gate } = flight.instance!;
    const takes = flight.dueAt - flight.arrivesAt;
    flight.phase = 'wired';
    const wait = Math.max(0, flight.origin.connection.readyAt - engine.now);
    network.sendThere(wire, wait + path.networkMicros(), () => {
      // A process that has been started anew knows nothing of the connection.
      if (flight.request !== request || flight.phase !== 'wired' || flight.instance!.gate !== gate) return;
      flight.phase = 'travels';
      flight.arrivesAt = engine.now;
      flight.dueAt = engine.now + takes;
      this.#arrive(slot);
    });
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
    flight.wantedAt = noticedAt + RETRY_MICROS;
    this.#leaveAt(slot, flight.wantedAt);
  }
}

/** Who has a connection to a server does not hear that it has ended: packets vanish. */
export function isDeaf({ wire, instance }: Connection, server: Instance): boolean {
  return instance === server && wire?.isCut === true;
}

/** Whether requests of a connection may go the short way again. */
function isSettled({ instance, wire, readyAt }: Connection, now: number): boolean {
  return instance?.isWell === true && wire === undefined && readyAt <= now;
}

/** Its transaction has left for etcd. */
function isInEtcd({ dueAt, commit }: Flight, now: number): boolean {
  return commit > 0 && dueAt - commit <= now;
}

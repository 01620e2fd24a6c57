import type { Engine, EventKind } from '../../engine/engine.ts';
import { deepFreeze } from '../../api/freeze.ts';
import { eventNamespace, eventOf, type EventNote, type EventWrite } from '../../api/event-note.ts';
import { keyOf, type ApiObject } from '../../api/kinds.ts';
import type { EtcdService } from '../etcd/etcd-service.ts';
import { Commit, type Store } from '../etcd/store.ts';
import type { EventWriter } from '../event-recorder.ts';
import type { WatchHub } from '../watch/watch-hub.ts';
import { namespaceRefusal } from './create.ts';
import type { Origin } from './flight.ts';
import type { Instance } from './instances/instance.ts';
import type { RequestPath } from './request-path.ts';

/** A component's write of an Event under way. */
export interface EventFlight {
  readonly write: EventWrite;
  readonly create: boolean;
  readonly writer: EventWriter;
  readonly origin: Origin;
  /** Who takes it, in which of its lives. */
  instance: Instance | undefined;
  life: number;
  /** When it leaves its client and when it reaches the server, in microseconds. */
  leavesAt: number;
  arrivesAt: number;
  /** Since when its client wants to send it, and what etcd takes of the time at the server. Microseconds. */
  readonly wantedAt: number;
  commit: number;
}

/** Who is told of the Events that components write. The note is as the store has it now. Microseconds. */
export type EventObserver = (note: EventNote, committedAt: number) => void;

/** Writes of Events that do not go the short way, because of what is the matter with their connection. */
export interface EventDetour {
  sendEvent(flight: EventFlight): void;
  /** Its server can do it; else it will be done when it can. */
  takesEvent(flight: EventFlight): boolean;
}

/**
 * HOT. Writes of Events by components: as any other write, but that nobody waits for the answer, so that its time is
 * told at the commit (docs/decisions/0006-an-event-is-a-note.md). Guarded by `bench/pod-path.bench.ts`.
 */
export class EventPath {
  readonly observers: EventObserver[] = [];
  detour: EventDetour | undefined;
  readonly #engine: Engine;
  readonly #path: RequestPath;
  readonly #etcd: EtcdService;
  readonly #store: Store;
  readonly #hub: WatchHub;
  readonly #namespaces = { namespace: (name: string) => this.#store.get('Namespace', name) };
  readonly #writeKind: EventKind;
  readonly #wakeKind: EventKind;

  constructor(engine: Engine, path: RequestPath, etcd: EtcdService, store: Store, hub: WatchHub) {
    this.#engine = engine;
    this.#path = path;
    this.#etcd = etcd;
    this.#store = store;
    this.#hub = hub;
    this.#writeKind = engine.on('api-server/event-written', (_a, _b, ref) => this.write(ref as EventFlight));
    this.#wakeKind = engine.on('api-server/event-answered', (_a, _b, ref) => (ref as EventWriter).wake());
  }

  wakeAt(time: number, writer: EventWriter): void {
    this.#engine.at(time, this.#wakeKind, 0, 0, writer);
  }

  send(flight: EventFlight): void {
    this.#path.countSent();
    const { connection } = flight.origin;
    if (connection.isPlain) this.travel(flight, connection.instance!, 0);
    else this.detour!.sendEvent(flight);
  }

  /** @param further what it waits for before it can leave, in microseconds */
  travel(flight: EventFlight, instance: Instance, further: number): void {
    flight.instance = instance;
    flight.life = instance.life;
    flight.arrivesAt = flight.leavesAt + further + this.#path.networkMicros();
    this.#begin(flight);
  }

  /** It has come to its server by another way than the short one. */
  arrived(flight: EventFlight, instance: Instance): void {
    flight.instance = instance;
    flight.life = instance.life;
    flight.arrivesAt = this.#engine.now;
    this.#begin(flight);
  }

  #begin(flight: EventFlight): void {
    const work = this.#path.writeMicros();
    flight.commit = this.#etcd.commitMicros();
    this.#engine.at(flight.arrivesAt + work + flight.commit, this.#writeKind, 0, 0, flight);
  }

  write(flight: EventFlight): void {
    if (!flight.origin.connection.isPlain && !this.detour!.takesEvent(flight)) return;
    if (!this.#etcd.inTrouble) this.#commit(flight, flight.writer);
    else this.#writeInTrouble(flight);
  }

  /**
   * A broadcaster whose write failed writes it again. The first may be committed all the same, before its failure is known
   * or after it: whichever comes first is what the broadcaster hears.
   */
  #writeInTrouble(flight: EventFlight): void {
    let waits: EventWriter | undefined = flight.writer;
    const since = this.#engine.now;
    const hearer = (): EventWriter | undefined => {
      const writer = waits;
      waits = undefined;
      return writer;
    };
    this.#etcd.write(
      flight.instance?.index ?? 0,
      () => {
        flight.commit += this.#engine.now - since;
        return this.#commit(flight, hearer());
      },
      (error) => {
        const writer = error === undefined ? undefined : hearer();
        if (writer === undefined) return;
        flight.commit += this.#engine.now - since;
        this.#answered(flight, 500, 0);
        writer.carriedOut(this.#engine.now, false);
      },
    );
  }

  /** @param back how long the answer is on its way to its writer, in microseconds */
  #answered(flight: EventFlight, code: number, back: number): void {
    const { now } = this.#engine;
    const { observer, parts } = this.#path;
    observer?.eventAnswered(flight.create, code, now - flight.arrivesAt, now, parts.ofEvent(flight, now, back));
  }

  /** @param writer who waits to hear of it */
  #commit(flight: EventFlight, writer: EventWriter | undefined): boolean {
    const { write, create } = flight;
    const { now } = this.#engine;
    const { note } = write;
    if (this.#store.size.isFull) return this.#outOfSpace(flight, writer);
    let found = true;
    if (namespaceRefusal(eventNamespace(note), note.name, 'Event', this.#namespaces) === undefined) {
      const isWatched = this.#hub.isWatched('Event');
      const previous = note.bornAt !== 0 && isWatched ? eventOf(note) : undefined;
      const shelved = this.#store.writeEvent(write, create, now);
      found = shelved !== 'missing';
      if (found) {
        if (isWatched) this.#publish(note, previous, now);
        for (const observe of this.observers) observe(note, now);
      }
    }
    if (writer === undefined) return found;
    const back = this.#path.networkMicros();
    this.#answered(flight, !found ? 404 : create ? 201 : 200, back);
    writer.carriedOut(now + back, found);
    return found;
  }

  /** As any write that failed: it is written again. */
  #outOfSpace(flight: EventFlight, writer: EventWriter | undefined): boolean {
    if (writer === undefined) return false;
    const back = this.#path.networkMicros();
    this.#answered(flight, 500, back);
    writer.carriedOut(this.#engine.now + back, false);
    return false;
  }

  #publish(note: EventNote, previous: ApiObject | undefined, committedAt: number): void {
    const object = deepFreeze(eventOf(note));
    const type = previous === undefined ? 'ADDED' : 'MODIFIED';
    this.#hub.publish(new Commit(committedAt, keyOf(object), type, object, previous));
  }
}

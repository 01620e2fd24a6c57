import type { Engine, EventKind } from '../../../engine/engine.ts';
import type { Stream } from '../../../engine/streams.ts';
import type { Kind } from '../../../api/kinds.ts';
import { isBefore, isBeyond } from '../../watch/cache-window.ts';
import type { Subscription } from '../../watch/watch-hub.ts';
import type { Wire } from '../../network/wire.ts';
import type { Network } from '../../network/network.ts';
import type { Connected, Connection, RemoteWatch } from './connection.ts';
import type { Instance } from './instance.ts';
import { FrozenClients } from './frozen-clients.ts';
import { lastBookmark } from './last-bookmark.ts';
import { isDeaf } from './rerouted-requests.ts';
import { StaleLists } from './stale-lists.ts';
import { WatchLengths } from './watch-lengths.ts';

/** How a watch came to its end, as its client sees it. */
export type WatchEnd =
  /** It goes on from the last version it has seen. */
  | 'eof'
  /** The connection does not answer any more: the reflector begins anew, with a list (kubernetes-behaviour.md 2.1). */
  | 'connection-lost';

/** What a watch that is opened again needs of others. */
export interface WatchNeeds {
  readonly engine: Engine;
  readonly network: Network;
  /** Finds who serves the connection, connecting first where nobody does. */
  connect(connection: Connection, then: Connected): void;
  /** Somebody will serve sooner or later: who waits for him is not idle. */
  readonly somebodyLives: boolean;
  /** One way between client and server, in microseconds. */
  networkMicros(): number;
  /** A server asks etcd how far it is. */
  askEtcd(instance: Instance, done: (answered: boolean) => void): void;
  /** Serves the beginning of a watch, with a list or without; `done` is called when it stands, or was refused. */
  serve(watch: RemoteWatch, instance: Instance, lists: boolean, done: (isOpen: boolean) => void): void;
}

/** Is told of every watch that was opened again. An observer, not a component. */
export interface ReopeningObserver {
  /** @param micros from its end until it stood again; `anew`: with a list; `process`: whose it is */
  reopened(anew: boolean, micros: number, process: string): void;
  /** 410: the watch was to go on from a version that the server has forgotten; 504: its list would have been too old. */
  refused?(kind: Kind, code: 410 | 504): void;
  /** The server ended a watch because nobody read it. */
  terminated?(kind: Kind): void;
}

/** A reflector's back-off: 800 ms, twice as long each time, at most 30 s, times U[1, 2); anew after two minutes of health. */
const BACK_OFF_MICROS = 800_000;
const LONGEST_BACK_OFF_MICROS = 30_000_000;
const HEALTHY_AFTER_MICROS = 120_000_000;

/**
 * The watches of all informers, as reflectors keep them open. One that ends is opened again through whatever server the
 * balancer gives, from the last version it has seen; where that server's cache does not reach back so far, it is told 410
 * and lists anew.
 */
export class ReopenedWatches {
  observer: ReopeningObserver | undefined;
  readonly #needs: WatchNeeds;
  readonly #lengths: WatchLengths;
  readonly #staleLists: StaleLists;
  readonly #frozen: FrozenClients;
  #watches: RemoteWatch[] = [];
  #made = 0;
  #jitter: Stream | undefined;
  #reopens: EventKind | undefined;
  #reopensIdle: EventKind | undefined;
  #arrives: EventKind | undefined;
  #timesOut: EventKind | undefined;

  constructor(needs: WatchNeeds) {
    this.#needs = needs;
    this.#lengths = new WatchLengths(needs.engine);
    this.#frozen = new FrozenClients({
      engine: needs.engine,
      lengths: this.#lengths,
      cut: (watch, staysOpen) => this.#cut(watch, staysOpen),
      goOn: (watch) => this.#goOn(watch),
      opensAgain: (watch) => this.#later(watch, needs.networkMicros()),
      terminated: (watch) => this.observer?.terminated?.(watch.subscription.kind),
    });
    this.#staleLists = new StaleLists({
      engine: needs.engine,
      askEtcd: (instance, done) => needs.askEtcd(instance, done),
      serve: (watch, instance) => this.#serve(watch, instance),
      failed: (watch) => this.#backOff(watch),
      refused: (watch) => {
        this.observer?.refused?.(watch.subscription.kind, 504);
        watch.consistent = true;
        this.#later(watch, needs.networkMicros());
      },
    });
  }

  add(subscription: Subscription, connection: Connection): void {
    this.#watches.push({
      number: this.#made++,
      subscription,
      connection,
      instance: connection.instance,
      isOpen: connection.instance !== undefined,
      flows: connection.instance !== undefined,
      unread: false,
      openedAt: this.#needs.engine.now,
      endedAt: 0,
      seen: { at: this.#needs.engine.now, revision: 0 },
      anew: false,
      consistent: false,
      awaitsCache: false,
      failures: 0,
      lastFailureAt: 0,
      attempt: 0,
    });
    const watch = this.#watches.at(-1)!;
    if (watch.isOpen) {
      if (connection.wire !== undefined) this.#takeOn(watch, connection.wire);
      return;
    }
    this.#cut(watch);
    this.#later(watch, 0);
  }

  /** How many of them deliver. */
  get open(): number {
    return this.#watches.reduce((sum, { isOpen }) => sum + (isOpen ? 1 : 0), 0);
  }

  openAt(instance: Instance): number {
    return this.#watches.reduce((sum, one) => sum + (one.isOpen && one.instance === instance ? 1 : 0), 0);
  }

  /** Watches that a server serves, or is asked for, come to their end. */
  end(instance: Instance, how: WatchEnd): void {
    for (const watch of this.#watches) {
      if (watch.instance === instance && !isDeaf(watch.connection, instance)) this.#end(watch, how);
    }
  }

  /** A client gives its connection to a server up. */
  giveUp(connection: Connection, instance: Instance): void {
    for (const watch of this.#watches) {
      if (watch.connection === connection && watch.instance === instance) this.#end(watch, 'connection-lost');
    }
  }

  #end(watch: RemoteWatch, how: WatchEnd): void {
    if (watch.isOpen) this.#cut(watch);
    if (how === 'connection-lost') watch.anew = true;
    this.#later(watch, this.#needs.networkMicros());
  }

  /** Something is the matter, or no longer, with what carries a connection's watches. */
  look(connection: Connection): void {
    const { wire } = connection;
    if (wire === undefined) return;
    for (const watch of this.#watches) {
      if (watch.connection === connection && watch.instance === connection.instance) this.#takeOn(watch, wire);
    }
  }

  #takeOn(watch: RemoteWatch, wire: Wire): void {
    const { connection, instance, subscription, isOpen } = watch;
    subscription.late(this.#needs.network.latenessOf(instance!.name, connection.name));
    if (isOpen && wire.isSilent) this.#cut(watch, true);
  }

  /** What a connection's server has to tell gets through again. */
  heardAgain(connection: Connection): void {
    for (const watch of this.#watches) {
      if (watch.connection === connection && watch.instance === connection.instance) this.#goOn(watch);
    }
  }

  /**
   * A server takes no new requests and ends at `end`. As long as all is well nobody looks when watches run out: the next
   * one follows on the same connection. From now on it does not, so whose time is over before the end goes elsewhere then.
   */
  retire(instance: Instance, end: number): void {
    const { engine } = this.#needs;
    this.#timesOut ??= engine.on('watch/times-out', (_a, attempt, ref) => this.#timeOut(ref as RemoteWatch, attempt));
    for (const watch of this.#watches) {
      if (watch.instance !== instance || !watch.isOpen) continue;
      const over = this.#lengths.endAfter(watch, engine.now);
      if (over < end) engine.at(over, this.#timesOut, 0, watch.attempt, watch);
    }
  }

  #timeOut(watch: RemoteWatch, attempt: number): void {
    if (watch.attempt !== attempt || !watch.isOpen) return;
    this.#cut(watch);
    // The server said where it stood just before.
    watch.seen = { at: this.#needs.engine.now, revision: watch.seen.revision };
    this.#later(watch, this.#needs.networkMicros());
  }

  /** Delivers nothing for a while: its server is frozen. Nobody notices yet. */
  stall(instance: Instance): void {
    for (const watch of this.#watches) if (watch.instance === instance && watch.isOpen) this.#cut(watch, true);
  }

  /** What is still served by it goes on where it was. */
  unstall(instance: Instance): void {
    for (const watch of this.#watches) {
      if (watch.instance !== instance) continue;
      if (watch.awaitsCache && instance.staleSince === undefined) this.#serve(watch, instance);
      else this.#goOn(watch);
    }
  }

  /** A client is frozen. */
  stopReading(connection: Connection): void {
    this.#frozen.stop(connection, this.#of(connection));
  }

  /** A client reads again. */
  readOn(connection: Connection): void {
    this.#frozen.goOn(connection, this.#of(connection));
  }

  #of(connection: Connection): readonly RemoteWatch[] {
    return this.#watches.filter((watch) => watch.connection === connection);
  }

  /** A client has ended. */
  close(connection: Connection): void {
    connection.frozenAt = undefined;
    for (const watch of this.#watches) {
      if (watch.connection !== connection) continue;
      watch.attempt++;
      watch.isOpen = false;
      watch.subscription.close();
    }
    this.#watches = this.#watches.filter((watch) => watch.connection !== connection);
  }

  /** Unless something else keeps it from it. */
  #goOn(watch: RemoteWatch): void {
    const { instance, connection, subscription, anew } = watch;
    if (!watch.isOpen || instance === undefined || instance.state === 'paused') return;
    if (instance.staleSince !== undefined || connection.frozenAt !== undefined) return;
    if (connection.instance === instance && connection.wire?.isSilent === true) return;
    watch.anew = false;
    watch.flows = true;
    subscription.goOn(this.#needs.engine.now + this.#needs.networkMicros(), anew);
  }

  #cut(watch: RemoteWatch, staysOpen = false): void {
    const { now } = this.#needs.engine;
    const { subscription } = watch;
    subscription.cut();
    if (watch.flows) watch.seen = { at: lastBookmark(watch, now), revision: subscription.seen() };
    watch.flows = false;
    if (staysOpen) return;
    watch.isOpen = false;
    subscription.late(undefined);
    watch.endedAt = now;
  }

  /** The next attempt, so long from now. */
  #later(watch: RemoteWatch, micros: number): void {
    const { engine, somebodyLives } = this.#needs;
    this.#reopens ??= engine.on('watch/reopens', (_a, attempt, ref) => this.#reopen(ref as RemoteWatch, attempt));
    this.#reopensIdle ??= engine.on(
      'watch/reopens-in-vain',
      (_a, attempt, ref) => this.#reopen(ref as RemoteWatch, attempt),
      { background: true },
    );
    watch.instance = undefined;
    watch.awaitsCache = false;
    const kind = somebodyLives ? this.#reopens : this.#reopensIdle;
    engine.after(micros, kind, 0, ++watch.attempt, watch);
  }

  #backOff(watch: RemoteWatch): void {
    const { engine } = this.#needs;
    this.#jitter ??= engine.stream('reflector/back-off');
    if (engine.now - watch.lastFailureAt > HEALTHY_AFTER_MICROS) watch.failures = 0;
    let pause = BACK_OFF_MICROS;
    for (let i = 0; i < watch.failures && pause < LONGEST_BACK_OFF_MICROS; i++) pause *= 2;
    watch.failures++;
    watch.lastFailureAt = engine.now;
    this.#later(watch, Math.round(Math.min(pause, LONGEST_BACK_OFF_MICROS) * (1 + this.#jitter.next())));
  }

  #reopen(watch: RemoteWatch, attempt: number): void {
    const { engine } = this.#needs;
    const { connection } = watch;
    // A frozen process does nothing; it begins when it goes on.
    if (watch.attempt !== attempt || connection.frozenAt !== undefined) return;
    this.#needs.connect(connection, (instance, _refusedAfter, timedOut = false) => {
      if (watch.attempt !== attempt) return;
      if (instance === undefined) {
        // Whoever is refused tries the same again. Whoever is not answered lists.
        if (timedOut) watch.anew = true;
        this.#backOff(watch);
        return;
      }
      watch.instance = instance;
      const one = ++watch.attempt;
      const { wire } = connection;
      const at = Math.max(engine.now, connection.readyAt) + this.#needs.networkMicros();
      if (wire !== undefined) {
        this.#needs.network.sendThere(wire, at - engine.now, () => this.#arrive(watch, one));
        return;
      }
      this.#arrives ??= engine.on('watch/reaches-server', (_a, b, ref) => this.#arrive(ref as RemoteWatch, b));
      engine.at(at, this.#arrives, 0, one, watch);
    });
  }

  #arrive(watch: RemoteWatch, attempt: number): void {
    const { instance } = watch;
    if (watch.attempt !== attempt || instance === undefined) return;
    if (instance.state === 'paused') {
      instance.held.push(() => this.#arrive(watch, attempt));
      return;
    }
    const { kind } = watch.subscription;
    if (!watch.anew && isBefore(watch.seen, instance.caches.of(kind).oldest)) {
      // 200, and an ERROR event with 410: too old resource version.
      this.observer?.refused?.(kind, 410);
      watch.anew = true;
      this.#backOff(watch);
      return;
    }
    const { staleSince } = instance;
    if (watch.anew && staleSince !== undefined && (watch.consistent || isBeyond(watch.seen, staleSince))) {
      this.#staleLists.wait(watch, instance);
    } else this.#serve(watch, instance);
  }

  #serve(watch: RemoteWatch, instance: Instance): void {
    const { attempt } = watch;
    watch.awaitsCache = false;
    this.#needs.serve(watch, instance, watch.anew, (isOpen) => {
      if (watch.attempt !== attempt) return;
      if (isOpen) this.#opened(watch);
      else this.#backOff(watch);
    });
  }

  #opened(watch: RemoteWatch): void {
    const { engine } = this.#needs;
    this.observer?.reopened(watch.anew, engine.now - watch.endedAt, watch.connection.name);
    watch.isOpen = true;
    watch.unread = false;
    watch.consistent = false;
    watch.openedAt = engine.now;
    if (watch.anew) watch.seen = { at: engine.now, revision: watch.seen.revision };
    const { attempt, connection, subscription } = watch;
    const { wire } = connection;
    if (wire === undefined || connection.instance !== watch.instance) {
      this.#goOn(watch);
      return;
    }
    subscription.late(this.#needs.network.latenessOf(connection.instance!.name, connection.name));
    this.#needs.network.sendBack(wire, 0, () => {
      if (watch.attempt === attempt) this.#goOn(watch);
    });
  }
}

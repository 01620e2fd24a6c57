import type { Engine, EventKind } from '../../../engine/engine.ts';
import { assert } from '../../../engine/assert.ts';
import { sampler } from '../../../engine/samplers.ts';
import type { Parameters } from '../../../scenario.ts';
import type { EtcdService } from '../../etcd/etcd-service.ts';
import type { Commit, Store } from '../../etcd/store.ts';
import { CacheWindows } from '../../watch/cache-windows.ts';
import type { Subscription } from '../../watch/watch-hub.ts';
import type { EventPath } from '../event-path.ts';
import type { Fairness } from '../fairness.ts';
import type { RequestPath } from '../request-path.ts';
import { Gate } from '../gate.ts';
import type { Network } from '../../network/network.ts';
import { Connection, type Connected } from './connection.ts';
import { Dialling } from './dialling.ts';
import { Instance } from './instance.ts';
import { InstanceCaches } from './instance-caches.ts';
import { ReopenedWatches, type ReopeningObserver } from './reopened-watches.ts';
import { isDeaf, ReroutedRequests } from './rerouted-requests.ts';
import { SilentConnections } from './silent-connections.ts';

export interface InstancesNeeds {
  readonly engine: Engine;
  readonly parameters: Parameters;
  readonly path: RequestPath;
  readonly events: EventPath;
  readonly store: Store;
  readonly etcd: EtcdService;
  readonly fairness: Fairness;
  readonly network: Network;
}

interface Kinds {
  readonly ready: EventKind;
  readonly unheard: EventKind;
  readonly ends: EventKind;
}

export interface ServerLoad {
  readonly name: string;
  readonly connections: number;
  readonly watches: number;
}

/** A new connection takes three round trips: TCP's handshake, TLS', and HTTP/2's settings. */
const WAYS_TO_CONNECT = 6;
/** Go's HTTP/2 asks a silent connection for a sign of life after 30 s, and gives it up 15 s later. Recorded: 45 s. */
const SILENCE_MICROS = 45_000_000;
/** Who connects to a process that stands still is let in by its kernel, and waits for TLS in vain. */
const HANDSHAKE_TIMEOUT_MICROS = 10_000_000;
/** After a SIGTERM watches stay open so long. Recorded: 60 s, with the default of `--shutdown-delay-duration`, 0. */
const WATCHES_STAY_MICROS = 60_000_000;
/** The longest that a reflector waits before it tries again. */
const LONGEST_RETRY_MICROS = 60_000_000;

/**
 * The API servers and the load balancer before them: it gives each new connection to the next server that listens, in
 * turn, and knows at once which do. Whoever is connected stays: after a restart the others keep its clients.
 */
export class Instances {
  readonly all: readonly Instance[];
  readonly watches: Pick<ReopenedWatches, 'open'>;
  readonly #needs: InstancesNeeds;
  readonly #connections = new Map<string, Connection>();
  readonly #watches: ReopenedWatches;
  readonly #requests: ReroutedRequests;
  readonly #silent: SilentConnections;
  readonly #dialling: Dialling;
  #turn = 0;
  /** Of each, whether it is started again as soon as it has ended, and what is to happen once it serves. */
  readonly #startsAgain: boolean[];
  readonly #onceReady: ((() => void) | undefined)[];
  readonly #caches = new InstanceCaches();
  #kinds: Kinds | undefined;
  #awaited: EventKind | undefined;

  constructor(count: number, needs: InstancesNeeds) {
    assert(Number.isInteger(count) && count >= 1, 'there is at least one API server');
    this.#needs = needs;
    const caches = new CacheWindows({ at: 0, revision: needs.store.revision });
    this.all = Array.from({ length: count }, (_, index) => new Instance(index, caches));
    this.#cachesBegin(this.all);
    this.#startsAgain = this.all.map(() => false);
    this.#onceReady = this.all.map(() => undefined);
    const { engine, path, events } = needs;
    const { network } = needs;
    const connect = (connection: Connection, then: Connected): void => this.#connect(connection, then);
    this.#requests = new ReroutedRequests({ engine, path, events, network, connect });
    path.detour = events.detour = this.#requests;
    const somebodyLives = (): boolean => this.all.some(({ state }) => state !== 'dead');
    this.#watches = new ReopenedWatches({
      engine,
      network,
      connect,
      get somebodyLives() {
        return somebodyLives();
      },
      networkMicros: () => path.networkMicros(),
      askEtcd: (instance, done) => {
        if (needs.etcd.inTrouble) needs.etcd.read(instance.index, (error) => done(error === undefined));
        else done(true);
      },
      serve: ({ subscription, connection }, instance, lists, done) => {
        const { kind, ofNode } = subscription;
        const opening = { flows: connection.flows, kind, lists, ofNode };
        needs.fairness.open(
          instance,
          opening,
          () => done(true),
          () => done(false),
        );
      },
    });
    this.watches = this.#watches;
    this.#silent = new SilentConnections(engine, network, this.#requests, this.#watches);
    this.#dialling = new Dialling(engine, network);
  }

  /** The connections of a process, or of all of them, are looked at: something has changed in the network. */
  look(name?: string): void {
    if (name === undefined) for (const connection of this.#connections.values()) this.#silent.look(connection);
    else if (this.#connections.has(name)) this.#silent.look(this.#connections.get(name)!);
  }

  /** The watch of etcd that fills a server's caches brings nothing any more, or does again. */
  etcdWatch(index: number, flows: boolean): void {
    const instance = this.all[index]!;
    const { engine, store } = this.#needs;
    instance.staleSince = flows ? undefined : { at: engine.now, revision: store.revision };
    if (flows) this.#watches.unstall(instance);
    else this.#watches.stall(instance);
  }

  /** To which server a process is connected, by its number; undefined: to none. */
  serverOf(name: string): number | undefined {
    return this.#connections.get(name)?.instance?.index;
  }

  /** A process that is connected nowhere connects, as a kubelet does that has given its connection up. */
  redial(name: string): void {
    const connection = this.connection(name);
    const { instance } = connection;
    if (instance !== undefined) this.#silent.giveUp(connection, instance);
    this.#connect(connection, () => undefined);
  }

  /** The connection of a process, made when it is first asked for. */
  connection(name: string): Connection {
    let connection = this.#connections.get(name);
    if (connection === undefined) {
      connection = new Connection(name, this.#next());
      this.#connections.set(name, connection);
      this.#silent.look(connection);
    }
    return connection;
  }

  /** How many connections each server has, in order. */
  get connections(): readonly number[] {
    const counts = this.all.map(() => 0);
    for (const { instance } of this.#connections.values()) if (instance !== undefined) counts[instance.index]!++;
    return counts;
  }

  /** The balancer gives the next connection to this one, if it listens. */
  prefer(index: number): void {
    this.#turn = index;
  }

  /** What each server has in the way of clients. */
  loads(): readonly ServerLoad[] {
    const { connections } = this;
    return this.all.map((instance) => ({
      name: `kube-apiserver-${instance.index}`,
      connections: connections[instance.index]!,
      watches: this.#watches.openAt(instance),
    }));
  }

  /** Whether there is anything to tell of them: several, or one that something has happened to. */
  get areSpecial(): boolean {
    return this.all.length > 1 || this.all.some(({ life }) => life > 0);
  }

  /** Tells `observer` of every watch that is opened again. */
  observe(observer: ReopeningObserver): void {
    this.#watches.observer = observer;
  }

  /** A watch that goes over a connection. */
  watch(subscription: Subscription, connection: string): void {
    this.#watches.add(subscription, this.connection(connection));
  }

  /** Something was committed. */
  committed(commit: Commit): void {
    this.#caches.committed(commit);
  }

  /** What has been committed until now was there before the caches began. */
  cachesBegin(): void {
    this.#cachesBegin(this.all);
  }

  /** A process is frozen: its sockets fill. */
  stopReading(process: string): void {
    this.#watches.stopReading(this.connection(process));
  }

  /** It reads on. */
  readOn(process: string): void {
    this.#watches.readOn(this.connection(process));
  }

  /** A process has ended, and its watches with it. */
  closeWatches(process: string): void {
    this.#watches.close(this.connection(process));
  }

  /** SIGKILL. */
  kill(index: number): void {
    const instance = this.all[index]!;
    if (instance.state !== 'dead') this.#end(instance);
  }

  /**
   * SIGTERM: it takes no new connections, asks the present ones to send their requests elsewhere, and ends when it has
   * kept the watches open for a while.
   */
  terminate(index: number): void {
    const { engine } = this.#needs;
    const instance = this.all[index]!;
    if (instance.state === 'starting') this.#end(instance);
    if (instance.state !== 'running') return;
    instance.state = 'stopping';
    this.#leave(instance);
    this.#requests.recall(instance);
    this.#watches.retire(instance, engine.now + WATCHES_STAY_MICROS);
    engine.after(WATCHES_STAY_MICROS, this.#events().ends, index, instance.life);
  }

  /** SIGSTOP. */
  pause(index: number): void {
    const { engine } = this.#needs;
    const instance = this.all[index]!;
    if (instance.state !== 'running') return;
    instance.state = 'paused';
    this.#disturb(instance);
    this.#requests.freeze(instance);
    this.#watches.stall(instance);
    engine.after(SILENCE_MICROS, this.#events().unheard, index, ++instance.life);
  }

  /** SIGCONT: it goes on with whatever has come for it. */
  resume(index: number): void {
    const instance = this.all[index]!;
    if (instance.state !== 'paused') return;
    instance.state = 'running';
    const { held } = instance;
    instance.held = [];
    instance.abandoned = [];
    this.#watches.unstall(instance);
    for (const act of held) act();
  }

  /** Its work takes so many times as long from now on; 1: as usual. */
  slowDown(index: number, factor: number): void {
    const instance = this.all[index]!;
    instance.slowness = factor;
    if (factor !== 1) this.#disturb(instance);
  }

  /** A new process, where there is none; where the old one is still ending, once it has. */
  start(index: number, onceReady?: () => void): void {
    const instance = this.all[index]!;
    if (onceReady !== undefined) this.#onceReady[index] = onceReady;
    if (instance.state === 'stopping') this.#startsAgain[index] = true;
    if (instance.state !== 'dead') return;
    this.#startsAgain[index] = false;
    instance.state = 'starting';
    const { engine, parameters } = this.#needs;
    const starts = sampler(parameters.apiServer.start)(engine.stream('api-server/start'));
    engine.after(starts, this.#events().ready, index, instance.life);
  }

  /** One after the other gets its SIGTERM and is started again, the next when the last one serves. */
  restartInTurn(from = 0): void {
    if (from >= this.all.length) return;
    this.terminate(from);
    this.start(from, () => this.restartInTurn(from + 1));
  }

  #ready(instance: Instance): void {
    const { engine } = this.#needs;
    instance.state = 'running';
    instance.slowness = 1;
    this.#cachesBegin([instance]);
    // Reflectors that found nobody come back by themselves; until then the run has something to wait for.
    this.#awaited ??= engine.on('api-server/clients-awaited', () => undefined);
    engine.after(LONGEST_RETRY_MICROS, this.#awaited);
    const once = this.#onceReady[instance.index];
    this.#onceReady[instance.index] = undefined;
    once?.();
  }

  #cachesBegin(those: readonly Instance[]): void {
    const { engine, store } = this.#needs;
    this.#caches.begin(those, this.all, { at: engine.now, revision: store.revision });
  }

  #end(instance: Instance): void {
    instance.state = 'dead';
    instance.life++;
    instance.held = [];
    this.#lose(instance, false);
    instance.gate = new Gate();
    if (this.#startsAgain[instance.index]) this.start(instance.index);
  }

  /** Nobody is connected to it any more. */
  #lose(instance: Instance, lives: boolean): void {
    this.#leave(instance);
    this.#requests.lose(instance, lives);
    this.#watches.end(instance, lives ? 'connection-lost' : 'eof');
  }

  /** New requests of its clients have to connect. */
  #leave(instance: Instance): void {
    for (const connection of this.#connections.values()) {
      if (connection.instance !== instance) continue;
      if (isDeaf(connection, instance)) {
        // As soon as packets get through, its kernel answers that it knows of no such connection.
        if (instance.state === 'dead') this.#silent.giveUpOnceHeard(connection, instance);
        continue;
      }
      // After a SIGTERM the old connection goes on beside the new one.
      if (instance.state !== 'stopping') connection.wire?.close();
      connection.wire = undefined;
      connection.instance = undefined;
      connection.isPlain = false;
    }
  }

  #disturb(instance: Instance): void {
    for (const connection of this.#connections.values()) {
      if (connection.instance === instance) connection.isPlain = false;
    }
  }

  #connect(connection: Connection, then: Connected): void {
    const { instance, name } = connection;
    if (instance !== undefined) {
      then(instance, 0);
      return;
    }
    const { network } = this.#needs;
    if (connection.dialling !== undefined) {
      connection.dialling.push(then);
      return;
    }
    const next = this.#next();
    if (next === undefined) {
      const micros = this.#refusalMicros();
      then(undefined, micros, micros === HANDSHAKE_TIMEOUT_MICROS);
    } else if (network.isCut(name, next.name)) {
      connection.dialling = [then];
      this.#dialling.begin(connection, next, (one, to) => this.#connected(one, to));
    } else {
      this.#connected(connection, next);
      then(next, 0);
    }
  }

  #connected(connection: Connection, instance: Instance): void {
    const { engine, path, network } = this.#needs;
    const { name } = connection;
    connection.instance = instance;
    connection.readyAt = engine.now;
    for (let i = 0; i < WAYS_TO_CONNECT; i++) {
      connection.readyAt += path.networkMicros();
      if (!network.isTroubled(name, instance.name)) continue;
      connection.readyAt +=
        i % 2 === 0 ? network.delayMicros(name, instance.name) : network.delayMicros(instance.name, name);
    }
    this.#silent.look(connection);
  }

  /** The balancer's choice. */
  #next(): Instance | undefined {
    for (let i = 0; i < this.all.length; i++) {
      const instance = this.all[(this.#turn + i) % this.all.length]!;
      if (!instance.listens) continue;
      this.#turn = (instance.index + 1) % this.all.length;
      return instance;
    }
    return undefined;
  }

  #refusalMicros(): number {
    if (this.all.some(({ state }) => state === 'paused')) return HANDSHAKE_TIMEOUT_MICROS;
    const { path } = this.#needs;
    return path.networkMicros() + path.networkMicros();
  }

  #events(): Kinds {
    const { engine } = this.#needs;
    const one = (act: (instance: Instance) => void) => (index: number, life: number) => {
      const instance = this.all[index]!;
      if (instance.life === life) act(instance);
    };
    return (this.#kinds ??= {
      ready: engine.on(
        'api-server/serves',
        one((instance) => this.#ready(instance)),
      ),
      unheard: engine.on(
        'api-server/not-heard-of',
        one((instance) => {
          if (instance.state === 'paused') this.#lose(instance, true);
        }),
      ),
      ends: engine.on(
        'api-server/ended',
        one((instance) => this.#end(instance)),
      ),
    });
  }
}

import type { Engine, EventKind } from '../../../engine/engine.ts';
import { assert } from '../../../engine/assert.ts';
import { sampler } from '../../../engine/samplers.ts';
import type { HealthCheckSpec } from '../../../scenario/cluster.ts';
import type { Parameters } from '../../../scenario/parameters.ts';
import type { EtcdService } from '../../etcd/etcd-service.ts';
import type { Commit, Store } from '../../etcd/store.ts';
import { CacheWindows } from '../../watch/cache-windows.ts';
import type { Subscription } from '../../watch/watch-hub.ts';
import type { EventPath } from '../event-path.ts';
import type { Fairness } from '../fairness.ts';
import type { RequestPath } from '../request-path.ts';
import { Gate } from '../gate.ts';
import type { Network } from '../../network/network.ts';
import { Balancer } from './balancer.ts';
import type { Connected, Connection } from './connection.ts';
import { Connections } from './connections.ts';
import { HealthChecks, type ServerHealth } from './health-checks.ts';
import { Instance } from './instance.ts';
import { InstanceCaches } from './instance-caches.ts';
import { Readiness } from './readiness.ts';
import { ReopenedWatches, type ReopeningObserver } from './reopened-watches.ts';
import { ReroutedRequests } from './rerouted-requests.ts';
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
  /** How the load balancer asks who is ready. Absent: it does not. */
  readonly healthCheck?: HealthCheckSpec | undefined;
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
  /** What its `/readyz` says. */
  readonly isReady: boolean;
  /** What the load balancer thinks of it. Absent: that does not ask. */
  readonly health: ServerHealth | undefined;
}

/** Go's HTTP/2 asks a silent connection for a sign of life after 30 s, and gives it up 15 s later. Recorded: 45 s. */
const SILENCE_MICROS = 45_000_000;
/** After a SIGTERM watches stay open so long. Recorded: 60 s, with the default of `--shutdown-delay-duration`, 0. */
const WATCHES_STAY_MICROS = 60_000_000;
/** The longest that a reflector waits before it tries again. */
const LONGEST_RETRY_MICROS = 60_000_000;

/** The API servers behind the load balancer: how their processes begin and end, and what becomes of their clients then. */
export class Instances {
  readonly all: readonly Instance[];
  readonly watches: Pick<ReopenedWatches, 'open'>;
  readonly #needs: InstancesNeeds;
  readonly #balancer: Balancer;
  readonly #connections: Connections;
  readonly #readiness: Readiness;
  /** Absent: the balancer does not ask. */
  readonly #health: HealthChecks | undefined;
  readonly #watches: ReopenedWatches;
  readonly #requests: ReroutedRequests;
  /** Of each, whether it is started again as soon as it has ended, and what is to happen once it serves. */
  readonly #startsAgain: boolean[];
  readonly #onceReady: ((() => void) | undefined)[];
  readonly #caches = new InstanceCaches();
  #kinds: Kinds | undefined;
  #awaited: EventKind | undefined;
  #stops: EventKind | undefined;

  constructor(count: number, needs: InstancesNeeds) {
    assert(Number.isInteger(count) && count >= 1, 'there is at least one API server');
    this.#needs = needs;
    const caches = new CacheWindows({ at: 0, revision: needs.store.revision });
    this.all = Array.from({ length: count }, (_, index) => new Instance(index, caches));
    this.#cachesBegin(this.all);
    this.#startsAgain = this.all.map(() => false);
    this.#onceReady = this.all.map(() => undefined);
    const { engine, path, events, network, healthCheck } = needs;
    this.#readiness = new Readiness(needs.etcd);
    if (healthCheck !== undefined) {
      this.#health = new HealthChecks(healthCheck, engine, this.all, this.#readiness);
    }
    const health = this.#health;
    this.#balancer = new Balancer(this.all, health === undefined ? undefined : (server) => health.isUp(server));
    const networkMicros = (): number => path.networkMicros();
    const connections = new Connections({
      engine,
      network,
      servers: this.all,
      balancer: this.#balancer,
      networkMicros,
    });
    this.#connections = connections;
    const connect = (connection: Connection, then: Connected): void => connections.connect(connection, then);
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
      networkMicros,
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
    connections.silent = new SilentConnections(engine, network, this.#requests, this.#watches);
  }

  /** The connections of a process, or of all of them, are looked at: something has changed in the network. */
  look(name?: string): void {
    this.#connections.look(name);
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
    return this.#connections.serverOf(name);
  }

  /** A process that is connected nowhere connects, as a kubelet does that has given its connection up. */
  redial(name: string): void {
    this.#connections.redial(name);
  }

  /** The connection of a process, made when it is first asked for. */
  connection(name: string): Connection {
    return this.#connections.of(name);
  }

  /** How many connections each server has, in order. */
  get connections(): readonly number[] {
    return this.#connections.counts;
  }

  /** The balancer gives the next connection to this one, if it may have it. */
  prefer(index: number): void {
    this.#balancer.prefer(index);
  }

  /** Something may keep a server from being ready. */
  lookAfterHealth(): void {
    this.#health?.begin();
  }

  /** What each server has in the way of clients. */
  loads(): readonly ServerLoad[] {
    const { connections } = this;
    const health = this.#health?.figures();
    return this.all.map((instance) => ({
      name: `kube-apiserver-${instance.index}`,
      connections: connections[instance.index]!,
      watches: this.#watches.openAt(instance),
      isReady: this.#readiness.presumed(instance),
      health: health?.[instance.index],
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
   * SIGTERM: after `--shutdown-delay-duration` it takes no new connections, asks the present ones to send their requests
   * elsewhere, and ends when it has kept the watches open for a while.
   */
  terminate(index: number): void {
    const { engine } = this.#needs;
    const instance = this.all[index]!;
    if (instance.state === 'starting') this.#end(instance);
    if (instance.state !== 'running' || instance.isLeaving) return;
    const { shutdownDelayDuration } = this.#needs.parameters.apiServer;
    if (shutdownDelayDuration === 0) this.#stop(instance);
    else {
      instance.isLeaving = true;
      this.#stops ??= engine.on('api-server/shutdown-delay-over', (one, life) => {
        if (this.all[one]!.life === life) this.#stop(this.all[one]!);
      });
      engine.after(shutdownDelayDuration, this.#stops, index, instance.life);
    }
    this.lookAfterHealth();
  }

  #stop(instance: Instance): void {
    const { engine } = this.#needs;
    const { index } = instance;
    instance.isLeaving = false;
    instance.state = 'stopping';
    this.#connections.leave(instance);
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
    this.#connections.disturb(instance);
    this.#requests.freeze(instance);
    this.#watches.stall(instance);
    engine.after(SILENCE_MICROS, this.#events().unheard, index, ++instance.life);
    this.lookAfterHealth();
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
    // The time of its shutdown delay went on.
    if (instance.isLeaving) this.#stop(instance);
  }

  /** Its work takes so many times as long from now on; 1: as usual. */
  slowDown(index: number, factor: number): void {
    const instance = this.all[index]!;
    instance.slowness = factor;
    if (factor !== 1) this.#connections.disturb(instance);
  }

  /** A new process, where there is none; where the old one is still ending, once it has. */
  start(index: number, onceReady?: () => void): void {
    const instance = this.all[index]!;
    if (onceReady !== undefined) this.#onceReady[index] = onceReady;
    if (instance.state === 'stopping' || instance.isLeaving) this.#startsAgain[index] = true;
    if (instance.state !== 'dead') return;
    this.#startsAgain[index] = false;
    instance.state = 'starting';
    const { engine, parameters } = this.#needs;
    const starts = sampler(parameters.apiServer.start)(engine.stream('api-server/start'));
    engine.after(starts, this.#events().ready, index, instance.life);
    this.lookAfterHealth();
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
    instance.isLeaving = false;
    instance.life++;
    instance.held = [];
    this.#lose(instance, false);
    instance.gate = new Gate();
    this.lookAfterHealth();
    if (this.#startsAgain[instance.index]) this.start(instance.index);
  }

  /** Nobody is connected to it any more. */
  #lose(instance: Instance, lives: boolean): void {
    this.#connections.leave(instance);
    this.#requests.lose(instance, lives);
    this.#watches.end(instance, lives ? 'connection-lost' : 'eof');
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

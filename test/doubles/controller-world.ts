import type { Change } from '../../src/sim/api/change.ts';
import type { ApiObject, Kind, Kinds } from '../../src/sim/api/kinds.ts';
import type { MetricsSource } from '../../src/sim/api/metrics.ts';
import type { Reason, Request, Response } from '../../src/sim/api/request.ts';
import type { Informer } from '../../src/sim/control-plane/informer.ts';
import { WorkQueue } from '../../src/sim/control-plane/work-queue.ts';
import type { Controller, ControllerFactory, SyncSteps } from '../../src/sim/policy-api/controllers.ts';
import { SyncError } from '../../src/sim/policy-api/sync-error.ts';
import { makeNamespace } from './objects.ts';
import { WorldCaches, type WatchOptions } from './world-caches.ts';
import { WorldClock } from './world-clock.ts';
import { WorldServer } from './world-server.ts';

export const SECOND = 1_000_000;

export interface WorldOptions extends WatchOptions {
  readonly controllers: readonly ControllerFactory[];
  /** From sending a request to its commit, and from there to its answer. Microseconds. */
  readonly requestDelay?: () => number;
  /** A refusal in place of carrying the request out. */
  readonly refuse?: (request: Request, world: ControllerWorld) => Refusal | undefined;
  /** What happens at the moment a controller's request has been carried out, before it is answered. */
  readonly carriedOut?: (sent: Sent, world: ControllerWorld) => void;
  /** Who answers for the metrics APIs. */
  readonly metrics?: MetricsSource;
}

/** What becomes of the requests of controllers that crash: those under way arrive, or are lost with them. */
export interface Crash {
  readonly downtime: number;
  readonly underWay: 'arrive' | 'lost';
}

export type Refusal = readonly [code: number, reason: Reason, message: string, cause?: string];

export interface Sent {
  readonly at: number;
  readonly by: string;
  readonly request: Request;
  readonly ok: boolean;
}

interface Host {
  readonly controller: Controller;
  readonly queue: WorkQueue;
  readonly failures: Map<string, number>;
  /** Keys that are to be looked at again, as soon as the rate limiter allows. */
  readonly waiting: Set<string>;
  working: number;
}

const SYNC_TIME = 500;
const FIRST_RETRY = 5_000;

/**
 * A small cluster without nodes: one store behind an API server that answers at once, caches that lag behind it, and a
 * synchronous host that drives controllers by hand through virtual time. Slow and obvious; the real host has its own
 * tests.
 */
export class ControllerWorld {
  readonly sent: Sent[] = [];
  readonly events: { readonly about: string; readonly reason: string; readonly message: string }[] = [];
  readonly watchers: ((change: Change) => void)[] = [];
  /** Creations that were sent and not yet carried out, by kind. */
  readonly creationsUnderWay = new Map<Kind, number>();
  /** The kinds that controllers have a handler for or look up. */
  readonly kindsWatched = new Set<Kind>();
  readonly #options: WorldOptions;
  readonly #clock = new WorldClock();
  readonly #server: WorldServer;
  readonly #caches: WorldCaches;
  readonly #hosts: Host[] = [];
  #life = 0;
  #underWayArrives = true;
  #suffixes = 0;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.#server = new WorldServer(
      () => this.now,
      (change) => this.#announce(change),
      options.metrics,
    );
    this.#caches = new WorldCaches(this.#clock, options);
    for (const factory of options.controllers) this.#add(factory);
    this.apply(makeNamespace('default'));
  }

  get now(): number {
    return this.#clock.now;
  }

  get revision(): number {
    return this.#server.revision;
  }

  // ---- What a user does: at once ----

  /** Puts an object there as it is given, whatever the API server would say to it. */
  apply<T extends ApiObject>(object: T): T {
    return this.#server.place(object);
  }

  /** Replaces the stored object by what `change` makes of it. */
  edit<K extends Kind>(kind: K, key: string, change: (object: Kinds[K]) => Kinds[K]): void {
    this.#server.edit(kind, key, change);
  }

  request(request: Request): Response {
    return this.#server.carryOut(request);
  }

  get<K extends Kind>(kind: K, key: string): Kinds[K] | undefined {
    return this.#server.get(kind, key);
  }

  list<K extends Kind>(kind: K): readonly Kinds[K][] {
    return this.#server.list(kind);
  }

  cached<K extends Kind>(kind: K): Informer<K> {
    return this.#caches.of(kind);
  }

  /** Whether the version that `drops` names was really replaced before anybody saw it. */
  get hasDropped(): boolean {
    return this.#caches.hasDropped;
  }

  /** Adds a key to the queue of every controller. */
  enqueue(key: string): void {
    for (const host of this.#hosts) this.#enqueue(host, key);
  }

  after(delay: number, act: () => void): void {
    this.#clock.after(delay, act);
  }

  /** Until nothing is left to do, at most until `until`. */
  run(until = Infinity): void {
    this.#clock.run(until);
  }

  /**
   * All controllers die: queues, expectations and caches are gone. After `downtime` they begin anew with the state of
   * that moment.
   */
  crash({ downtime, underWay }: Crash): void {
    const life = ++this.#life;
    this.#underWayArrives = underWay === 'arrive';
    if (!this.#underWayArrives) this.creationsUnderWay.clear();
    this.#hosts.length = 0;
    this.#caches.forget();
    this.after(downtime, () => {
      if (life !== this.#life) return;
      for (const factory of this.#options.controllers) this.#add(factory);
      this.#caches.fill(this.revision, (kind) => this.list(kind));
    });
  }

  // ---- The host ----

  #add(factory: ControllerFactory): void {
    const queue = new WorkQueue();
    const host = (): Host | undefined => this.#hosts.find((one) => one.queue === queue);
    const controller = factory({
      now: () => this.now,
      lister: (kind) => {
        this.kindsWatched.add(kind);
        return this.cached(kind);
      },
      enqueue: (key) => this.#enqueue(host(), key),
      enqueueAfter: (key, delay) => this.after(delay, () => this.#enqueue(host(), key)),
      enqueueRateLimited: (key) => this.#enqueueRateLimited(host(), key),
      enqueuePeriodically: (key, delay) => this.after(delay, () => this.#enqueue(host(), key)),
      record: (about, _type, reason, message) =>
        this.events.push({ about: `${about.kind}/${about.metadata.name}`, reason, message }),
      randomSuffix: (length) => String(this.#suffixes++).padStart(length, 'x'),
      random: () => 0.5,
    });
    this.#hosts.push({ controller, queue, failures: new Map(), waiting: new Set(), working: 0 });
    for (const kind of Object.keys(controller.handlers) as Kind[]) {
      this.kindsWatched.add(kind);
      this.cached(kind).subscribe(controller.handlers[kind] as (change: Change) => void);
    }
  }

  #enqueue(host: Host | undefined, key: string): void {
    if (host === undefined) return;
    host.queue.add(key);
    this.#dispatch(host);
  }

  /** A key that waits already comes up when it would have come up anyway. */
  #enqueueRateLimited(host: Host | undefined, key: string): void {
    if (host === undefined || host.waiting.has(key)) return;
    host.waiting.add(key);
    const life = this.#life;
    this.after(host.controller.retryBackoff?.baseMicros ?? FIRST_RETRY, () => {
      host.waiting.delete(key);
      if (life === this.#life) this.#enqueue(host, key);
    });
  }

  #dispatch(host: Host): void {
    if (host.queue.length === 0 || host.working >= host.controller.workers) return;
    host.working++;
    const life = this.#life;
    this.after(SYNC_TIME, () => {
      if (life !== this.#life) return;
      const key = host.queue.get();
      if (key === undefined) host.working--;
      else this.#resume(host, key, host.controller.sync(key), undefined);
    });
    if (host.working < host.queue.length) this.#dispatch(host);
  }

  #failed(host: Host, key: string): void {
    const failures = host.failures.get(key) ?? 0;
    host.failures.set(key, failures + 1);
    if (failures < (host.controller.maxRetries ?? Infinity)) {
      const life = this.#life;
      const wait = Math.min(1000 * SECOND, FIRST_RETRY << Math.min(failures, 18));
      this.after(wait, () => life === this.#life && this.#enqueue(host, key));
    }
    this.#finish(host, key);
  }

  #resume(host: Host, key: string, steps: SyncSteps, answer: Response | readonly Response[] | undefined): void {
    let next: ReturnType<SyncSteps['next']>;
    try {
      next = steps.next(answer as never);
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      return this.#failed(host, key);
    }
    if (next.done === true) {
      if (next.value !== undefined) return this.#failed(host, key);
      host.failures.delete(key);
      return this.#finish(host, key);
    }
    const { value } = next;
    const requests: readonly Request[] = Array.isArray(value) ? value : [value as Request];
    const answers: Response[] = [];
    if (requests.length === 0) return this.#resume(host, key, steps, answers);
    let missing = requests.length;
    const life = this.#life;
    requests.forEach((request, i) => {
      this.#countUnderWay(request, 1);
      this.after(this.#options.requestDelay?.() ?? 2_000, () => {
        if (life !== this.#life && !this.#underWayArrives) return;
        this.#countUnderWay(request, -1);
        const refusal = this.#options.refuse?.(request, this);
        const response: Response = refusal === undefined ? this.#server.carryOut(request) : refused(refusal);
        const sent: Sent = { at: this.now, by: host.controller.name, request, ok: response.ok };
        this.sent.push(sent);
        if (life === this.#life) this.#options.carriedOut?.(sent, this);
        this.after(this.#options.requestDelay?.() ?? 2_000, () => {
          if (life !== this.#life) return;
          answers[i] = response;
          if (--missing === 0) this.#resume(host, key, steps, Array.isArray(value) ? answers : response);
        });
      });
    });
  }

  #finish(host: Host, key: string): void {
    host.queue.done(key);
    host.working--;
    this.#dispatch(host);
  }

  #countUnderWay(request: Request, by: number): void {
    if (request.verb !== 'create') return;
    const { kind } = request.object;
    this.creationsUnderWay.set(kind, (this.creationsUnderWay.get(kind) ?? 0) + by);
  }

  #announce(change: Change): void {
    this.#caches.announce(change);
    for (const watcher of this.watchers) watcher(change);
  }
}

function refused([code, reason, message, cause]: Refusal): Response {
  const causes = cause === undefined ? [] : [{ reason: cause, message }];
  return { ok: false, code, reason, message, causes };
}

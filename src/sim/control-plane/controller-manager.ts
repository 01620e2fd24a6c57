import { assert } from '../engine/assert.ts';
import { workMicros, type Clockwork } from '../engine/clockwork.ts';
import type { EventHandle, EventKind } from '../engine/engine.ts';
import { sampler, type Sampler } from '../engine/samplers.ts';
import type { Stream } from '../engine/streams.ts';
import type { Change } from '../api/change.ts';
import type { Kind } from '../api/kinds.ts';
import type { Client, ClientRateLimit, Request, Response } from '../api/request.ts';
import type { Controller, ControllerFactory, ControllerHost, SyncSteps } from '../policy-api/controllers.ts';
import type { CloudProvider } from '../policy-api/cloud.ts';
import { PolicyError } from '../policy-api/policy-error.ts';
import { SyncError } from '../policy-api/sync-error.ts';
import type { Parameters } from '../scenario/parameters.ts';
import { nameSuffix } from './api-server/identity.ts';
import { EventBroadcaster } from './event-recorder.ts';
import { Informer } from './informer.ts';
import type { ComponentApi } from './process/process-api.ts';
import { WorkQueue, type WorkQueueObserver } from './work-queue.ts';

/** What only some controller managers have. */
export interface ControllerManagerOptions {
  /** How long it takes until the caches are filled, by the number of objects in them; workers start only then. Absent:
   *  they are, as in a cluster that has been there for long. */
  readonly syncMicros?: ((objects: number) => number) | undefined;
  /** Who is told what the queue of a controller goes through, by the controller's name. */
  readonly observeQueue?: ((controller: string) => WorkQueueObserver) | undefined;
  /** Absent: kube-controller-manager. */
  readonly process?: string;
  /** In place of the controller manager's own limit. */
  readonly client?: ClientRateLimit | undefined;
  /** What its controllers ask of the cloud. */
  readonly cloud?: CloudProvider | undefined;
}

/** One controller with its queue, its workers and its client. */
interface Host {
  readonly index: number;
  readonly controller: Controller;
  readonly queue: WorkQueue;
  /** Keys that are only to be looked at again. */
  readonly polls: WorkQueue;
  readonly client: Client;
  readonly events: EventBroadcaster;
  /** Workers that are about to take a key. */
  starting: number;
  /** Workers that hold a key. */
  working: number;
  alarm: Alarm | undefined;
  pollAlarm: Alarm | undefined;
}

interface Alarm {
  readonly at: number;
  readonly handle: EventHandle;
}

/**
 * Runs controllers as policies: shares informers among them, gives each a queue, workers and a client of its own, sends
 * what a sync yields and resumes it with the answers. A controller sleeps until its queue has work: it has at most one
 * pending event for its delayed keys, and one for each worker that is about to start.
 */
export class ControllerManager {
  readonly #engine: Clockwork;
  readonly #api: ComponentApi;
  readonly #parameters: Parameters;
  readonly #process: string;
  readonly #client: ClientRateLimit | undefined;
  readonly #cloud: CloudProvider | undefined;
  readonly #informers = new Map<Kind, Informer<Kind>>();
  readonly #hosts: Host[] = [];
  readonly #syncTime: Sampler;
  readonly #syncStream: Stream;
  readonly #startKind: EventKind;
  readonly #dueKind: EventKind;
  readonly #pollStartKind: EventKind;
  readonly #pollDueKind: EventKind;
  #syncs = 0;
  #isSynced = true;

  constructor(
    engine: Clockwork,
    api: ComponentApi,
    parameters: Parameters,
    factories: readonly ControllerFactory[],
    options: ControllerManagerOptions = {},
  ) {
    const { syncMicros, observeQueue, process = 'controller-manager' } = options;
    this.#engine = engine;
    this.#api = api;
    this.#parameters = parameters;
    this.#process = process;
    this.#client = 'client' in options ? options.client : parameters.controllerManager.client;
    this.#cloud = options.cloud;
    this.#syncTime = sampler(parameters.controllerManager.sync);
    this.#syncStream = engine.stream(`${process}/sync`);
    this.#startKind = engine.on(`${process}/sync-started`, (host) => this.#start(this.#hosts[host]!));
    this.#dueKind = engine.on(`${process}/key-due`, (host) => this.#due(this.#hosts[host]!));
    const background = { background: true };
    const polled = (host: number): void => this.#start(this.#hosts[host]!, true);
    this.#pollStartKind = engine.on(`${process}/poll-started`, polled, background);
    this.#pollDueKind = engine.on(`${process}/poll-due`, (host) => this.#poll(this.#hosts[host]!), background);
    for (const factory of factories) this.#add(factory);
    if (observeQueue !== undefined) {
      for (const { controller, queue } of this.#hosts) queue.observer = observeQueue(controller.name);
    }
    for (const [kind, informer] of this.#informers) {
      api.watch({ kind, receive: (change) => informer.receive(change) }, process);
    }
    if (syncMicros === undefined) return;
    this.#isSynced = false;
    let objects = 0;
    for (const informer of this.#informers.values()) objects += informer.size;
    const synced = engine.on(`${process}/caches-synced`, () => {
      this.#isSynced = true;
      for (const host of this.#hosts) this.#dispatch(host);
    });
    engine.after(workMicros(engine, Math.round(syncMicros(objects))), synced);
  }

  #syncMicros(): number {
    return workMicros(this.#engine, this.#syncTime(this.#syncStream));
  }

  /** How many syncs were started so far. */
  get syncs(): number {
    return this.#syncs;
  }

  #add(factory: ControllerFactory): void {
    const engine = this.#engine;
    const index = this.#hosts.length;
    const names = engine.keyed(`${this.#process}/${index}/names`);
    let namesMinted = 0;
    const draws = engine.keyed(`${this.#process}/${index}/draws`);
    let drawn = 0;
    const host = (): Host => {
      const known = this.#hosts[index];
      assert(known !== undefined, 'a controller acts after its factory has returned');
      return known;
    };
    const controller = factory({
      now: () => engine.now,
      lister: (kind) => this.#informer(kind),
      enqueue: (key) => this.#enqueue(host(), key),
      enqueueAfter: (key, delayMicros) => this.#enqueueAfter(host(), key, delayMicros),
      enqueueRateLimited: (key) => this.#enqueueRateLimited(host(), key),
      enqueuePeriodically: (key, delayMicros) => this.#enqueuePeriodically(host(), key, delayMicros),
      record: (about, type, reason, message) => host().events.record(about, type, reason, message),
      randomSuffix: (length) => nameSuffix(names, namesMinted++, length),
      random: () => draws.uniform(0, drawn++),
      ...(this.#cloud === undefined ? {} : { cloud: this.#cloud }),
    } satisfies ControllerHost);
    const client = this.#api.client(this.#process, scaled(this.#client, controller));
    const source = controller.eventSource ?? `${controller.name}-controller`;
    this.#hosts.push({
      index,
      controller,
      queue: new WorkQueue(controller.retryBackoff),
      polls: new WorkQueue(controller.retryBackoff),
      client,
      events: new EventBroadcaster(engine, client, source, this.#parameters.events),
      starting: 0,
      working: 0,
      alarm: undefined,
      pollAlarm: undefined,
    });
    for (const kind of Object.keys(controller.handlers) as Kind[]) {
      const handler = controller.handlers[kind] as ((change: Change) => void) | undefined;
      if (handler !== undefined) this.#informer(kind).subscribe(this.#named(controller, kind, handler));
    }
  }

  #named(controller: Controller, kind: Kind, handler: (change: Change) => void): (change: Change) => void {
    return (change) => {
      try {
        handler(change);
      } catch (error) {
        throw PolicyError.from(
          error,
          `controller ${controller.name}`,
          `handling a change of ${kind}`,
          this.#engine.now,
        );
      }
    };
  }

  #informer<K extends Kind>(kind: K): Informer<K> {
    let informer = this.#informers.get(kind);
    if (informer === undefined) this.#informers.set(kind, (informer = new Informer<Kind>(kind)));
    return informer as unknown as Informer<K>;
  }

  #enqueue(host: Host, key: string): void {
    host.queue.add(key);
    this.#dispatch(host);
  }

  #enqueueAfter(host: Host, key: string, delayMicros: number): void {
    if (delayMicros <= 0) return this.#enqueue(host, key);
    host.queue.addAt(key, this.#engine.now + Math.ceil(delayMicros));
    this.#arm(host);
  }

  #enqueueRateLimited(host: Host, key: string): void {
    host.polls.addRateLimited(key, this.#engine.now);
    host.pollAlarm = this.#alarm(host, host.pollAlarm, host.polls.nextDueAt, this.#pollDueKind);
  }

  #enqueuePeriodically(host: Host, key: string, delayMicros: number): void {
    host.polls.addAt(key, this.#engine.now + Math.max(1, Math.ceil(delayMicros)));
    host.pollAlarm = this.#alarm(host, host.pollAlarm, host.polls.nextDueAt, this.#pollDueKind);
  }

  /** Lets idle workers start on ready keys. A worker takes its key when its computing time is over, not before. */
  #dispatch(host: Host): void {
    if (!this.#isSynced) return;
    while (host.starting + host.working < host.controller.workers && host.starting < host.queue.length) {
      host.starting++;
      this.#engine.after(this.#syncMicros(), this.#startKind, host.index);
    }
  }

  #start(host: Host, polled = false): void {
    if (!polled) host.starting--;
    if (!this.#isSynced) return;
    const key = host.working < host.controller.workers ? host.queue.get() : undefined;
    if (key === undefined) return;
    host.working++;
    this.#syncs++;
    let steps: SyncSteps;
    try {
      steps = host.controller.sync(key);
    } catch (error) {
      this.#fail(host, key, error);
      return;
    }
    this.#resume(host, key, steps, undefined);
  }

  /** Resumes a sync with an answer (none at first) until it yields again or ends. */
  #resume(host: Host, key: string, steps: SyncSteps, answer: Response | readonly Response[] | undefined): void {
    let next: ReturnType<SyncSteps['next']>;
    try {
      next = steps.next(answer as never);
    } catch (error) {
      this.#fail(host, key, error);
      return;
    }
    if (next.done === true) {
      if (next.value !== undefined) return this.#fail(host, key, next.value);
      host.queue.forget(key);
      this.#finish(host, key);
    } else if (isBatch(next.value)) {
      this.#sendBatch(host, key, steps, next.value);
    } else {
      host.client.send(next.value, (response) => this.#resume(host, key, steps, response));
    }
  }

  #sendBatch(host: Host, key: string, steps: SyncSteps, requests: readonly Request[]): void {
    if (requests.length === 0) return this.#resume(host, key, steps, []);
    const answers = new Array<Response>(requests.length);
    let missing = requests.length;
    requests.forEach((request, i) => {
      host.client.send(request, (response) => {
        answers[i] = response;
        if (--missing === 0) this.#resume(host, key, steps, answers);
      });
    });
  }

  /** A SyncError is an error of the simulated world: the key comes back later. Anything else is the policy's mistake. */
  #fail(host: Host, key: string, error: unknown): void {
    if (!(error instanceof SyncError)) {
      throw PolicyError.from(error, `controller ${host.controller.name}`, `sync of ${key}`, this.#engine.now);
    }
    const { maxRetries } = host.controller;
    if (maxRetries !== undefined && host.queue.failures(key) >= maxRetries) host.queue.forget(key);
    else {
      host.queue.addRateLimited(key, this.#engine.now);
      this.#arm(host);
    }
    this.#finish(host, key);
  }

  #finish(host: Host, key: string): void {
    host.queue.done(key);
    host.working--;
    this.#dispatch(host);
  }

  #arm(host: Host): void {
    host.alarm = this.#alarm(host, host.alarm, host.queue.nextDueAt, this.#dueKind);
  }

  /** Keeps the one alarm of a queue at its earliest delayed key. */
  #alarm(host: Host, alarm: Alarm | undefined, due: number | undefined, kind: EventKind): Alarm | undefined {
    if (due === undefined || (alarm !== undefined && alarm.at <= due)) return alarm;
    if (alarm !== undefined) this.#engine.cancel(alarm.handle);
    return { at: due, handle: this.#engine.at(due, kind, host.index) };
  }

  #due(host: Host): void {
    host.alarm = undefined;
    host.queue.advance(this.#engine.now);
    this.#dispatch(host);
    this.#arm(host);
  }

  /** Keys to look at again: they wait like any other, but a worker that starts for them alone is no sign of life. */
  #poll(host: Host): void {
    host.pollAlarm = undefined;
    host.polls.advance(this.#engine.now);
    for (let key = host.polls.get(); key !== undefined; key = host.polls.get()) {
      host.polls.done(key);
      host.polls.forget(key);
      // A worker starts for it anyway.
      if (host.queue.isDue(key, this.#engine.now)) continue;
      host.queue.add(key);
      this.#engine.after(this.#syncMicros(), this.#pollStartKind, host.index);
    }
    host.pollAlarm = this.#alarm(host, host.pollAlarm, host.polls.nextDueAt, this.#pollDueKind);
  }
}

/** The rate limit of a controller's own client: some ask for more than the controller manager's flags give. */
function scaled(client: ClientRateLimit | undefined, { clientScale }: Controller): ClientRateLimit | undefined {
  if (client === undefined || clientScale === undefined) return client;
  return { qps: client.qps * clientScale.qps, burst: client.burst * clientScale.burst };
}

function isBatch(value: Request | readonly Request[]): value is readonly Request[] {
  return Array.isArray(value);
}

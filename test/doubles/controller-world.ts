import type { Change } from '../../src/sim/api/change.ts';
import { sameData } from '../../src/sim/api/equality.ts';
import { deepFreeze } from '../../src/sim/api/freeze.ts';
import { keyOf, type ApiObject, type Kind, type Kinds } from '../../src/sim/api/kinds.ts';
import type { ObjectMeta } from '../../src/sim/api/meta.ts';
import { isPodTerminal } from '../../src/sim/api/pod.ts';
import type { Reason, Request, Response } from '../../src/sim/api/request.ts';
import { mergePatch } from '../../src/sim/api/patch/merge-patch.ts';
import { Informer } from '../../src/sim/control-plane/informer.ts';
import { WorkQueue } from '../../src/sim/control-plane/work-queue.ts';
import type { Controller, ControllerFactory, SyncSteps } from '../../src/sim/policy-api/controllers.ts';
import { SyncError } from '../../src/sim/policy-api/sync-error.ts';

export const SECOND = 1_000_000;

export interface WorldOptions {
  readonly controllers: readonly ControllerFactory[];
  /** From sending a request to its commit, and from there to its answer. Microseconds. */
  readonly requestDelay?: () => number;
  /** From a commit to the caches. Deliveries of one kind stay in order. Microseconds. */
  readonly watchDelay?: (kind: Kind) => number;
  /** A cache that lags sees only the newest version of an object, as after a new list. */
  readonly skipsVersions?: boolean;
  /** A refusal in place of carrying the request out. */
  readonly refuse?: (request: Request, world: ControllerWorld) => Refusal | undefined;
  /** What happens at the moment a controller's request has been carried out, before it is answered. */
  readonly carriedOut?: (sent: Sent, world: ControllerWorld) => void;
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
  working: number;
}

const SYNC_TIME = 500;
const FIRST_RETRY = 5_000;

/**
 * A small cluster without nodes: one store, caches that lag behind it, and a synchronous host that drives controllers
 * by hand through virtual time. Slow and obvious; the real host has its own tests.
 */
export class ControllerWorld {
  now = 0;
  revision = 0;
  readonly sent: Sent[] = [];
  readonly events: { readonly about: string; readonly reason: string; readonly message: string }[] = [];
  readonly watchers: ((change: Change) => void)[] = [];
  readonly #options: WorldOptions;
  readonly #store = new Map<Kind, Map<string, ApiObject>>();
  readonly #informers = new Map<Kind, Informer<Kind>>();
  readonly #delivered = new Map<Kind, number>();
  /** Changes on their way to the caches, by kind and key; only where versions are skipped. */
  readonly #pending = new Map<string, { change: Change | undefined }>();
  /** Creations that were sent and not yet carried out. */
  creationsUnderWay = 0;
  #life = 0;
  /** What is not newer than this came with the list that the caches began with. */
  #listedAt = 0;
  #underWayArrives = true;
  readonly #hosts: Host[] = [];
  readonly #agenda: { readonly at: number; readonly act: () => void }[] = [];
  #minted = 0;

  constructor(options: WorldOptions) {
    this.#options = options;
    for (const factory of options.controllers) this.#add(factory);
  }

  // ---- What a user does: at once ----

  apply<T extends ApiObject>(object: T): T {
    const response = this.#carryOut({ verb: 'create', object });
    if (!response.ok) throw new Error(response.message);
    return response.object as T;
  }

  /** Replaces the stored object by what `edit` makes of it. */
  edit<K extends Kind>(kind: K, key: string, edit: (object: Kinds[K]) => Kinds[K]): void {
    const before = this.get(kind, key);
    if (before === undefined) throw new Error(`no ${kind} ${key}`);
    const after = edit(before);
    const bumps = !sameData(bodyOf(before), bodyOf(after));
    this.#commit(after, before.metadata.generation + (bumps ? 1 : 0));
  }

  request(request: Request): Response {
    return this.#carryOut(request);
  }

  get<K extends Kind>(kind: K, key: string): Kinds[K] | undefined {
    return this.#kind(kind).get(key) as Kinds[K] | undefined;
  }

  list<K extends Kind>(kind: K): readonly Kinds[K][] {
    return [...this.#kind(kind).values()] as Kinds[K][];
  }

  cached<K extends Kind>(kind: K): Informer<K> {
    let informer = this.#informers.get(kind);
    if (informer === undefined) this.#informers.set(kind, (informer = new Informer<Kind>(kind)));
    return informer as unknown as Informer<K>;
  }

  /** Adds a key to the queue of every controller. */
  enqueue(key: string): void {
    for (const host of this.#hosts) this.#enqueue(host, key);
  }

  after(delay: number, act: () => void): void {
    const at = this.now + delay;
    let i = this.#agenda.length;
    while (i > 0 && this.#agenda[i - 1]!.at > at) i--;
    this.#agenda.splice(i, 0, { at, act });
  }

  /** Until nothing is left to do, at most until `until`. */
  run(until = Infinity): void {
    for (let steps = 0; ; steps++) {
      if (steps > 2_000_000) throw new Error('the world does not come to rest');
      const next = this.#agenda[0];
      if (next === undefined || next.at > until) break;
      this.#agenda.shift();
      this.now = next.at;
      next.act();
    }
    if (until !== Infinity) this.now = until;
  }

  /**
   * All controllers die: queues, expectations and caches are gone. After `downtime` they begin anew with the state of
   * that moment.
   */
  crash({ downtime, underWay }: Crash): void {
    const life = ++this.#life;
    this.#underWayArrives = underWay === 'arrive';
    if (!this.#underWayArrives) this.creationsUnderWay = 0;
    this.#hosts.length = 0;
    this.#informers.clear();
    this.#pending.clear();
    this.#listedAt = Infinity;
    this.after(downtime, () => {
      if (life !== this.#life) return;
      this.#delivered.clear();
      this.#listedAt = this.revision;
      for (const factory of this.#options.controllers) this.#add(factory);
      for (const [kind, informer] of this.#informers) {
        for (const object of this.list(kind)) informer.receive({ type: 'ADDED', object, previous: undefined } as never);
      }
    });
  }

  // ---- The host ----

  #add(factory: ControllerFactory): void {
    const queue = new WorkQueue();
    const host = (): Host | undefined => this.#hosts.find((one) => one.queue === queue);
    const controller = factory({
      now: () => this.now,
      lister: (kind) => this.cached(kind),
      enqueue: (key) => this.#enqueue(host(), key),
      enqueueAfter: (key, delay) => this.after(delay, () => this.#enqueue(host(), key)),
      enqueueRateLimited: (key) => this.after(5_000, () => this.#enqueue(host(), key)),
      enqueuePeriodically: (key, delay) => this.after(delay, () => this.#enqueue(host(), key)),
      record: (about, _type, reason, message) =>
        this.events.push({ about: `${about.kind}/${about.metadata.name}`, reason, message }),
      randomSuffix: (length) => String(this.#minted++).padStart(length, 'x'),
      random: () => 0.5,
    });
    this.#hosts.push({ controller, queue, failures: new Map(), working: 0 });
    for (const kind of Object.keys(controller.handlers) as Kind[]) {
      this.cached(kind).subscribe(controller.handlers[kind] as (change: Change) => void);
    }
  }

  #enqueue(host: Host | undefined, key: string): void {
    if (host === undefined) return;
    host.queue.add(key);
    this.#dispatch(host);
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
      if (request.verb === 'create') this.creationsUnderWay++;
      this.after(this.#options.requestDelay?.() ?? 2_000, () => {
        if (life !== this.#life && !this.#underWayArrives) return;
        if (request.verb === 'create') this.creationsUnderWay--;
        const refusal = this.#options.refuse?.(request, this);
        const response: Response = refusal === undefined ? this.#carryOut(request) : refused(refusal);
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

  // ---- The server ----

  #kind(kind: Kind): Map<string, ApiObject> {
    let objects = this.#store.get(kind);
    if (objects === undefined) this.#store.set(kind, (objects = new Map()));
    return objects;
  }

  #carryOut(request: Request): Response {
    const refuse = (code: number, reason: Reason, message: string): Response => ({ ok: false, code, reason, message });
    if (request.verb === 'create') {
      const { metadata, kind } = request.object;
      const name = metadata.name === '' ? `${metadata.generateName ?? ''}${this.#suffix()}` : metadata.name;
      const key = metadata.namespace === '' ? name : `${metadata.namespace}/${name}`;
      if (this.#kind(kind).has(key)) return refuse(409, 'AlreadyExists', `${kind} "${name}" already exists`);
      const uid = `uid-${String(++this.#minted).padStart(6, '0')}`;
      const stamped = { ...metadata, name, uid, creationTimestamp: this.now - (this.now % SECOND) };
      return { ok: true, object: this.#commit({ ...request.object, metadata: stamped } as ApiObject, 1) };
    }
    if (request.verb === 'list') throw new Error('the world lists nothing');
    if (request.verb === 'get-metrics') throw new Error('the world measures nothing');
    const key = request.verb === 'update' ? keyOf(request.object) : request.key;
    const onPods = request.verb === 'bind' || request.verb === 'evict';
    const kind = request.verb === 'update' ? request.object.kind : onPods ? 'Pod' : request.kind;
    const before = this.#kind(kind).get(key);
    if (before === undefined) return refuse(404, 'NotFound', `${kind} "${key}" not found`);
    if (request.verb === 'get') return { ok: true, object: before };
    if ('uid' in request && request.uid !== undefined && request.uid !== before.metadata.uid) {
      return refuse(409, 'Conflict', `uid of ${kind} "${key}" differs`);
    }
    if (request.verb === 'delete')
      return { ok: true, object: this.#delete(before, request.gracePeriodSeconds, request.propagation) };
    const modified = `Operation cannot be fulfilled on ${kind} "${key}": the object has been modified`;
    if (request.verb === 'patch') {
      const merged = mergePatch(before, request.patch) as ApiObject;
      if (merged.metadata.resourceVersion !== before.metadata.resourceVersion) return refuse(409, 'Conflict', modified);
      return this.#put(before, merged);
    }
    if (request.verb !== 'update') throw new Error(`the world does not know ${request.verb}`);
    const { object } = request;
    if (object.metadata.resourceVersion !== 0 && object.metadata.resourceVersion !== before.metadata.resourceVersion) {
      return refuse(409, 'Conflict', modified);
    }
    if (request.subresource === 'status') {
      const { annotations } = object.metadata;
      const status = (object as { status?: unknown }).status;
      return this.#put(before, { ...before, metadata: { ...before.metadata, annotations }, status } as ApiObject);
    }
    const body = 'status' in before ? { ...object, status: before.status } : object;
    return this.#put(before, body as ApiObject);
  }

  #put(before: ApiObject, wanted: ApiObject): Response {
    const { labels, annotations, ownerReferences, finalizers } = wanted.metadata;
    const metadata: ObjectMeta = { ...before.metadata, labels, annotations, ownerReferences, finalizers };
    const after = { ...wanted, metadata } as ApiObject;
    if (sameData(before, after)) return { ok: true, object: before };
    const bumps = !sameData(bodyOf(before), bodyOf(after));
    return { ok: true, object: this.#commit(after, before.metadata.generation + (bumps ? 1 : 0)) };
  }

  #commit(object: ApiObject, generation: number): ApiObject {
    const previous = this.#kind(object.kind).get(keyOf(object));
    const metadata = { ...object.metadata, generation, resourceVersion: ++this.revision };
    const next = deepFreeze({ ...object, metadata } as ApiObject);
    const gone = metadata.deletionTimestamp !== undefined && isReleased(metadata);
    if (gone) this.#kind(object.kind).delete(keyOf(object));
    else this.#kind(object.kind).set(keyOf(object), next);
    this.#announce({ type: gone ? 'DELETED' : previous === undefined ? 'ADDED' : 'MODIFIED', object: next, previous });
    return next;
  }

  #delete(object: ApiObject, grace: number | undefined, propagation: string | undefined): ApiObject {
    const running = object.kind === 'Pod' && object.spec.nodeName !== undefined && !isPodTerminal(object);
    const seconds = running ? (grace ?? object.spec.terminationGracePeriodSeconds ?? 30) : 0;
    const { deletionTimestamp: asked, finalizers: held } = object.metadata;
    if (asked !== undefined && (seconds > 0 || held.length > 0)) return object;
    const finalizer = { Foreground: 'foregroundDeletion', Orphan: 'orphan' }[propagation ?? ''];
    const metadata = {
      ...object.metadata,
      deletionTimestamp: this.now + seconds * SECOND,
      deletionGracePeriodSeconds: seconds,
      finalizers: finalizer === undefined ? held : [...held, finalizer],
    };
    return this.#commit({ ...object, metadata } as ApiObject, object.metadata.generation + 1);
  }

  #announce(change: Change): void {
    const { kind } = change.object;
    if (!this.#options.skipsVersions || !this.#joinPending(change)) this.#deliverLater(kind, change);
    for (const watcher of this.watchers) watcher(change);
  }

  #deliverLater(kind: Kind, change: Change): void {
    const due = Math.max(this.#delivered.get(kind) ?? 0, this.now + (this.#options.watchDelay?.(kind) ?? 1_000));
    this.#delivered.set(kind, due);
    const life = this.#life;
    const key = `${kind} ${keyOf(change.object)}`;
    const pending = { change: change as Change | undefined };
    if (this.#options.skipsVersions) this.#pending.set(key, pending);
    this.after(due - this.now, () => {
      if (life !== this.#life || change.object.metadata.resourceVersion <= this.#listedAt) return;
      if (this.#pending.get(key) === pending) this.#pending.delete(key);
      if (pending.change !== undefined) this.cached(kind).receive(pending.change as never);
    });
  }

  /** Takes a change together with one of the same object that has not been delivered; false: there is none. */
  #joinPending(change: Change): boolean {
    const pending = this.#pending.get(`${change.object.kind} ${keyOf(change.object)}`);
    if (pending === undefined) return false;
    pending.change = joined(pending.change, change);
    return true;
  }

  #suffix(): string {
    return String(this.#minted).padStart(5, '0');
  }
}

function isReleased({ deletionGracePeriodSeconds, finalizers }: ObjectMeta): boolean {
  return (deletionGracePeriodSeconds ?? 0) === 0 && finalizers.length === 0;
}

/** What a cache that has seen neither change sees of both: nothing of an object that came and went. */
function joined(first: Change | undefined, second: Change): Change | undefined {
  const before = first?.previous;
  const isGone = second.type === 'DELETED';
  if (before === undefined) return isGone ? undefined : ({ ...second, type: 'ADDED', previous: undefined } as Change);
  return { ...second, type: isGone ? 'DELETED' : 'MODIFIED', previous: before } as Change;
}

/** What a generation counts the changes of. */
function bodyOf({ metadata: _metadata, status: _status, ...rest }: ApiObject & { readonly status?: unknown }): unknown {
  return rest;
}

function refused([code, reason, message, cause]: Refusal): Response {
  const causes = cause === undefined ? [] : [{ reason: cause, message }];
  return { ok: false, code, reason, message, causes };
}

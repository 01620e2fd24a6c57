import type { Change } from '../../sim/api/change.ts';
import { factsOf, keyOf, KINDS, objectKey, type ApiObject, type Kind } from '../../sim/api/kinds.ts';
import { customKindOf, type CustomKind } from '../../sim/api/custom-object.ts';
import type { OwnerReference } from '../../sim/api/meta.ts';
import type { Request, Response } from '../../sim/api/request.ts';
import type {
  Controller,
  ControllerFactory,
  ControllerHost,
  Steps,
  SyncSteps,
} from '../../sim/policy-api/controllers.ts';
import { SyncError } from '../../sim/policy-api/sync-error.ts';
import { AbsentOwners } from './garbage-collector/absent-owners.ts';
import { FinalizerRetries } from './garbage-collector/finalizer-retries.ts';
import { SideReferences } from './garbage-collector/side-references.ts';
import { ask, askAll } from './requests.ts';

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

/** The kinds whose objects own or are owned. Leases and Events come and go by the thousand and are left out. */
const WATCHED = [
  'Node',
  'Namespace',
  'ConfigMap',
  'Secret',
  'ServiceAccount',
  'PersistentVolumeClaim',
  'PodDisruptionBudget',
  'Service',
  'Endpoints',
  'EndpointSlice',
  'CronJob',
  'Deployment',
  'Job',
  'ReplicaSet',
  'ReplicationController',
  'StatefulSet',
  'DaemonSet',
  'ControllerRevision',
  'Pod',
] as const satisfies readonly Kind[];

const NONE: readonly OwnerReference[] = Object.freeze([]);

/** Deletes what has lost its owners, and carries out deletions with a policy (kubernetes-behaviour.md 3.13). */
export const garbageCollector: ControllerFactory = (host) => new GarbageCollector(host, [], new Set());

/** The same, for a cluster with custom resources, or with owners that exist though the API server has not heard of them. */
export function garbageCollectorWith(
  customKinds: readonly CustomKind[],
  unrecordedOwners: ReadonlySet<string>,
): ControllerFactory {
  return (host) => new GarbageCollector(host, customKinds, unrecordedOwners);
}

class GarbageCollector implements Controller {
  readonly name = 'garbage-collector';
  readonly workers = 20;
  readonly clientScale = { qps: 2, burst: 1 };
  readonly handlers: Controller['handlers'];
  readonly #host: ControllerHost;
  readonly #watched: readonly Kind[];
  readonly #unrecorded: ReadonlySet<string>;
  readonly #side = new SideReferences();
  readonly #absent = new AbsentOwners();
  readonly #retries = new FinalizerRetries();

  constructor(host: ControllerHost, customKinds: readonly CustomKind[], unrecordedOwners: ReadonlySet<string>) {
    this.#host = host;
    this.#unrecorded = unrecordedOwners;
    this.#watched = [...WATCHED, ...customKinds];
    const changed = (change: Change): void => this.#changed(change);
    this.handlers = Object.fromEntries(this.#watched.map((kind) => [kind, changed]));
  }

  // ---- What happens to the queue ----

  #changed({ type, object, previous }: Change): void {
    const after = type === 'DELETED' ? NONE : object.metadata.ownerReferences;
    const before = previous?.metadata.ownerReferences ?? NONE;
    if (before !== after && (before.length > 0 || after.length > 0)) this.#side.update(itemOf(object), before, after);
    if (type === 'DELETED') {
      this.#gone(object);
      return;
    }
    if (after !== before) this.#enqueueIfAnOwnerIsMissing(object);
    if (startsWaiting(previous, object, FOREGROUND)) {
      this.#enqueueDependents(object);
      this.#host.enqueue(itemOf(object));
    }
    if (startsWaiting(previous, object, ORPHAN)) this.#host.enqueue(itemOf(object));
  }

  #gone(object: ApiObject): void {
    const { uid, ownerReferences } = object.metadata;
    if (this.#mayOwn(object)) {
      const dependents = this.#dependentsOf(uid);
      // Everybody will ask for this owner; the answer is known.
      if (dependents.length > 0) this.#absent.add(uid);
      for (const dependent of dependents) this.#host.enqueue(itemOf(dependent));
    }
    // An owner that waits for its dependents has one less to wait for.
    for (const reference of ownerReferences) {
      const owner = this.#cachedOwner(object, reference);
      if (owner !== undefined && isWaiting(owner, FOREGROUND)) this.#host.enqueue(itemOf(owner));
    }
  }

  #enqueueIfAnOwnerIsMissing(object: ApiObject): void {
    for (const reference of object.metadata.ownerReferences) {
      if (!this.#isWatched(reference) || this.#unrecorded.has(reference.uid)) continue;
      if (this.#cachedOwner(object, reference) !== undefined) continue;
      this.#host.enqueue(itemOf(object));
      return;
    }
  }

  #enqueueDependents(owner: ApiObject): void {
    for (const dependent of this.#dependentsOf(owner.metadata.uid)) this.#host.enqueue(itemOf(dependent));
  }

  /** A pod owns nothing but claims, unless somebody says so in a reference beside the controller's. */
  #mayOwn({ kind, metadata: { uid } }: ApiObject): boolean {
    if (kind !== 'Pod' || this.#side.of(uid).length > 0) return true;
    return this.#host.lister('PersistentVolumeClaim').ownedBy(uid).length > 0;
  }

  #dependentsOf(uid: string): readonly ApiObject[] {
    const dependents: ApiObject[] = [];
    for (const kind of this.#watched) dependents.push(...this.#host.lister(kind).ownedBy(uid));
    for (const item of this.#side.of(uid)) {
      const object = this.#cached(item);
      if (object !== undefined) dependents.push(object);
    }
    return dependents;
  }

  #cached(item: string): ApiObject | undefined {
    const [kind, key] = partsOf(item);
    return this.#host.lister<Kind>(kind).get(key);
  }

  #cachedOwner(object: ApiObject, reference: OwnerReference): ApiObject | undefined {
    if (!this.#isWatched(reference)) return undefined;
    const { name, uid } = reference;
    const kind = this.#kindOf(reference)!;
    const owner = this.#host.lister<Kind>(kind).get(ownerKey(object, kind, name));
    return owner?.metadata.uid === uid ? owner : undefined;
  }

  /** What a reference refers to; undefined: a kind that is not simulated. */
  #kindOf({ apiVersion, kind }: OwnerReference): Kind | undefined {
    if (this.#watched.length > WATCHED.length) {
      const custom = customKindOf(apiVersion, kind);
      if (this.#watched.includes(custom)) return custom;
    }
    return Object.hasOwn(KINDS, kind) ? (kind as Kind) : undefined;
  }

  #isWatched(reference: OwnerReference): boolean {
    const kind = this.#kindOf(reference);
    return kind !== undefined && this.#watched.includes(kind);
  }

  // ---- The sync ----

  *sync(item: string): SyncSteps {
    const cached = this.#cached(item);
    if (cached === undefined) {
      this.#retries.forget(item);
      return;
    }
    if (this.#retries.isWaiting(item, this.#host.now())) return;
    const left = this.#retries.finalizerOf(item);
    if (left !== undefined && isWaiting(cached, left)) {
      yield* this.#removeFinalizer(cached, left);
      return;
    }
    if (isWaiting(cached, ORPHAN)) {
      yield* this.#orphanDependents(cached);
      return;
    }
    if (isWaiting(cached, FOREGROUND)) {
      yield* this.#waitForDependents(cached);
      return;
    }
    // What is on its way out needs no second push.
    if (cached.metadata.deletionTimestamp !== undefined) return;
    const latest = yield* this.#latest(cached);
    if (latest !== undefined) yield* this.#attemptToDelete(latest);
  }

  /** The object as the server has it, unless it is gone or another one by now. */
  *#latest(object: ApiObject): Steps<ApiObject | undefined> {
    const response = yield* ask({ verb: 'get', kind: object.kind, key: keyOf(object) });
    if (!response.ok) {
      if (response.reason === 'NotFound') return undefined;
      throw new SyncError(response.message);
    }
    return response.object?.metadata.uid === object.metadata.uid ? response.object : undefined;
  }

  *#attemptToDelete(object: ApiObject): Steps<void> {
    const { ownerReferences, uid, finalizers } = object.metadata;
    if (ownerReferences.length === 0) return;
    const solid: OwnerReference[] = [];
    let waiting = 0;
    for (const reference of ownerReferences) {
      const state = yield* this.#stateOf(object, reference);
      if (state === 'solid') solid.push(reference);
      else if (state === 'waiting') waiting++;
    }
    if (solid.length > 0) {
      if (solid.length < ownerReferences.length) yield* this.#patchOwners(object, solid);
      return;
    }
    const inForeground = waiting > 0 && this.#dependentsOf(uid).length > 0;
    const own = finalizers.includes(ORPHAN) ? 'Orphan' : finalizers.includes(FOREGROUND) ? 'Foreground' : 'Background';
    expectDone(
      yield* ask({
        verb: 'delete',
        kind: object.kind,
        key: keyOf(object),
        uid,
        propagation: inForeground ? 'Foreground' : own,
      }),
    );
  }

  *#stateOf(object: ApiObject, reference: OwnerReference): Steps<'solid' | 'waiting' | 'absent'> {
    const { name, uid } = reference;
    if (this.#absent.has(uid)) return 'absent';
    if (this.#unrecorded.has(uid)) return 'solid';
    // Of a kind that is not simulated nothing is known, so nothing is taken for lost.
    const kind = this.#kindOf(reference);
    if (kind === undefined) return 'solid';
    const response = yield* ask({ verb: 'get', kind, key: ownerKey(object, kind, name) });
    if (!response.ok && response.reason !== 'NotFound') throw new SyncError(response.message);
    const owner = response.ok ? response.object : undefined;
    if (owner?.metadata.uid !== uid) {
      this.#absent.add(uid);
      return 'absent';
    }
    return isWaiting(owner, FOREGROUND) ? 'waiting' : 'solid';
  }

  /** Foreground deletion: the dependents that block go first, and then the owner's finalizer. */
  *#waitForDependents(owner: ApiObject): Steps<void> {
    const { uid } = owner.metadata;
    const blocking = this.#dependentsOf(uid).filter(({ metadata }) =>
      metadata.ownerReferences.some((reference) => reference.uid === uid && reference.blockOwnerDeletion === true),
    );
    if (blocking.length === 0) {
      yield* this.#removeFinalizer(owner, FOREGROUND);
      return;
    }
    for (const dependent of blocking) {
      if (!isWaiting(dependent, FOREGROUND)) this.#host.enqueue(itemOf(dependent));
    }
  }

  /** Orphaning deletion: the dependents lose their reference, all at once, and then the owner its finalizer. */
  *#orphanDependents(owner: ApiObject): Steps<void> {
    const { uid } = owner.metadata;
    const patches = this.#dependentsOf(uid).map((dependent) => {
      const rest = dependent.metadata.ownerReferences.filter((reference) => reference.uid !== uid);
      return metadataPatch(dependent, { ownerReferences: rest });
    });
    const failures: string[] = [];
    for (const response of yield* askAll(patches)) {
      if (!response.ok && response.reason !== 'NotFound') failures.push(response.message);
    }
    if (failures.length > 0) throw new SyncError(failures.join(', '));
    yield* this.#removeFinalizer(owner, ORPHAN);
  }

  *#patchOwners(object: ApiObject, ownerReferences: readonly OwnerReference[]): Steps<void> {
    expectDone(yield* ask(metadataPatch(object, { ownerReferences })));
  }

  /** Only from the version that was looked at: one that was written meanwhile is looked at again, after a while. */
  *#removeFinalizer(object: ApiObject, finalizer: string): Steps<void> {
    const item = itemOf(object);
    const latest = yield* this.#latest(object);
    if (latest === undefined || !latest.metadata.finalizers.includes(finalizer)) {
      this.#retries.forget(item);
      return;
    }
    const finalizers = latest.metadata.finalizers.filter((one) => one !== finalizer);
    const { resourceVersion } = latest.metadata;
    const answer = yield* ask(metadataPatch(latest, { finalizers, resourceVersion }));
    if (!answer.ok && answer.reason === 'Conflict') {
      const delay = this.#retries.refused(item, finalizer, this.#host.now(), this.#host.random());
      if (delay === undefined) throw new SyncError(answer.message);
      this.#host.enqueueAfter(item, delay);
      return;
    }
    this.#retries.forget(item);
    expectDone(answer);
  }
}

function metadataPatch(object: ApiObject, metadata: Readonly<Record<string, unknown>>): Request {
  return {
    verb: 'patch',
    kind: object.kind,
    key: keyOf(object),
    uid: object.metadata.uid,
    patch: { metadata },
  };
}

/** What was to be changed and is gone needs no change. */
function expectDone(response: Response): void {
  if (!response.ok && response.reason !== 'NotFound') throw new SyncError(response.message);
}

/** An owner is in the namespace of what it owns, or in none. */
function ownerKey(object: ApiObject, kind: Kind, name: string): string {
  return objectKey(factsOf(kind).namespaced ? object.metadata.namespace : '', name);
}

function isWaiting({ metadata }: ApiObject, finalizer: string): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.finalizers.includes(finalizer);
}

function startsWaiting(before: ApiObject | undefined, after: ApiObject, finalizer: string): boolean {
  return isWaiting(after, finalizer) && (before === undefined || !isWaiting(before, finalizer));
}

function itemOf(object: ApiObject): string {
  return `${object.kind} ${keyOf(object)}`;
}

function partsOf(item: string): readonly [Kind, string] {
  const at = item.indexOf(' ');
  return [item.slice(0, at) as Kind, item.slice(at + 1)];
}

import { factsOf, keyOf, objectKey, type ApiObject, type Kind, type Kinds } from '../../api/kinds.ts';
import type { MetricsSource } from '../../api/metrics.ts';
import type { DeleteOptions, Request, Response, WriteOptions } from '../../api/request.ts';
import { metaAt, withMetadata, withStatus } from '../../api/versions.ts';
import type { FeatureGates } from '../../scenario/parameters.ts';
import { NO_SPACE } from '../etcd/errors.ts';
import type { Commit, Store } from '../etcd/store.ts';
import { apply, withTrackedUpdate } from './apply.ts';
import { chargesOf } from './admission/resource-quota.ts';
import { bind } from './bind.ts';
import { create, type CreateContext } from './create.ts';
import { refuseCustom } from './custom-kinds.ts';
import { remove } from './delete.ts';
import { decremented, judgeEviction, markedForEviction } from './evict.ts';
import { ListPages } from './list-pages.ts';
import { wholeSecond, type Outcome, type WriteContext } from './outcome.ts';
import { readMetrics } from './read-metrics.ts';
import { patch, patchPodStatus } from './patch.ts';
import { refuseUnmet } from './preconditions.ts';
import { failureOf, nameOf, refuseNotFound } from './refusals.ts';
import { readScale, updateScale } from './scale.ts';
import type { Unfinished } from './unfinished.ts';
import { update } from './update.ts';

/** What the handler takes from the world outside the store. */
export interface HandlerWorld {
  /** Microseconds. */
  now(): number;
  readonly featureGates: FeatureGates;
  /** Who answers for the metrics APIs; undefined: nobody does. */
  metrics(): MetricsSource | undefined;
  /** Somebody has listed what is true now. */
  listed(kind: Kind): void;
  /** An object as the watch cache has it. */
  cached(kind: Kind, key: string): ApiObject | undefined;
  /** A uid that no object of the run has had. */
  mintUid(kind: Kind): string;
  /** Five characters of the alphabet of generated names. */
  mintSuffix(): string;
}

/** Kinds of which a new version may use more than the old one. */
const CHARGED_ON_UPDATE: ReadonlySet<Kind> = new Set<Kind>(['PersistentVolumeClaim', 'Service']);

type Verb = Request['verb'];
type Of<V extends Verb> = Extract<Request, { readonly verb: V }>;

/**
 * Carries requests out against the store, each write at one moment: the leaves compute what a request does to an object,
 * this commits it. It knows nothing of time spent, queues or networks.
 */
export class RequestHandler {
  readonly #store: Store;
  readonly #world: HandlerWorld;
  readonly #present: WriteContext;
  readonly #creating: CreateContext;
  readonly #pages: ListPages;
  /** Whose request is carried out at the moment. */
  #identity = '';

  constructor(store: Store, world: HandlerWorld) {
    this.#store = store;
    this.#world = world;
    this.#pages = new ListPages(store);
    const { featureGates } = world;
    // The present, whenever it is looked at: a leaf looks before anything is committed.
    const present = {
      featureGates,
      get now() {
        return world.now();
      },
      get revision() {
        return store.nextRevision;
      },
    };
    this.#present = present;
    this.#creating = {
      featureGates,
      get now() {
        return world.now();
      },
      get revision() {
        return store.nextRevision;
      },
      exists: (kind, key) => store.get(kind, key),
      namespace: (name) => store.get('Namespace', name),
      priorityClasses: () => store.values('PriorityClass'),
      storageClasses: () => store.values('StorageClass'),
      hasServiceAccount: (namespace, name) => store.get('ServiceAccount', objectKey(namespace, name)) !== undefined,
      limitRanges: (namespace) => this.#inNamespace('LimitRange', namespace),
      mintUid: (kind) => world.mintUid(kind),
      mintSuffix: () => world.mintSuffix(),
    };
  }

  /** Something was committed. */
  committed(commit: Commit): void {
    this.#pages.committed(commit);
  }

  /** @param identity the client's, under which fields are managed that it changes without a name of its own */
  respond(request: Request, identity: string): Response | Unfinished {
    this.#identity = identity;
    return (this.#verbs[request.verb] as (request: Request) => Response | Unfinished)(request);
  }

  readonly #verbs: { readonly [V in Verb]: (request: Of<V>) => Response | Unfinished } = {
    get: (request) => this.#get(request),
    'get-metrics': ({ query }) => readMetrics(this.#world.metrics(), query),
    list: (request) => refuseCustom(request.kind, this.#store) ?? this.#list(request),
    create: (request) => this.#create(request),
    update: (request) => {
      const { object, subresource, dryRun } = request;
      const refusal = refuseCustom(object.kind, this.#store, request);
      if (refusal !== undefined) return refusal;
      const key = keyOf(object);
      const current = this.#store.get(object.kind, key);
      const written = update(current, object, subresource, this.#context());
      const outcome = current?.metadata.managedFields === undefined ? written : this.#tracked(written, request);
      return this.#commit(
        key,
        CHARGED_ON_UPDATE.has(object.kind) ? this.#charged(outcome, current, dryRun) : outcome,
        dryRun,
      );
    },
    'update-scale': (request) => {
      const { kind, key, dryRun } = request;
      const outcome = updateScale(this.#store.get(kind, key), request, this.#context());
      const response = this.#commit(key, this.#tracked(outcome, { ...request, subresource: 'scale' }), dryRun);
      return response.ok ? readScale(response.object, kind, key) : response;
    },
    patch: (request) => this.#patch(request),
    'patch-status': ({ key, uid, status }) => {
      const pod = this.#store.get('Pod', key);
      const outcome = patchPodStatus(pod, nameOf(key), uid, status, this.#context());
      if (pod?.metadata.managedFields === undefined) return this.#commit(key, outcome);
      return this.#commit(key, this.#tracked(outcome, { subresource: 'status' }));
    },
    bind: (request) => {
      const { key, uid } = request;
      return this.#commit(key, bind(this.#store.get('Pod', key), nameOf(key), uid, request, this.#context()));
    },
    evict: (request) => this.#evict(request),
    delete: (request) => this.#delete(request.kind, request.key, request),
  };

  #get({ kind, key, subresource, resourceVersion }: Of<'get'>): Response {
    const object = resourceVersion === 0 ? this.#world.cached(kind, key) : this.#store.get(kind, key);
    if (subresource === 'scale') return readScale(object, kind, key);
    return object === undefined ? refuseNotFound(kind, nameOf(key)).response : { ok: true, object };
  }

  #list(request: Of<'list'>): Response {
    this.#store.advance(this.#world.now());
    if (request.resourceVersion === undefined) this.#world.listed(request.kind);
    return this.#pages.list(request);
  }

  #patch(request: Of<'patch'>): Response {
    const { kind, key, dryRun, subresource, patchType } = request;
    const refusal = refuseCustom(kind, this.#store, request);
    if (refusal !== undefined) return refusal;
    const current = this.#store.get(kind, key);
    if (patchType === 'apply') return this.#apply(current, request);
    const outcome = patch(current, request, this.#context());
    const charged = CHARGED_ON_UPDATE.has(kind) ? this.#charged(outcome, current, dryRun) : outcome;
    const response = this.#commit(key, this.#tracked(charged, request), dryRun);
    return response.ok && subresource === 'scale' ? readScale(response.object, kind, key) : response;
  }

  #apply(current: ApiObject | undefined, request: Of<'patch'> & { readonly patchType: 'apply' }): Response {
    const { kind, key, dryRun } = request;
    const namespace = factsOf(kind).namespaced ? key.slice(0, key.indexOf('/')) : '';
    const outcome = apply(current, request, nameOf(key), namespace, this.#context());
    if (outcome.does === 'create') {
      const response = this.#create({ verb: 'create', object: outcome.object, dryRun });
      return response.ok ? { ...response, created: true } : response;
    }
    const charged = CHARGED_ON_UPDATE.has(kind) ? this.#charged(outcome, current, dryRun) : outcome;
    return this.#commit(key, charged, dryRun);
  }

  /** Objects with a record of who manages what keep it; others get one from a client that gives its writes a name. */
  #tracked(outcome: Outcome, request: WriteOptions & { readonly subresource?: string | undefined }): Outcome {
    if (outcome.does !== 'put') return outcome;
    const { object } = outcome;
    const current = this.#store.get(object.kind, keyOf(object));
    const isNew = current === undefined;
    if (isNew ? request.fieldManager === undefined : current.metadata.managedFields === undefined) return outcome;
    const manager = request.fieldManager ?? this.#identity;
    const { apiVersion } = factsOf(object.kind);
    const time = wholeSecond(this.#world.now());
    const { subresource } = request;
    const writer = { manager, operation: 'Update', apiVersion, subresource, time } as const;
    return { does: 'put', object: withTrackedUpdate(current, object, writer) };
  }

  #create({ object, dryRun, fieldManager }: Of<'create'>): Response {
    const store = this.#store;
    const { kind } = object;
    const refusal = refuseCustom(kind, store);
    if (refusal !== undefined) return refusal;
    store.advance(this.#world.now());
    const context = dryRun === true ? { ...this.#creating, mintUid: () => '' } : this.#creating;
    const charged = this.#charged(create(object, context), undefined, dryRun);
    const outcome = fieldManager === undefined ? charged : this.#tracked(charged, { fieldManager });
    return this.#commit(outcome.does === 'put' ? (outcome.key ?? keyOf(outcome.object)) : '', outcome, dryRun);
  }

  /**
   * Admission's last word: what a write uses is taken from the quotas of its namespace, each in a write of its own; a
   * write that they do not cover is refused. Deletions give nothing back: that is the quota controller's.
   */
  #charged(outcome: Outcome, previous: ApiObject | undefined, dryRun?: boolean): Outcome {
    if (outcome.does !== 'put' || this.#store.count('ResourceQuota') === 0) return outcome;
    const { object } = outcome;
    const quotas = this.#inNamespace('ResourceQuota', object.metadata.namespace);
    if (quotas.length === 0) return outcome;
    const charges = chargesOf(object, previous, quotas, this.#world.now());
    if ('does' in charges) return charges;
    if (dryRun === true || charges.length === 0) return outcome;
    for (const { quota, used } of charges) {
      const metadata = metaAt(quota.metadata, this.#store.nextRevision);
      const charged = withStatus(quota, metadata, { hard: quota.status.hard, used });
      this.#commit(keyOf(quota), { does: 'put', object: charged });
    }
    return { does: 'put', object: withMetadata(object, metaAt(object.metadata, this.#store.nextRevision)) };
  }

  #inNamespace<K extends 'LimitRange' | 'ResourceQuota'>(kind: K, namespace: string): readonly Kinds[K][] {
    if (this.#store.count(kind) === 0) return [];
    const found: Kinds[K][] = [];
    for (const object of this.#store.values(kind)) if (object.metadata.namespace === namespace) found.push(object);
    return found.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  }

  /** Only pods are deleted gracefully, even with no grace: the mark is a write of its own, and then the pod is removed. */
  #delete(kind: Kind, key: string, options: DeleteOptions & WriteOptions): Response | Unfinished {
    const { dryRun } = options;
    const outcome = remove(this.#store.get(kind, key), kind, nameOf(key), options, this.#context());
    if (outcome.does !== 'remove' || outcome.marked !== true || dryRun === true) {
      return this.#commit(key, outcome, dryRun);
    }
    const marked = this.#commit(key, { does: 'put', object: outcome.object });
    return marked.ok ? { next: () => this.#removeMarked(key, outcome.object) } : marked;
  }

  /** Where somebody else was quicker there is nothing left to do. */
  #removeMarked(key: string, marked: ApiObject): Response {
    this.#store.advance(this.#world.now());
    const latest = this.#store.get(marked.kind, key);
    if (latest?.metadata.uid !== marked.metadata.uid) return { ok: true, object: marked };
    const last = withMetadata(latest, metaAt(latest.metadata, this.#store.nextRevision));
    return { ok: true, object: this.#store.remove(key, last, this.#world.now()) };
  }

  /** Takes the pod out of its budget, says so in its status, and deletes it: three writes, or none where it may not go. */
  #evict(request: Of<'evict'>): Response | Unfinished {
    const { key, dryRun } = request;
    const store = this.#store;
    const pod = store.get('Pod', key);
    if (pod === undefined) return refuseNotFound('Pod', nameOf(key)).response;
    const verdict = judgeEviction(pod, store.values('PodDisruptionBudget'));
    if (verdict.does === 'refuse') return verdict.response;
    if (verdict.does === 'delete' || dryRun === true) return this.#deleteEvicted(request);
    const budget = decremented(verdict.budget, pod.metadata.name, this.#context());
    const taken = this.#commit(keyOf(budget), { does: 'put', object: budget });
    return taken.ok ? { next: () => this.#deleteEvicted(request) } : taken;
  }

  #deleteEvicted(request: Of<'evict'>): Response | Unfinished {
    const { key, dryRun } = request;
    const pod = this.#store.get('Pod', key);
    if (pod === undefined) return refuseNotFound('Pod', nameOf(key)).response;
    const unmet = refuseUnmet(pod, request);
    if (unmet !== undefined) return unmet.response;
    const options = { ...request, resourceVersion: undefined };
    const marked = dryRun === true ? pod : markedForEviction(pod, this.#context());
    if (marked === pod) return this.#delete('Pod', key, options);
    const said = this.#commit(key, { does: 'put', object: marked });
    return said.ok ? { next: () => this.#delete('Pod', key, options) } : said;
  }

  #context(): WriteContext {
    this.#store.advance(this.#world.now());
    return this.#present;
  }

  #commit(key: string, outcome: Outcome, dryRun?: boolean): Response {
    if (dryRun === true && outcome.does !== 'refuse') return this.#dryRun(key, outcome.object);
    switch (outcome.does) {
      case 'put':
        if (this.#store.size.isFull) return failureOf(NO_SPACE);
        return { ok: true, object: this.#store.put(key, outcome.object, this.#world.now()) };
      case 'remove':
        return { ok: true, object: this.#remove(key, outcome.object, outcome.byUpdate === true) };
      case 'nothing':
        return { ok: true, object: outcome.object };
      case 'refuse':
        return outcome.response;
    }
  }

  #remove(key: string, object: ApiObject, byUpdate: boolean): ApiObject {
    const stored = this.#store.get(object.kind, key)!.metadata.resourceVersion;
    const removed = this.#store.remove(key, object, this.#world.now());
    // An update that lets go of an object is answered with what it asked for, at the version that was.
    return byUpdate ? withMetadata(removed, metaAt(removed.metadata, stored)) : removed;
  }

  /** What would have been, still with the version that is stored; none of a new object. */
  #dryRun(key: string, object: ApiObject): Response {
    const resourceVersion = this.#store.get(object.kind, key)?.metadata.resourceVersion ?? 0;
    return { ok: true, object: { ...object, metadata: { ...object.metadata, resourceVersion } } as ApiObject };
  }
}

import type { Change } from '../../src/sim/api/change.ts';
import { applyDefaults } from '../../src/sim/api/defaults/apply-defaults.ts';
import { sameData } from '../../src/sim/api/equality.ts';
import { keyOf, type ApiObject, type Kind, type Kinds } from '../../src/sim/api/kinds.ts';
import type { ObjectMeta } from '../../src/sim/api/meta.ts';
import type { MetricsSource } from '../../src/sim/api/metrics.ts';
import type { Request, Response } from '../../src/sim/api/request.ts';
import { RequestHandler } from '../../src/sim/control-plane/api-server/request-handler.ts';
import { finished } from '../../src/sim/control-plane/api-server/unfinished.ts';
import { Store } from '../../src/sim/control-plane/etcd/store.ts';
import { DEFAULT_PARAMETERS } from '../../src/sim/default-parameters.ts';

const SECOND = 1_000_000;

/**
 * The API server and the store of a small world: what the simulator's own make of a request, at once and without a
 * network, and beside it a hand that puts things there as a test wants them.
 */
export class WorldServer {
  readonly #store: Store;
  readonly #handler: RequestHandler;
  readonly #now: () => number;
  #minted = 0;

  constructor(now: () => number, committed: (change: Change) => void, metrics?: MetricsSource) {
    this.#now = now;
    this.#store = new Store(({ type, object, previous }) => committed({ type, object, previous }));
    this.#handler = new RequestHandler(this.#store, {
      now,
      featureGates: DEFAULT_PARAMETERS.featureGates,
      metrics: () => metrics,
      listed: () => {},
      cached: (kind, key) => this.#store.get(kind, key),
      mintUid: () => this.#uid(),
      mintSuffix: () => String(this.#minted).padStart(5, '0'),
    });
  }

  get revision(): number {
    return this.#store.revision;
  }

  get<K extends Kind>(kind: K, key: string): Kinds[K] | undefined {
    return this.#store.get(kind, key);
  }

  list<K extends Kind>(kind: K): readonly Kinds[K][] {
    return [...this.#store.values(kind)];
  }

  carryOut(request: Request): Response {
    return finished(this.#handler.respond(request, 'controller-manager'));
  }

  /** Puts a new object there with its defaults, whatever else the API server would say to it. */
  place<T extends ApiObject>(given: T): T {
    const object = applyDefaults(given);
    const { metadata } = object;
    const uid = this.#uid();
    const stamped = { ...metadata, uid, creationTimestamp: this.#now() - (this.#now() % SECOND) };
    if (this.get(object.kind, keyOf(object)) !== undefined) throw new Error(`${object.kind} ${metadata.name} is there`);
    return this.#commit({ ...object, metadata: stamped } as ApiObject, 1) as T;
  }

  /** Replaces the stored object by what `change` makes of it, with its defaults. */
  edit<K extends Kind>(kind: K, key: string, change: (object: Kinds[K]) => Kinds[K]): void {
    const before = this.get(kind, key);
    if (before === undefined) throw new Error(`no ${kind} ${key}`);
    const after = applyDefaults(change(before));
    const bumps = !sameData(bodyOf(before), bodyOf(after));
    this.#commit(after, before.metadata.generation + (bumps ? 1 : 0));
  }

  #uid(): string {
    return `uid-${String(++this.#minted).padStart(6, '0')}`;
  }

  #commit(object: ApiObject, generation: number): ApiObject {
    this.#store.advance(this.#now());
    const metadata = { ...object.metadata, generation, resourceVersion: this.#store.nextRevision };
    const next = { ...object, metadata } as ApiObject;
    const isGone = metadata.deletionTimestamp !== undefined && isReleased(metadata);
    if (isGone) return this.#store.remove(keyOf(object), next, this.#now());
    return this.#store.put(keyOf(object), next, this.#now());
  }
}

function isReleased({ deletionGracePeriodSeconds, finalizers }: ObjectMeta): boolean {
  return (deletionGracePeriodSeconds ?? 0) === 0 && finalizers.length === 0;
}

/** What a generation counts the changes of. */
function bodyOf({ metadata: _metadata, status: _status, ...rest }: ApiObject & { readonly status?: unknown }): unknown {
  return rest;
}

import type { Engine, EventKind } from '../../engine/engine.ts';
import { keyOf, type Kind } from '../../api/kinds.ts';
import type { Request, Response } from '../../api/request.ts';
import type { EtcdError } from '../etcd/errors.ts';
import type { EtcdService } from '../etcd/etcd-service.ts';
import type { Store } from '../etcd/store.ts';
import { failureOf } from './refusals.ts';

type Write = Exclude<Request, { verb: 'get' | 'get-metrics' | 'list' }>;

/** `--request-timeout`; and what the handlers of writes give themselves. Microseconds. */
const READ_TIMEOUT_MICROS = 60_000_000;
const WRITE_TIMEOUT_MICROS = 34_000_000;
/** No request is given less. Microseconds. */
export const SHORTEST_DEADLINE_MICROS = WRITE_TIMEOUT_MICROS;
/** How long a consistent list waits for the watch cache before it goes to etcd itself. */
const CACHE_PATIENCE_MICROS = 3_000_000;

/** How long a request may take from its arrival at the server, in microseconds. */
export function deadlineOf({ verb }: Request): number {
  return verb === 'get' || verb === 'list' || verb === 'get-metrics' ? READ_TIMEOUT_MICROS : WRITE_TIMEOUT_MICROS;
}

/**
 * Requests while etcd is in trouble: a write takes effect if and when etcd commits it, which may be after its client was
 * told that it failed; a read waits until etcd confirms that it sees the latest; a list from the cache does not notice.
 */
export class ThroughEtcd {
  readonly #engine: Engine;
  readonly #etcd: EtcdService;
  readonly #store: Store;
  readonly #timedOutKind: EventKind;
  readonly #cacheIsBehindKind: EventKind;

  constructor(engine: Engine, etcd: EtcdService, store: Store) {
    this.#engine = engine;
    this.#etcd = etcd;
    this.#store = store;
    this.#timedOutKind = engine.on('api-server/request-timed-out', (_a, _b, finish) =>
      (finish as (response: Response) => void)(TIMED_OUT),
    );
    this.#cacheIsBehindKind = engine.on('api-server/cache-is-behind', (_a, _b, act) => (act as () => void)());
  }

  /** `respond` carries the request out against the present state. Its deadline counts from its arrival at its server. */
  carryOut(
    request: Request,
    { server, arrivedAt }: { readonly server: number; readonly arrivedAt: number },
    respond: () => Response,
    done: (response: Response) => void,
  ): void {
    if (request.verb === 'get-metrics' || (request.verb === 'list' && request.resourceVersion === 0)) {
      done(respond());
      return;
    }
    let over = false;
    const finish = (response: Response): void => {
      if (over) return;
      over = true;
      this.#engine.cancel(deadline);
      done(response);
    };
    const endsAt = Math.max(arrivedAt + deadlineOf(request), this.#engine.now);
    const deadline = this.#engine.at(endsAt, this.#timedOutKind, 0, 0, finish);
    if (request.verb === 'get' || request.verb === 'list') {
      this.#read(
        server,
        request.verb === 'list',
        () => over,
        (error) => finish(error === undefined ? respond() : failureOf(error)),
      );
      return;
    }
    const before = this.#versionOf(request);
    let made: Response | undefined;
    const effect = (): boolean => {
      // The transaction compares the version that was read. Where it does not hold, a server that still waits reads
      // again; for one that has given up, nothing happens.
      if (over && this.#versionOf(request) !== before) return false;
      const revision = this.#store.revision;
      made = respond();
      return this.#store.revision > revision;
    };
    const write = (): void =>
      this.#etcd.write(server, effect, (error) => finish(error === undefined ? made! : failureOf(error)));
    // A write begins with what the watch cache has. Where that is old, it does not hold, and etcd is asked first.
    if (!this.#etcd.watchesStall(server) || request.verb === 'create') write();
    else
      this.#etcd.read(server, (error) => (over ? undefined : error === undefined ? write() : finish(failureOf(error))));
  }

  /**
   * A consistent read: from etcd, or, a list, from the watch cache, once that has come as far as etcd is. Where it does
   * not in time, etcd is asked for the list itself.
   */
  #read(server: number, isList: boolean, isOver: () => boolean, done: (error: EtcdError | undefined) => void): void {
    this.#etcd.read(server, (error) => {
      if (error !== undefined || !isList || !this.#etcd.watchesStall(server)) {
        done(error);
        return;
      }
      this.#engine.after(CACHE_PATIENCE_MICROS, this.#cacheIsBehindKind, 0, 0, () => {
        if (!isOver()) this.#etcd.read(server, done);
      });
    });
  }

  /** 0 where there is no such object. */
  #versionOf(request: Write): number {
    const [kind, key] = targetOf(request);
    return this.#store.get(kind, key)?.metadata.resourceVersion ?? 0;
  }
}

function targetOf(request: Write): readonly [Kind, string] {
  switch (request.verb) {
    case 'create':
    case 'update':
      return [request.object.kind, keyOf(request.object)];
    case 'bind':
    case 'evict':
      return ['Pod', request.key];
    default:
      return [request.kind, request.key];
  }
}

/** 504, when the deadline of a request is over. */
export const TIMED_OUT: Response = {
  ok: false,
  code: 504,
  reason: 'Timeout',
  message: 'Timeout: request did not complete within the allotted timeout',
};

import type { Engine } from '../../engine/engine.ts';
import { sampler, type Sampler } from '../../engine/samplers.ts';
import type { Stream } from '../../engine/streams.ts';
import type { Kind } from '../../api/kinds.ts';
import type { Request } from '../../api/request.ts';
import type { Parameters } from '../../scenario/parameters.ts';
import type { Store } from '../etcd/store.ts';

/** So much of one object is within what a read or a write takes anyway; more of it is encoded on top. */
const ORDINARY_BYTES = 2_000;

/** HOT. What an API server computes for requests, besides what etcd takes. All in microseconds. */
export class ServerWork {
  /** What the answer of a read or a write takes to encode: of an ordinary object within `read()` and `write()`. */
  readonly encodeOne: number;
  readonly #beyondOrdinary: number;
  readonly #write: Sampler;
  readonly #read: Sampler;
  readonly #list: Sampler;
  /** Absent: nobody has installed any. */
  readonly #webhooks: Sampler | undefined;
  readonly #webhookStream: Stream | undefined;
  readonly #encodeObject: number;
  readonly #stream: Stream;
  readonly #store: Store;

  constructor(engine: Engine, parameters: Parameters['apiServer'], store: Store) {
    const { write, read, list, webhooks, encodePerKilobyte, objectBytes } = parameters;
    this.#write = sampler(write);
    this.#read = sampler(read);
    this.#list = sampler(list);
    this.#stream = engine.stream('api-server/work');
    this.#store = store;
    if (webhooks.kind !== 'constant' || webhooks.value > 0) {
      this.#webhooks = sampler(webhooks);
      this.#webhookStream = engine.stream('api-server/webhooks');
    }
    this.#encodeObject = (objectBytes * encodePerKilobyte) / 1_000;
    this.encodeOne = Math.round(this.#encodeObject);
    this.#beyondOrdinary = Math.round((Math.max(0, objectBytes - ORDINARY_BYTES) * encodePerKilobyte) / 1_000);
  }

  read(): number {
    return this.#read(this.#stream) + this.#beyondOrdinary;
  }

  /** Without webhooks. */
  write(): number {
    return this.#write(this.#stream) + this.#beyondOrdinary;
  }

  /** A list without its objects. */
  list(): number {
    return this.#list(this.#stream);
  }

  /** The objects of a list. */
  encodeList(kind: Kind, limit = 0): number {
    const there = this.#store.count(kind);
    return Math.round((limit > 0 && limit < there ? limit : there) * this.#encodeObject);
  }

  /** The beginning of a watch, with a list or without; `ofNode`: of one node's pods, which an index finds. */
  watch(kind: Kind, lists: boolean, ofNode: boolean): number {
    if (!lists) return this.read();
    return ofNode ? this.list() : this.list() + this.encodeList(kind);
  }

  /** What admission webhooks add to a write. Their rules name objects, and seldom subresources, Leases and Events. */
  webhooks(request: Request): number {
    return this.#webhooks !== undefined && isHooked(request) ? this.#webhooks(this.#webhookStream!) : 0;
  }
}

function isHooked(request: Request): boolean {
  switch (request.verb) {
    case 'create':
      return isHookedKind(request.object.kind);
    case 'update':
      return request.subresource === undefined && isHookedKind(request.object.kind);
    case 'patch':
      return request.subresource === undefined && isHookedKind(request.kind);
    default:
      return false;
  }
}

function isHookedKind(kind: Kind): boolean {
  return kind !== 'Lease' && kind !== 'Event';
}

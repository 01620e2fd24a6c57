import { keyOf, type ApiObject } from '../../api/kinds.ts';
import type { Commit } from '../etcd/store.ts';

/** All objects of a kind by their keys, kept in order while they change. */
export class KeyOrder {
  /** How many changes there were since somebody read it. */
  unread = 0;
  readonly #keys: string[];
  readonly #objects: ApiObject[];
  /** What was read last, as long as nothing has changed. */
  #read: readonly ApiObject[] | undefined;

  constructor(objects: Iterable<ApiObject>) {
    const keyed = Array.from(objects, (object) => ({ key: keyOf(object), object }));
    keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
    this.#keys = keyed.map(({ key }) => key);
    this.#objects = keyed.map(({ object }) => object);
  }

  /** As they are now; what is returned does not change any more. */
  read(): readonly ApiObject[] {
    this.unread = 0;
    return (this.#read ??= this.#objects.slice());
  }

  committed({ type, key, object }: Commit): void {
    this.unread++;
    this.#read = undefined;
    const at = this.#firstNotBefore(key);
    const isThere = this.#keys[at] === key;
    if (type === 'DELETED') {
      if (!isThere) return;
      this.#keys.splice(at, 1);
      this.#objects.splice(at, 1);
    } else if (isThere) this.#objects[at] = object;
    else {
      this.#keys.splice(at, 0, key);
      this.#objects.splice(at, 0, object);
    }
  }

  #firstNotBefore(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#keys[middle]! < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

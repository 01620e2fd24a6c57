import type { Commit } from '../../etcd/store.ts';
import type { Position } from '../../watch/cache-window.ts';
import { CacheWindows } from '../../watch/cache-windows.ts';
import type { Instance } from './instance.ts';

/** The watch caches of all API servers; who has begun together shares his. */
export class InstanceCaches {
  #distinct: readonly CacheWindows[] = [];

  /** Something was committed. Events go from etcd to whoever watches them. */
  committed(commit: Commit): void {
    if (commit.kind !== 'Event') for (const caches of this.#distinct) caches.committed(commit);
  }

  /** Those of some of the servers begin anew, with what is there. */
  begin(those: readonly Instance[], all: readonly Instance[], began: Position): void {
    const caches = new CacheWindows(began);
    for (const instance of those) instance.caches = caches;
    this.#distinct = [...new Set(all.map((instance) => instance.caches))];
  }
}

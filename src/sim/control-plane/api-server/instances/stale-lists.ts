import type { Engine, EventKind } from '../../../engine/engine.ts';
import type { RemoteWatch } from './connection.ts';
import type { Instance } from './instance.ts';

/** How long a server waits for its cache before it answers 504. */
const CACHE_PATIENCE_MICROS = 3_000_000;

export interface StaleListsNeeds {
  readonly engine: Engine;
  /** A server asks etcd how far it is. */
  askEtcd(instance: Instance, done: (answered: boolean) => void): void;
  serve(watch: RemoteWatch, instance: Instance): void;
  /** 504: the version is too large. */
  refused(watch: RemoteWatch): void;
  /** etcd could not be asked. */
  failed(watch: RemoteWatch): void;
}

/**
 * Lists that are not to be older than what their reflectors know, at a server whose cache is: it is waited for, but not for
 * ever. Who was told that his version is too large asks at once for what is true: the server asks etcd how far that is, and
 * its cache has to come so far (kubernetes-behaviour.md 2.5, 2.6).
 */
export class StaleLists {
  readonly #needs: StaleListsNeeds;
  #cacheIsBehind: EventKind | undefined;

  constructor(needs: StaleListsNeeds) {
    this.#needs = needs;
  }

  /** Its server serves it once its cache has caught up, where that is in time. */
  wait(watch: RemoteWatch, instance: Instance): void {
    if (!watch.consistent) {
      this.#begin(watch);
      return;
    }
    const { attempt } = watch;
    this.#needs.askEtcd(instance, (answered) => {
      if (watch.attempt !== attempt) return;
      if (!answered) this.#needs.failed(watch);
      else if (instance.staleSince === undefined) this.#needs.serve(watch, instance);
      else this.#begin(watch);
    });
  }

  #begin(watch: RemoteWatch): void {
    const { engine } = this.#needs;
    this.#cacheIsBehind ??= engine.on(
      'watch/cache-is-behind',
      (_a, attempt, ref) => this.#end(ref as RemoteWatch, attempt),
      { background: true },
    );
    watch.awaitsCache = true;
    engine.after(CACHE_PATIENCE_MICROS, this.#cacheIsBehind, 0, watch.attempt, watch);
  }

  #end(watch: RemoteWatch, attempt: number): void {
    if (watch.attempt === attempt && watch.awaitsCache) this.#needs.refused(watch);
  }
}

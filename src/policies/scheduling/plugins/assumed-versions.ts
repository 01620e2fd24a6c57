import type { ObjectMeta } from '../../../sim/api/meta.ts';

/**
 * Versions of objects that a scheduler has decided on and its cache does not show yet. Each counts until it is taken back
 * or the cache has a newer one.
 */
export class AssumedVersions<T extends { readonly metadata: ObjectMeta }> {
  readonly #byKey = new Map<string, T>();

  assume(key: string, version: T): void {
    this.#byKey.set(key, version);
  }

  restore(key: string): void {
    this.#byKey.delete(key);
  }

  /** What counts, given what the cache has. */
  latest(key: string, cached: T | undefined): T | undefined {
    const assumed = this.#byKey.get(key);
    if (assumed === undefined) return cached;
    if (cached !== undefined && cached.metadata.resourceVersion <= assumed.metadata.resourceVersion) return assumed;
    this.#byKey.delete(key);
    return cached;
  }
}

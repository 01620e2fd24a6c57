import type { EndpointSlice } from '../../../sim/api/service.ts';

/** Stands for a slice that was deleted and may still be in the cache. */
const GOING = -1;

/**
 * The generations of the slices a controller has written, by Service. While the cache is behind them, what the cache
 * says must not be acted upon; and a change that is no news needs no sync (kubernetes-behaviour.md 3.8).
 */
export class SliceTracker {
  readonly #byService = new Map<string, Map<string, number>>();

  wrote(service: string, slice: EndpointSlice): void {
    this.#of(service).set(slice.metadata.uid, slice.metadata.generation);
  }

  deleted(service: string, slice: EndpointSlice): void {
    this.#of(service).set(slice.metadata.uid, GOING);
  }

  /** Whether the cache, which holds `slices` for the Service, is older than what was written. */
  isStale(service: string, slices: readonly EndpointSlice[]): boolean {
    const known = this.#byService.get(service);
    if (known === undefined) return false;
    const seen = new Set<string>();
    for (const { metadata } of slices) {
      seen.add(metadata.uid);
      const generation = known.get(metadata.uid);
      if (generation === undefined) continue;
      if (generation === GOING || generation > metadata.generation) return true;
    }
    for (const [uid, generation] of known) if (generation !== GOING && !seen.has(uid)) return true;
    return false;
  }

  /** Whether a slice in the cache is other than the controller left it. */
  isNews(service: string, slice: EndpointSlice): boolean {
    const generation = this.#byService.get(service)?.get(slice.metadata.uid);
    return generation === undefined || slice.metadata.generation > generation;
  }

  has(service: string, slice: EndpointSlice): boolean {
    return this.#byService.get(service)?.has(slice.metadata.uid) ?? false;
  }

  /** Takes note that a slice is gone; true when it was the controller who deleted it. */
  gone(service: string, slice: EndpointSlice): boolean {
    const known = this.#byService.get(service);
    const generation = known?.get(slice.metadata.uid);
    known?.delete(slice.metadata.uid);
    return generation === GOING;
  }

  forget(service: string): void {
    this.#byService.delete(service);
  }

  #of(service: string): Map<string, number> {
    let known = this.#byService.get(service);
    if (known === undefined) this.#byService.set(service, (known = new Map()));
    return known;
  }
}

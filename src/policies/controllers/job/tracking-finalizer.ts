import { JOB_TRACKING_FINALIZER } from '../../../sim/api/batch.ts';
import { keyOf } from '../../../sim/api/kinds.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { Request } from '../../../sim/api/request.ts';

/** Whether a pod is still to be counted. */
export function isTracked(pod: Pod): boolean {
  return pod.metadata.finalizers.includes(JOB_TRACKING_FINALIZER);
}

/** Takes the finalizer off a pod: it has been counted, or never will be. */
export function untrack(pod: Pod): Request {
  const finalizers = pod.metadata.finalizers.filter((one) => one !== JOB_TRACKING_FINALIZER);
  return { verb: 'patch', kind: 'Pod', key: keyOf(pod), uid: pod.metadata.uid, patch: { metadata: { finalizers } } };
}

/** Pods whose finalizer is gone for sure though the cache may still show it, by the key of their Job. */
export class FinalizerExpectations {
  readonly #uids = new Map<string, Set<string>>();

  expectRemoved(key: string, uids: readonly string[]): void {
    let known = this.#uids.get(key);
    if (known === undefined) this.#uids.set(key, (known = new Set()));
    for (const uid of uids) known.add(uid);
  }

  /** The cache shows it, or it did not happen. */
  settled(key: string, uid: string): void {
    const known = this.#uids.get(key);
    if (known === undefined || !known.delete(uid)) return;
    if (known.size === 0) this.#uids.delete(key);
  }

  /** A snapshot: what is expected now. */
  of(key: string): ReadonlySet<string> {
    const known = this.#uids.get(key);
    return known === undefined ? NOTHING : new Set(known);
  }

  forget(key: string): void {
    this.#uids.delete(key);
  }
}

const NOTHING: ReadonlySet<string> = new Set();

import type { Change } from '../../src/sim/api/change.ts';
import { controllerOf } from '../../src/sim/api/meta.ts';

export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';

/** Where something stands among what one controller object has created over its whole life. From 1. */
export class Ordinals {
  readonly #created = new Map<string, number>();
  readonly #ofPod = new Map<string, number>();

  /** The next number of a family of things. */
  next(family: string): number {
    const n = (this.#created.get(family) ?? 0) + 1;
    this.#created.set(family, n);
    return n;
  }

  /** Counts a new pod: bare ones by their namespace. */
  committed(change: Change): void {
    if (change.type !== 'ADDED' || change.object.kind !== 'Pod') return;
    const { metadata } = change.object;
    this.#ofPod.set(metadata.uid, this.next(`pods of ${controllerOf(metadata)?.uid ?? metadata.namespace}`));
  }

  ofPod(uid: string): number {
    return this.#ofPod.get(uid) ?? 1;
  }
}

import type { Change } from '../../api/change.ts';
import type { Kind } from '../../api/kinds.ts';
import type { Pod } from '../../api/pod.ts';
import { Informer } from '../informer.ts';

/** The pods that the scheduler has seen, as its plugins may list them. */
export class PodLister {
  readonly #pods: () => ReadonlyMap<string, Pod>;

  /** @param pods not asked before somebody lists: a plugin may ask for its lister while the scheduler is being made */
  constructor(pods: () => ReadonlyMap<string, Pod>) {
    this.#pods = pods;
  }

  get(key: string): Pod | undefined {
    return this.#pods().get(key);
  }

  list(namespace?: string): readonly Pod[] {
    const pods = [...this.#pods().values()];
    return namespace === undefined ? pods : pods.filter((pod) => pod.metadata.namespace === namespace);
  }
}

/** A cache whose version tells plugins whether what they derived from it still holds. */
export class CountedInformer extends Informer<Kind> {
  version = 0;

  override receive(change: Change): void {
    this.version++;
    super.receive(change);
  }
}

const NOBODY: readonly never[] = Object.freeze([]);

/** Of a kind that the API server does not know. */
export const NOTHING_LISTED = { get: () => undefined, list: () => NOBODY, version: 0 };

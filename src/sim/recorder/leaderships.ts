import type { Lease } from '../api/core.ts';

/** Who leads a component of several replicas, as its Lease says, and how often that changed. */
export interface Leadership {
  readonly name: string;
  /** Empty: nobody. */
  holder: string;
  /** Holders that followed one that was another. */
  changes: number;
}

/** Leases of components; those of nodes live in another namespace. */
const NAMESPACE = 'kube-system';

/** Follows the Leases of the components with leader election. */
export class Leaderships {
  readonly #byName = new Map<string, Leadership & { last: string }>();

  observe({ metadata, spec }: Lease): void {
    if (metadata.namespace !== NAMESPACE) return;
    const { name } = metadata;
    const holder = spec.holderIdentity;
    const known = this.#byName.get(name);
    if (known === undefined) {
      this.#byName.set(name, { name, holder, last: holder, changes: 0 });
      return;
    }
    known.holder = holder;
    if (holder === '' || holder === known.last) return;
    if (known.last !== '') known.changes++;
    known.last = holder;
  }

  /** In order of name. */
  all(): readonly Leadership[] {
    return [...this.#byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

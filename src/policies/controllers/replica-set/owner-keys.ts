import { objectKey } from '../../../sim/api/kinds.ts';
import { controllerOf, type OwnerReference } from '../../../sim/api/meta.ts';
import type { Pod } from '../../../sim/api/pod.ts';

/** Who controls a pod, and the key under which the caches know it. */
export interface ControllerKey {
  readonly reference: OwnerReference;
  readonly namespace: string;
  readonly key: string;
}

/** Pods of one owner share their list of owners, so its key is put together once and not at every change of each. */
export class OwnerKeys {
  readonly #known = new WeakMap<readonly OwnerReference[], ControllerKey>();

  of({ metadata }: Pod): ControllerKey | undefined {
    const { ownerReferences, namespace } = metadata;
    if (ownerReferences.length === 0) return undefined;
    let known = this.#known.get(ownerReferences);
    if (known !== undefined && known.namespace === namespace) return known;
    const reference = controllerOf(metadata);
    if (reference === undefined) return undefined;
    known = { reference, namespace, key: objectKey(namespace, reference.name) };
    this.#known.set(ownerReferences, known);
    return known;
  }
}

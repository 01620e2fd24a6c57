import type { OwnerReference } from '../../../sim/api/meta.ts';

const NONE: readonly string[] = Object.freeze([]);

/**
 * Who refers to an owner without being controlled by it. Controlled objects are in the caches' own index, so that the
 * pods of a cluster are not held twice; references beside that one are rare.
 */
export class SideReferences {
  readonly #byOwner = new Map<string, Set<string>>();

  update(item: string, before: readonly OwnerReference[], after: readonly OwnerReference[]): void {
    if (before === after) return;
    for (const { uid, controller } of before) {
      if (controller === true) continue;
      const items = this.#byOwner.get(uid);
      items?.delete(item);
      if (items?.size === 0) this.#byOwner.delete(uid);
    }
    for (const { uid, controller } of after) {
      if (controller === true) continue;
      let items = this.#byOwner.get(uid);
      if (items === undefined) this.#byOwner.set(uid, (items = new Set()));
      items.add(item);
    }
  }

  /** Items as they were given to {@link update}. */
  of(ownerUid: string): readonly string[] {
    const items = this.#byOwner.get(ownerUid);
    return items === undefined ? NONE : [...items];
  }
}

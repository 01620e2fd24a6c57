import { controllerOf, type LabelSelector, type Labels, type OwnerReference } from '../../../sim/api/meta.ts';
import { isPodReady, type Pod } from '../../../sim/api/pod.ts';

/** What a budget's pods are read from. */
export interface BudgetCaches {
  /** All pods the budget selects. */
  selected(): readonly Pod[];
  /** A pod of the budget's namespace, whether the budget selects it or not. */
  pod(key: string): Pod | undefined;
  matches(labels: Labels): boolean;
}

/** What a pod counts as. */
interface Counted {
  readonly healthy: boolean;
  readonly controller: Controlled | undefined;
}

interface Controlled {
  readonly reference: OwnerReference;
  pods: number;
}

/**
 * The pods of one PodDisruptionBudget, counted. The counts are kept up to date from the pods that changed since they were
 * last looked at, so that a sync costs what has changed and not what there is; they are always what a walk over all pods
 * would give.
 */
export class BudgetPods {
  readonly selector: LabelSelector | undefined;
  readonly #caches: BudgetCaches;
  readonly #counted = new Map<string, Counted>();
  readonly #touched = new Set<string>();
  readonly #controllers = new Map<string, Controlled>();
  #healthy = 0;
  #unmanaged = 0;

  /** @param selector of the budget whose pods these are; with another one they are others */
  constructor(selector: LabelSelector | undefined, caches: BudgetCaches, keyOf: (pod: Pod) => string) {
    this.selector = selector;
    this.#caches = caches;
    for (const pod of caches.selected()) this.#add(keyOf(pod), pod);
  }

  /** This pod, by its key, has changed; it is selected or was. */
  touch(podKey: string): void {
    this.#touched.add(podKey);
  }

  /** Takes in what has changed. */
  update(): void {
    for (const key of this.#touched) {
      this.#remove(key);
      const pod = this.#caches.pod(key);
      if (pod !== undefined && this.#caches.matches(pod.metadata.labels)) this.#add(key, pod);
    }
    this.#touched.clear();
  }

  get count(): number {
    return this.#counted.size;
  }

  /** Ready and not being deleted, whatever evictions were granted. */
  get healthy(): number {
    return this.#healthy;
  }

  /** Without a controller. */
  get unmanaged(): number {
    return this.#unmanaged;
  }

  /** Who controls the others, each once. */
  *controllers(): Generator<OwnerReference> {
    for (const { reference } of this.#controllers.values()) yield reference;
  }

  #add(key: string, pod: Pod): void {
    const reference = controllerOf(pod.metadata);
    const controller = reference === undefined ? undefined : this.#controlledBy(reference);
    if (controller === undefined) this.#unmanaged++;
    else controller.pods++;
    const healthy = pod.metadata.deletionTimestamp === undefined && isPodReady(pod);
    if (healthy) this.#healthy++;
    this.#counted.set(key, { healthy, controller });
  }

  #remove(key: string): void {
    const counted = this.#counted.get(key);
    if (counted === undefined) return;
    this.#counted.delete(key);
    const { healthy, controller } = counted;
    if (healthy) this.#healthy--;
    if (controller === undefined) this.#unmanaged--;
    else if (--controller.pods === 0) this.#controllers.delete(nameOf(controller.reference));
  }

  #controlledBy(reference: OwnerReference): Controlled {
    const name = nameOf(reference);
    let controller = this.#controllers.get(name);
    if (controller === undefined) this.#controllers.set(name, (controller = { reference, pods: 0 }));
    return controller;
  }
}

function nameOf({ kind, name, uid }: OwnerReference): string {
  return `${uid} ${kind} ${name}`;
}

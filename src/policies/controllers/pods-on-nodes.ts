import type { Change } from '../../sim/api/change.ts';
import { keyOf } from '../../sim/api/kinds.ts';
import type { Pod } from '../../sim/api/pod.ts';
import type { ControllerLister } from '../../sim/policy-api/controllers.ts';

/** After so many questions an index is cheaper than one more walk over all pods. */
const WALKS = 8;

/**
 * Which pods are on a node, as the cache knows it. The index is made when somebody asks often and kept up from then on,
 * until it is dropped: while all nodes are well, or nearly all, a pod's path costs nothing.
 */
export class PodsOnNodes {
  readonly #pods: ControllerLister<'Pod'>;
  #byNode: Map<string, Set<string>> | undefined;
  #walks = 0;

  constructor(pods: ControllerLister<'Pod'>) {
    this.#pods = pods;
  }

  /** To be told of every change of a pod. */
  apply({ type, object, previous, key }: Change<'Pod'>): void {
    if (this.#byNode === undefined) return;
    const { nodeName } = object.spec;
    if (nodeName === undefined) return;
    if (type === 'DELETED') this.#byNode.get(nodeName)?.delete(key ?? keyOf(object));
    else if (previous?.spec.nodeName === undefined) this.#add(nodeName, key ?? keyOf(object));
  }

  /** In the order in which the cache saw them, or in that in which they came to the node: in Kubernetes it is a map's. */
  of(nodeName: string): Pod[] {
    if (this.#byNode === undefined) {
      if (this.#walks++ < WALKS) return this.#pods.list().filter(({ spec }) => spec.nodeName === nodeName);
      this.#build();
    }
    const found: Pod[] = [];
    for (const key of this.#byNode!.get(nodeName) ?? []) {
      const pod = this.#pods.get(key);
      if (pod?.spec.nodeName === nodeName) found.push(pod);
    }
    return found;
  }

  drop(): void {
    this.#byNode = undefined;
    this.#walks = 0;
  }

  #build(): void {
    this.#byNode = new Map();
    for (const pod of this.#pods.list()) {
      if (pod.spec.nodeName !== undefined) this.#add(pod.spec.nodeName, keyOf(pod));
    }
  }

  #add(nodeName: string, key: string): void {
    const keys = this.#byNode!.get(nodeName);
    if (keys === undefined) this.#byNode!.set(nodeName, new Set([key]));
    else keys.add(key);
  }
}

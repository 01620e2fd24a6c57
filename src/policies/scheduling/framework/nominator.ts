import type { PodInfo } from '../../../sim/policy-api/scheduling.ts';

const NOBODY: readonly PodInfo[] = Object.freeze([]);

/** Which pods are nominated to which node, in order of nomination (semantics sheet 5.1, 5.9). */
export class Nominator {
  readonly #byNode = new Map<string, PodInfo[]>();
  readonly #nodeByUid = new Map<string, string>();

  /** Puts the pod at the end of the node's list, wherever it was before. */
  add(pod: PodInfo, nodeName: string): void {
    this.delete(pod.pod.metadata.uid);
    let pods = this.#byNode.get(nodeName);
    if (pods === undefined) this.#byNode.set(nodeName, (pods = []));
    pods.push(pod);
    this.#nodeByUid.set(pod.pod.metadata.uid, nodeName);
  }

  delete(uid: string): void {
    const nodeName = this.#nodeByUid.get(uid);
    if (nodeName === undefined) return;
    this.#nodeByUid.delete(uid);
    const pods = this.#byNode.get(nodeName)!.filter((pod) => pod.pod.metadata.uid !== uid);
    if (pods.length === 0) this.#byNode.delete(nodeName);
    else this.#byNode.set(nodeName, pods);
  }

  /** The node a pod is nominated to. */
  nodeOf(uid: string): string | undefined {
    return this.#nodeByUid.get(uid);
  }

  podsOn(nodeName: string): readonly PodInfo[] {
    return this.#byNode.get(nodeName) ?? NOBODY;
  }

  /** Nodes with pods nominated to them. */
  byNode(): Iterable<readonly [string, readonly PodInfo[]]> {
    return this.#byNode;
  }

  get size(): number {
    return this.#nodeByUid.size;
  }
}

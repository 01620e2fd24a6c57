import type { Node } from '../../../sim/api/node.ts';
import type { PodInfo } from '../../../sim/policy-api/scheduling.ts';
import { claimKeys } from './claim-keys.ts';
import type { CacheObserver } from './cache-observer.ts';
import { ImageStates } from './image-states.ts';
import { NodeState } from './node-info.ts';
import { NodeTree } from './node-tree.ts';
import { PodFacts } from './pod-info.ts';
import { NodeSnapshot } from './snapshot.ts';

interface CachedPod {
  info: PodInfo;
  readonly nodeName: string;
  /** `undefined`: no such node, the pod is an orphan. */
  state: NodeState | undefined;
  assumed: boolean;
}

/**
 * The scheduler's own idea of the cluster: nodes and the pods on them, assumed ones included. `refresh` at the start of a
 * cycle makes the snapshot current.
 */
export class SchedulerCache {
  readonly snapshot = new NodeSnapshot(() => this.#lowestPriority());
  observer: CacheObserver | undefined;
  readonly #tree = new NodeTree();
  /** Nodes that exist. */
  readonly #nodes = new Map<string, NodeState>();
  /** Pods on nodes that do not exist (yet, or any more): they count when the node comes. */
  readonly #orphans = new Map<string, Map<string, PodInfo>>();
  readonly #pods = new Map<string, CachedPod>();
  readonly #images = new ImageStates();
  /** Nodes that have changed since the last cycle; kept only where it matters, for image counts. */
  readonly #changed = new Set<NodeState>();
  #newcomers: NodeState[] = [];
  readonly #claimUses = new Map<string, number>();
  /** How many pods on nodes have each priority. */
  readonly #priorities = new Map<number, number>();

  addNode(node: Node): void {
    const known = this.#nodes.get(node.metadata.name);
    if (known !== undefined) {
      this.updateNode(node);
      return;
    }
    const state = new NodeState(node);
    this.#nodes.set(state.name, state);
    this.#tree.add(node);
    this.#images.add(node);
    for (const [uid, pod] of this.#orphans.get(state.name) ?? []) {
      this.#pods.get(uid)!.state = state;
      this.#put(state, pod);
    }
    this.#orphans.delete(state.name);
    this.#newcomers.push(state);
    this.#note(state);
  }

  updateNode(node: Node): void {
    const state = this.#nodes.get(node.metadata.name);
    if (state === undefined) {
      this.addNode(node);
      return;
    }
    this.#tree.update(state.node, node);
    if (state.node.status.images !== node.status.images) {
      this.#images.remove(state.node);
      this.#images.add(node);
    }
    const old = state.node;
    state.node = node;
    this.#note(state);
    this.observer?.nodeUpdated(state, old);
  }

  removeNode(name: string): void {
    const state = this.#nodes.get(name);
    if (state === undefined) return;
    this.#nodes.delete(name);
    this.#tree.remove(state.node);
    this.#images.remove(state.node);
    const orphans = new Map<string, PodInfo>();
    for (const pod of [...state.pods]) {
      const { uid } = pod.pod.metadata;
      orphans.set(uid, pod);
      this.#pods.get(uid)!.state = undefined;
      this.#take(state, pod);
    }
    if (orphans.size > 0) this.#orphans.set(name, orphans);
    this.#changed.delete(state);
  }

  /** A pod that has, or is assumed to have, a node. A pod known under this uid is replaced: it moves to the end. */
  addPod(info: PodInfo, nodeName: string, assumed = false): void {
    const { uid } = info.pod.metadata;
    const known = this.#pods.get(uid);
    if (known !== undefined) {
      const { state } = known;
      if (state !== undefined && state.name === nodeName && countsTheSame(known.info, info)) {
        state.replacePod(known.info, info);
        known.info = info;
        known.assumed = assumed;
        this.#note(state);
        return;
      }
      this.removePod(uid);
    }
    const state = this.#nodes.get(nodeName);
    this.#pods.set(uid, { info, nodeName, state, assumed });
    if (state !== undefined) {
      this.#put(state, info);
      return;
    }
    let orphans = this.#orphans.get(nodeName);
    if (orphans === undefined) this.#orphans.set(nodeName, (orphans = new Map()));
    orphans.set(uid, info);
  }

  removePod(uid: string): void {
    const known = this.#pods.get(uid);
    if (known === undefined) return;
    this.#pods.delete(uid);
    if (known.state !== undefined) {
      this.#take(known.state, known.info);
      return;
    }
    const orphans = this.#orphans.get(known.nodeName);
    orphans?.delete(uid);
    if (orphans?.size === 0) this.#orphans.delete(known.nodeName);
  }

  podOf(uid: string): PodInfo | undefined {
    return this.#pods.get(uid)?.info;
  }

  isAssumed(uid: string): boolean {
    return this.#pods.get(uid)?.assumed === true;
  }

  nodeOf(uid: string): string | undefined {
    return this.#pods.get(uid)?.nodeName;
  }

  node(name: string): NodeState | undefined {
    return this.#nodes.get(name);
  }

  get nodeCount(): number {
    return this.#nodes.size;
  }

  /**
   * Brings the snapshot to the present. The order of nodes is taken anew only when a name came that was not in it, or
   * it holds more names than there are nodes (semantics sheet 4.2).
   */
  refresh(): NodeSnapshot {
    if (this.#images.version > 0) this.#freezeImages();
    let newName = false;
    let replaced = false;
    for (const state of this.#newcomers) {
      if (this.#nodes.get(state.name) !== state) continue;
      if (this.snapshot.get(state.name) === undefined) {
        newName = true;
      } else {
        this.snapshot.replace(state);
        replaced = true;
      }
    }
    if (this.#newcomers.length > 0) this.#newcomers = [];
    if (newName || this.snapshot.nodes.length !== this.#nodes.size) {
      const order: NodeState[] = [];
      for (const name of this.#tree.list()) order.push(this.#nodes.get(name)!);
      this.snapshot.reorder(order, this.#claimUses);
      replaced = true;
    }
    if (replaced) this.observer?.reordered(this.snapshot.nodes);
    return this.snapshot;
  }

  #note(state: NodeState): void {
    if (this.#images.version > 0) this.#changed.add(state);
  }

  /** Counts of images are as old as the last change of the node itself (semantics sheet 3.12). */
  #freezeImages(): void {
    for (const state of this.#changed) {
      const hasImages = state.node.status.images !== undefined || state.images.size > 0;
      if (!hasImages || state.frozenImages === this.#images.version) continue;
      state.images = this.#images.freeze(state.node);
      state.frozenImages = this.#images.version;
      this.observer?.imagesFrozen(state);
    }
    this.#changed.clear();
  }

  #put(state: NodeState, pod: PodInfo): void {
    const affinity = state.podsWithAffinity.length;
    const anti = state.podsWithRequiredAntiAffinity.length;
    state.addPod(pod);
    this.#noteSubLists(state, affinity, anti);
    this.#countClaims(pod, 1);
    this.#countPriority(pod, 1);
    this.#note(state);
    this.observer?.podAdded(state, pod);
  }

  #take(state: NodeState, pod: PodInfo): void {
    const affinity = state.podsWithAffinity.length;
    const anti = state.podsWithRequiredAntiAffinity.length;
    state.removePod(pod);
    this.#noteSubLists(state, affinity, anti);
    this.#countClaims(pod, -1);
    this.#countPriority(pod, -1);
    this.#note(state);
    this.observer?.podRemoved(state, pod);
  }

  #lowestPriority(): number {
    let lowest = Infinity;
    for (const priority of this.#priorities.keys()) if (priority < lowest) lowest = priority;
    return lowest;
  }

  #countPriority(pod: PodInfo, by: 1 | -1): void {
    const priority = pod instanceof PodFacts ? pod.facts.priority : (pod.pod.spec.priority ?? 0);
    const count = (this.#priorities.get(priority) ?? 0) + by;
    if (count === 0) this.#priorities.delete(priority);
    else this.#priorities.set(priority, count);
  }

  #noteSubLists(state: NodeState, affinity: number, anti: number): void {
    if (
      (affinity === 0) !== (state.podsWithAffinity.length === 0) ||
      (anti === 0) !== (state.podsWithRequiredAntiAffinity.length === 0)
    ) {
      this.snapshot.forgetSubLists();
    }
  }

  #countClaims(pod: PodInfo, sign: 1 | -1): void {
    if (pod instanceof PodFacts ? !pod.facts.hasVolumes : pod.pod.spec.volumes === undefined) return;
    for (const key of claimKeys(pod)) {
      const count = (this.#claimUses.get(key) ?? 0) + sign;
      if (count === 0) this.#claimUses.delete(key);
      else this.#claimUses.set(key, count);
    }
  }
}

/** Whether a new version of a pod is to every plugin what the old one was, but for its place in the node's list. */
function countsTheSame(a: PodInfo, b: PodInfo): boolean {
  return (
    a instanceof PodFacts &&
    b instanceof PodFacts &&
    a.facts === b.facts &&
    a.requests === b.requests &&
    a.nonZeroMilliCpu === b.nonZeroMilliCpu &&
    a.nonZeroMemoryBytes === b.nonZeroMemoryBytes &&
    a.pod.metadata.labels === b.pod.metadata.labels &&
    (a.pod.metadata.deletionTimestamp === undefined) === (b.pod.metadata.deletionTimestamp === undefined)
  );
}

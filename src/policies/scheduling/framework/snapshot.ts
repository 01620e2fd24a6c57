import type { NodeInfo, Snapshot } from '../../../sim/policy-api/scheduling.ts';
import type { NodeState } from './node-info.ts';

/**
 * What a scheduling cycle sees. Cycles take no simulated time between snapshot and decision, so the nodes are those of
 * the cache itself and only their order is remembered: kube-scheduler rebuilds it when a node came or went, not when a
 * zone label changed (semantics sheet 4.2).
 */
export class NodeSnapshot implements Snapshot {
  #nodes: NodeState[] = [];
  #byName = new Map<string, NodeState>();
  #withAffinity: NodeInfo[] | undefined;
  #withAntiAffinity: NodeInfo[] | undefined;
  #claimUses: ReadonlyMap<string, number> = new Map();
  readonly #lowestPriority: () => number;

  constructor(lowestPriority: () => number) {
    this.#lowestPriority = lowestPriority;
  }

  get lowestPriority(): number {
    return this.#lowestPriority();
  }

  get nodes(): readonly NodeState[] {
    return this.#nodes;
  }

  get nodesWithPodsWithAffinity(): readonly NodeInfo[] {
    return (this.#withAffinity ??= this.#nodes.filter((node) => node.podsWithAffinity.length > 0));
  }

  get nodesWithPodsWithRequiredAntiAffinity(): readonly NodeInfo[] {
    return (this.#withAntiAffinity ??= this.#nodes.filter((node) => node.podsWithRequiredAntiAffinity.length > 0));
  }

  get(nodeName: string): NodeState | undefined {
    return this.#byName.get(nodeName);
  }

  isClaimUsed(namespacedName: string): boolean {
    return this.#claimUses.has(namespacedName);
  }

  /** Called by the cache when it has a new order. */
  reorder(nodes: NodeState[], claimUses: ReadonlyMap<string, number>): void {
    this.#nodes = nodes;
    this.#byName = new Map(nodes.map((node) => [node.name, node]));
    this.#claimUses = claimUses;
    this.forgetSubLists();
  }

  /** A node that was deleted and made anew between two cycles keeps its place. */
  replace(node: NodeState): void {
    const index = this.#nodes.findIndex((other) => other.name === node.name);
    this.#nodes[index] = node;
    this.#byName.set(node.name, node);
    this.forgetSubLists();
  }

  /** Called by the cache when a node got its first or lost its last pod with (anti-)affinity. */
  forgetSubLists(): void {
    this.#withAffinity = undefined;
    this.#withAntiAffinity = undefined;
  }
}

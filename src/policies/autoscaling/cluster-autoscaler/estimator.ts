import { resourcesOf } from '../../../sim/api/pod-requests.ts';
import type { NodeInfo, PodInfo } from '../../../sim/policy-api/scheduling.ts';
import type { ClusterSnapshot } from '../simulation/cluster-snapshot.ts';
import type { PodGroup } from './pod-groups.ts';
import { instantiate, type NodeTemplate } from '../simulation/templates.ts';

const SPREAD_REFUSAL = "node(s) didn't match pod topology spread constraints";
const HOST_NAME = 'kubernetes.io/hostname';

/** How many nodes of a kind take which pods. */
export interface Estimate {
  readonly nodeCount: number;
  readonly pods: readonly PodInfo[];
}

/**
 * cluster-autoscaler's bin packing, first fit decreasing: groups of pods by size, each pod on the first node made up so far
 * that takes it, else on the last one, else on a new one. The snapshot is as before afterwards.
 */
export function estimate(
  snapshot: ClusterSnapshot,
  groups: readonly PodGroup[],
  template: NodeTemplate,
  mostNodes: number,
): Estimate {
  snapshot.fork();
  try {
    return new Packing(snapshot, template, mostNodes).pack(decreasing(groups, template));
  } finally {
    snapshot.revert();
  }
}

/** By CPU and memory of one pod, as shares of the node, largest first. */
function decreasing(groups: readonly PodGroup[], { node }: NodeTemplate): readonly PodGroup[] {
  const { milliCpu, memoryBytes } = resourcesOf(node.status.allocatable);
  const size = ({ pods: [first] }: PodGroup): number => {
    const { requests } = first!;
    const cpu = milliCpu > 0 ? requests.milliCpu / milliCpu : 0;
    return cpu + (memoryBytes > 0 ? requests.memoryBytes / memoryBytes : 0);
  };
  return groups
    .map((group, order) => ({ group, order, size: size(group) }))
    .sort((a, b) => b.size - a.size || a.order - b.order)
    .map(({ group }) => group);
}

class Packing {
  readonly #snapshot: ClusterSnapshot;
  readonly #template: NodeTemplate;
  readonly #mostNodes: number;
  readonly #made = new Set<string>();
  readonly #used = new Set<string>();
  readonly #scheduled: PodInfo[] = [];
  #last: string | undefined;

  constructor(snapshot: ClusterSnapshot, template: NodeTemplate, mostNodes: number) {
    this.#snapshot = snapshot;
    this.#template = template;
    this.#mostNodes = mostNodes;
  }

  pack(groups: readonly PodGroup[]): Estimate {
    let mayGrow = true;
    for (const { pods } of groups) {
      const rest = this.#onNodesMade(pods);
      if (mayGrow) mayGrow = this.#onNewNodes(rest);
    }
    return { nodeCount: this.#used.size, pods: this.#scheduled };
  }

  /** Gives the pods from the first that found no place. */
  #onNodesMade(pods: readonly PodInfo[]): readonly PodInfo[] {
    const isMade = ({ name }: NodeInfo): boolean => this.#made.has(name);
    for (let i = 0; i < pods.length; i++) {
      const name = this.#made.size === 0 ? undefined : this.#snapshot.scheduleOnAny(pods[i]!, isMade);
      if (name === undefined) return pods.slice(i);
      this.#count(pods[i]!, name);
    }
    return [];
  }

  /** False: no further node may be made. */
  #onNewNodes(pods: readonly PodInfo[]): boolean {
    for (const pod of pods) {
      if (this.#onLast(pod)) continue;
      // A pod that an empty node does not take is not helped by another.
      if (this.#last !== undefined && !this.#used.has(this.#last)) return true;
      if (this.#made.size >= this.#mostNodes) return false;
      const name = this.#addNode();
      if (this.#snapshot.schedulePod(pod, name) !== undefined) return true;
      this.#count(pod, name);
    }
    return true;
  }

  #onLast(pod: PodInfo): boolean {
    const last = this.#last;
    if (last === undefined) return false;
    const refusal = this.#snapshot.schedulePod(pod, last);
    if (refusal === undefined) {
      this.#count(pod, last);
      return true;
    }
    const spreads = (pod.pod.spec.topologySpreadConstraints ?? []).some(({ topologyKey }) => topologyKey === HOST_NAME);
    if (!spreads || !refusal.reasons.includes(SPREAD_REFUSAL)) return false;
    const other = this.#snapshot.scheduleOnAny(pod, ({ name }) => name !== last);
    if (other === undefined) return false;
    this.#count(pod, other);
    return true;
  }

  #addNode(): string {
    const name = `e-${this.#made.size}`;
    const { node, pods } = instantiate(this.#template, name);
    this.#snapshot.addNode(node, pods);
    this.#made.add(name);
    this.#last = name;
    return name;
  }

  /** Nodes of the cluster itself that took a pod do not count. */
  #count(pod: PodInfo, nodeName: string): void {
    this.#scheduled.push(pod);
    if (this.#made.has(nodeName)) this.#used.add(nodeName);
  }
}

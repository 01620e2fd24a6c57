import type { DaemonSet } from '../../../sim/api/daemon-set.ts';
import type { Node } from '../../../sim/api/node.ts';
import { resourcesOf } from '../../../sim/api/pod-requests.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import { standingOf } from '../cluster-autoscaler/pending-pods.ts';
import type { ClusterSnapshot } from '../simulation/cluster-snapshot.ts';
import { instantiate } from '../simulation/templates.ts';
import { isWithinConsolidateAfter, type NodeClaim } from './node-claim.ts';
import type { Offerings } from './offerings.ts';
import type { NodePool } from './settings.ts';
import { solve, type Room, type Solution } from './solver.ts';

/** The cluster as the informers have it. */
export interface ClusterView {
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  readonly daemonSets: readonly DaemonSet[];
  readonly claims: ReadonlyMap<string, NodeClaim>;
  readonly now: number;
}

/** Answers where pods would go, with nodes that are on their way and without others. */
export class WhatIf {
  readonly #snapshot: ClusterSnapshot;
  readonly #offerings: Offerings;
  readonly #pools: readonly NodePool[];

  constructor(snapshot: ClusterSnapshot, offerings: Offerings, pools: readonly NodePool[]) {
    this.#snapshot = snapshot;
    this.#offerings = offerings;
    this.#pools = pools;
  }

  /**
   * @param pods that need a place, wherever they are now
   * @param gone nodes that are taken away in mind: then others are to be relied on, and only those that are there, and
   *   that have been left in peace for as long as their pool wants, take pods
   */
  place(view: ClusterView, pods: readonly Pod[], gone: ReadonlySet<string>): Solution {
    const snapshot = this.#snapshot;
    snapshot.setClusterState(view.nodes, placedPods(view.pods));
    snapshot.fork();
    const coming = this.#addComing(view, gone);
    for (const name of gone) snapshot.removeNode(name);
    const moving = pods.map((pod) => snapshot.infoOf(pod));
    for (const { pod } of moving) snapshot.removePod(pod.metadata.uid);
    const offerings = this.#offerings.of(this.#pools, view.daemonSets, view.now);
    const existing = [...destinations(view, gone), ...(gone.size > 0 ? [] : coming)];
    const solution = solve(snapshot, moving, existing, offerings, this.#room(view.claims, gone));
    snapshot.revert();
    return solution;
  }

  /** Nodes that are not ready yet stand there as they will be. */
  #addComing({ claims }: ClusterView, gone: ReadonlySet<string>): readonly string[] {
    const coming: string[] = [];
    for (const { name, leavingFor, isInitialized, offering } of claims.values()) {
      if (leavingFor !== undefined || isInitialized || gone.has(name)) continue;
      this.#snapshot.removeNode(name);
      const { node, pods } = instantiate(offering.template, name);
      this.#snapshot.addNode(node, pods);
      coming.push(name);
    }
    return coming;
  }

  #room(claims: ClusterView['claims'], gone: ReadonlySet<string>): ReadonlyMap<NodePool, Room> {
    return new Map(
      this.#pools.map((pool) => {
        const { milliCpu = Infinity, memoryBytes = Infinity, nodes = Infinity } = pool.limits;
        const room: Room = { milliCpu, memoryBytes, nodes };
        for (const claim of claims.values()) {
          if (claim.pool !== pool || gone.has(claim.name)) continue;
          const capacity = resourcesOf(claim.offering.type.capacity);
          room.milliCpu -= capacity.milliCpu;
          room.memoryBytes -= capacity.memoryBytes;
          room.nodes--;
        }
        return [pool, room];
      }),
    );
  }
}

/** Nodes that take pods, by name. */
function destinations({ nodes, claims, now }: ClusterView, gone: ReadonlySet<string>): readonly string[] {
  const isOpen = (name: string): boolean => {
    const claim = claims.get(name);
    if (gone.has(name)) return false;
    if (claim === undefined) return true;
    if (claim.leavingFor !== undefined || claim.isDisrupted || !claim.isInitialized) return false;
    return gone.size === 0 || !isWithinConsolidateAfter(claim, now);
  };
  return nodes
    .map(({ metadata }) => metadata.name)
    .filter(isOpen)
    .sort();
}

function* placedPods(pods: readonly Pod[]): Generator<{ readonly pod: Pod; readonly nodeName: string }> {
  for (const pod of pods) {
    const standing = standingOf(pod);
    if (standing.kind === 'placed') yield { pod, nodeName: standing.nodeName };
  }
}

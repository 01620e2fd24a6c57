import type { ClusterSnapshot } from '../simulation/cluster-snapshot.ts';
import { instantiate, type NodeTemplate } from '../simulation/templates.ts';
import type { ClusterState } from './cluster-state.ts';

/** Nodes on their way, by group: how many, and which of them have a Node already. */
export type UpcomingNodes = ReturnType<ClusterState['upcoming']>;

/**
 * Nodes that will come soon are there already, in mind, and take pods.
 *
 * @returns those that have registered and are not ready yet: the snapshot has made-up ones in their place
 */
export function addUpcomingNodes(
  snapshot: ClusterSnapshot,
  upcoming: UpcomingNodes,
  templates: ReadonlyMap<string, NodeTemplate>,
): ReadonlySet<string> {
  const starting = new Set<string>();
  let number = 0;
  for (const [group, { count, registered }] of upcoming) {
    for (const name of registered) {
      starting.add(name);
      snapshot.removeNode(name);
    }
    for (let i = 0; i < count; i++) {
      const { node, pods } = instantiate(templates.get(group)!, `upcoming-${number++}`);
      snapshot.addNode(node, pods);
    }
  }
  return starting;
}

/** How many nodes will come that have no Node yet. */
export function upcomingCount(upcoming: UpcomingNodes): number {
  let sum = 0;
  for (const { count, registered } of upcoming.values()) sum += count - registered.length;
  return sum;
}

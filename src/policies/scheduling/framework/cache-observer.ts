import type { Node } from '../../../sim/api/node.ts';
import type { PodInfo } from '../../../sim/policy-api/scheduling.ts';
import type { NodeState } from './node-info.ts';

/** Is told of every change of the cache, after it has happened: what keeps derived data current without asking. */
export interface CacheObserver {
  /** A pod came to a node; one that moved inside its node's list is told of as removed and added. */
  podAdded(node: NodeState, pod: PodInfo): void;
  podRemoved(node: NodeState, pod: PodInfo): void;
  nodeUpdated(node: NodeState, old: Node): void;
  /** The counts of a node's images were taken anew. */
  imagesFrozen(node: NodeState): void;
  /** The snapshot has other nodes than before, or another order. */
  reordered(nodes: readonly NodeState[]): void;
}

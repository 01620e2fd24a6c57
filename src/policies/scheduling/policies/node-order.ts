import type { NodeInfo } from '../../../sim/policy-api/scheduling.ts';

/**
 * The first of some nodes in the cluster's order, beginning after a place in it and going round once. The list of nodes
 * that fit is in the order of the search, which may begin anywhere.
 */
export function firstInOrder(order: readonly NodeInfo[], among: readonly NodeInfo[], after = -1): NodeInfo {
  const names = new Set(among.map((node) => node.name));
  for (let i = 1; i <= order.length; i++) {
    const node = order[(after + i) % order.length]!;
    if (names.has(node.name)) return node;
  }
  return among[0]!;
}

import type { NodeInfo, PodInfo } from '../../../sim/policy-api/scheduling.ts';

/** How much of a node would be left free with the pod on it: the mean of the shares of CPU and memory, 0 to 1. */
export function leftover(pod: PodInfo, { allocatable, requested }: NodeInfo): number {
  const { specRequests } = pod;
  const cpu = share(allocatable.milliCpu - requested.milliCpu - specRequests.milliCpu, allocatable.milliCpu);
  const memory = share(
    allocatable.memoryBytes - requested.memoryBytes - specRequests.memoryBytes,
    allocatable.memoryBytes,
  );
  return (cpu + memory) / 2;
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** The node for which `value` is least; of equals the first. */
export function least(nodes: readonly NodeInfo[], value: (node: NodeInfo) => number): NodeInfo {
  let best = nodes[0]!;
  let lowest = Infinity;
  for (const node of nodes) {
    const found = value(node);
    if (found < lowest) {
      lowest = found;
      best = node;
    }
  }
  return best;
}

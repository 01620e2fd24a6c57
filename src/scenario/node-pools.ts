import type { Labels } from '../sim/api/meta.ts';
import type { NodePool } from '../sim/scenario/cluster.ts';
import type { ScenarioDocument } from './schema.ts';

/** Labels that every node has unless its pool says otherwise; host name and zone are added for each node. */
export const NODE_LABELS: Labels = Object.freeze({ 'kubernetes.io/arch': 'amd64', 'kubernetes.io/os': 'linux' });

const DEFAULT_CAPACITY = { pods: '110', 'ephemeral-storage': '100Gi' };

type WrittenPool = NonNullable<ScenarioDocument['spec']['cluster']['nodes']>[number];

/** A pool with what Kubernetes or the documentation says about members that were left out. */
export function nodePool(written: WrittenPool): NodePool {
  return {
    name: written.name,
    count: written.count,
    zones: written.zones,
    labels: { ...NODE_LABELS, ...written.labels },
    taints: written.taints.map(({ key, value, effect }) =>
      value === undefined ? { key, effect } : { key, value, effect },
    ),
    ...nodeCapacity(written),
  };
}

/** What a node has, and what pods can have of it. */
export function nodeCapacity(
  written: Pick<WrittenPool, 'capacity' | 'allocatable'>,
): Pick<NodePool, 'capacity' | 'allocatable'> {
  const capacity = { ...DEFAULT_CAPACITY, ...written.capacity };
  return { capacity, allocatable: { ...capacity, ...written.allocatable } };
}

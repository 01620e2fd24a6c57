import { z } from 'zod';
import type { Labels } from '../sim/api/meta.ts';
import type { NodePool } from '../sim/scenario/cluster.ts';
import { count, labels, resources } from './fields.ts';
import { resourceName, taints } from './node-fields.ts';

export const nodePoolSchema = z
  .strictObject({
    name: resourceName.default('node').describe('Nodes are called NAME-0, NAME-1 and so on.'),
    count: count(1_000_000),
    zones: z
      .array(z.string().min(1))
      .default([])
      .describe('Dealt to the nodes in turn, as the label topology.kubernetes.io/zone.'),
    labels: labels.default({}),
    taints: taints.default([]),
    capacity: resources.describe('What each node has. `pods` is 110 and `ephemeral-storage` 100Gi unless said.'),
    allocatable: resources.optional().describe('What pods can have of it; everything unless said.'),
  })
  .describe('A number of equal nodes.');

/** Labels that every node has unless its pool says otherwise; host name and zone are added for each node. */
export const NODE_LABELS: Labels = Object.freeze({ 'kubernetes.io/arch': 'amd64', 'kubernetes.io/os': 'linux' });

const DEFAULT_CAPACITY = { pods: '110', 'ephemeral-storage': '100Gi' };

type WrittenPool = z.output<typeof nodePoolSchema>;

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

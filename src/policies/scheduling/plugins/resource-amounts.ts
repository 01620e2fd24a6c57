import { isScalarResource } from '../../../sim/api/pod-requests.ts';
import type { NodeInfo, Resources } from '../../../sim/policy-api/scheduling.ts';

/** A resource that a scoring strategy looks at, and how much it counts. */
export interface WeightedResource {
  readonly name: string;
  readonly weight: number;
}

export const CPU_AND_MEMORY: readonly WeightedResource[] = Object.freeze([
  Object.freeze({ name: 'cpu', weight: 1 }),
  Object.freeze({ name: 'memory', weight: 1 }),
]);

/** `resources` of plugin arguments; a weight of 0 or none counts 1. */
export function weightedResources(
  list: readonly { readonly name: string; readonly weight?: number }[] | undefined,
): readonly WeightedResource[] {
  if (list === undefined || list.length === 0) return CPU_AND_MEMORY;
  return list.map(({ name, weight }) => ({ name, weight: weight === undefined || weight === 0 ? 1 : weight }));
}

/** How much of a resource is in `resources`, in the units of the scheduler; 0 for what it does not track. */
export function amountOf(resources: Resources, name: string): number {
  switch (name) {
    case 'cpu':
      return resources.milliCpu;
    case 'memory':
      return resources.memoryBytes;
    case 'ephemeral-storage':
      return resources.ephemeralStorageBytes;
    default:
      return resources.scalar.get(name) ?? 0;
  }
}

/** Where the amount in use on a node comes from: what its pods request, or the same with the fill for empty requests. */
export type InUse = 'requested' | 'nonZero';

/** The amount of a resource in use on a node. */
export function inUseOn(node: NodeInfo, name: string, inUse: InUse): number {
  if (inUse === 'nonZero') {
    if (name === 'cpu') return node.nonZeroMilliCpu;
    if (name === 'memory') return node.nonZeroMemoryBytes;
  }
  return amountOf(node.requested, name);
}

/** What a scoring strategy does not look at: a scalar resource that the pod does not ask for. */
export function isLeftOut(name: string, podAmount: number): boolean {
  return podAmount === 0 && isScalarResource(name);
}

import type { GpuNode } from '../../../sim/gpu/gpu-node.ts';
import type { GpuRequest } from '../../../sim/gpu/gpu-request.ts';

/**
 * A placement policy for clusters whose GPUs are shared. Of the nodes on which a pod fits, the one with the highest score
 * wins; scores are whole numbers from 0 on.
 *
 * The policies here are those of Weng et al., "Beware of Fragmentation: Scheduling GPU-Sharing Workloads with
 * Fragmentation Gradient Descent", USENIX ATC 2023, each under the name the study gives it.
 */
export interface GpuPolicy {
  readonly name: string;
  /** For a node on which the pod fits; a function of the request and what is left of the node alone. */
  score(request: GpuRequest, node: GpuNode): number;
  /** Brings scores to 0..100, given the lowest and the highest; keeps their order. Absent: they are shown as they are. */
  readonly toPercent?: (score: number, lowest: number, highest: number) => number;
  /** The device for a pod that shares one. Absent: the fullest that has room. */
  readonly sharedDevice?: (request: GpuRequest, node: GpuNode) => number;
  /** The policy draws lots: among the nodes with the highest score, and among the devices with room. */
  readonly drawsLots?: boolean;
}

/** What the study measures CPU and GPU by: its largest nodes, 128 cores and 8 devices. */
export const MAX_MILLI_CPU = 128_000;
export const MAX_MILLI_GPU = 8000;

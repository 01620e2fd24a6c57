// Outside this repository: from 'kube-orrery'.
import type { NodeInfo, PodInfo, SchedulerModule } from '../../src/index.ts';

const GPU = 'nvidia.com/gpu';

/** The fewer GPUs of the node stay free with the pod on it, the better: 100 where none does. */
function gpusTaken(pod: PodInfo, node: NodeInfo): number {
  const all = node.allocatable.scalar.get(GPU) ?? 0;
  const asked = (node.requested.scalar.get(GPU) ?? 0) + (pod.specRequests.scalar.get(GPU) ?? 0);
  return Math.max(0, 100 - 10 * (all - asked));
}

/** Leaves as few GPUs of a node over as it can, so that whole nodes of eight stay free for pods that need one. */
export default {
  name: 'whole-nodes',
  plugins: {
    GpusTaken: () => ({
      name: 'GpusTaken',
      score: (_state, pod, node) => gpusTaken(pod, node),
    }),
  },
  // An ordinary KubeSchedulerConfiguration. kube-scheduler's filters stay, of its scores those about nodes and taints.
  configuration: {
    profiles: [
      {
        plugins: {
          score: {
            disabled: [{ name: 'NodeResourcesFit' }, { name: 'NodeResourcesBalancedAllocation' }],
            enabled: [{ name: 'GpusTaken', weight: 10 }],
          },
        },
      },
    ],
  },
} satisfies SchedulerModule;

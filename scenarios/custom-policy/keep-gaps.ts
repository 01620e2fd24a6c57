// Outside this repository: from 'kube-orrery'.
import type { NodeInfo, PodInfo, SchedulerModule } from '../../src/index.ts';

/** Percent of a node's CPU that is asked for, with the pod on it. */
function fullness(pod: PodInfo, node: NodeInfo): number {
  const asked = node.requested.milliCpu + pod.specRequests.milliCpu;
  return Math.min(100, Math.floor((asked * 100) / node.allocatable.milliCpu));
}

/** Fills the fullest node that has room, so that others stay empty for pods that need a whole one. */
export default {
  name: 'keep-gaps',
  plugins: {
    KeepGaps: () => ({
      name: 'KeepGaps',
      score: (_state, pod, node) => fullness(pod, node),
    }),
  },
  // An ordinary KubeSchedulerConfiguration. kube-scheduler's filters stay, of its scores those about nodes and taints.
  configuration: {
    profiles: [
      {
        plugins: {
          score: {
            disabled: [{ name: 'NodeResourcesFit' }, { name: 'NodeResourcesBalancedAllocation' }],
            enabled: [{ name: 'KeepGaps', weight: 10 }],
          },
        },
      },
    ],
  },
} satisfies SchedulerModule;

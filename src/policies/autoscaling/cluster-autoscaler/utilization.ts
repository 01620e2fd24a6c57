import { resourcesOf } from '../../../sim/api/pod-requests.ts';
import type { NodeInfo, PodInfo } from '../../../sim/policy-api/scheduling.ts';
import { isDaemonSetPod, isLongTerminating } from './drainability.ts';

/** Resources of which a node that has any is judged by them alone. */
const GPU = 'nvidia.com/gpu';

export interface Utilization {
  readonly cpu: number;
  readonly memory: number;
  readonly gpu: number | undefined;
  /** What counts: of a node with GPUs their share, else the larger one of the two. */
  readonly value: number;
}

/** What the pods of a node ask for, of what it has for them. */
export function utilizationOf(
  { node, pods }: Pick<NodeInfo, 'node' | 'pods'>,
  ignoreDaemonSets: boolean,
  now: number,
): Utilization {
  const allocatable = resourcesOf(node.status.allocatable);
  const share = (all: number, of: (pod: PodInfo) => number): number => {
    let asked = 0;
    let ignored = 0;
    for (const info of pods) {
      if (ignoreDaemonSets && isDaemonSetPod(info.pod)) ignored += of(info);
      else if (!isLongTerminating(info.pod, now)) asked += of(info);
    }
    return all - ignored <= 0 ? 0 : asked / (all - ignored);
  };
  const cpu = share(allocatable.milliCpu, ({ requests }) => requests.milliCpu);
  const memory = share(allocatable.memoryBytes, ({ requests }) => requests.memoryBytes);
  const gpus = allocatable.scalar.get(GPU) ?? 0;
  const gpu = gpus > 0 ? share(gpus, ({ requests }) => requests.scalar.get(GPU) ?? 0) : undefined;
  return { cpu, memory, gpu, value: gpu ?? Math.max(cpu, memory) };
}

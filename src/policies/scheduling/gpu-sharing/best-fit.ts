import { MAX_MILLI_CPU, MAX_MILLI_GPU, type GpuPolicy } from './gpu-policy.ts';
import { totalMilliGpu } from '../../../sim/gpu/gpu-request.ts';

/** BestFit: the node on which the least is left, the mean of CPU and GPU as shares of the largest node. */
export const gpuBestFit: GpuPolicy = {
  name: 'BestFit',
  score: (request, node) => {
    const cpu = (node.milliCpuLeft - request.milliCpu) / MAX_MILLI_CPU;
    const gpu = (node.milliGpuLeft - totalMilliGpu(request)) / MAX_MILLI_GPU;
    return Math.trunc(100 * (1 - (0.5 * cpu + 0.5 * gpu)));
  },
  toPercent: (score, lowest, highest) =>
    highest === lowest ? 0 : Math.floor(((score - lowest) * 100) / (highest - lowest)),
};

import { MAX_MILLI_CPU, MAX_MILLI_GPU, type GpuPolicy } from './gpu-policy.ts';
import { totalMilliGpu } from '../../../sim/gpu/gpu-request.ts';

/**
 * DotProd: the pod goes where what it asks for and what is left point least into the same direction,
 * 100 · (1 − (C·c + L·r) / 2), with CPU and GPU as shares of the largest node.
 */
export const dotProduct: GpuPolicy = {
  name: 'DotProd',
  score: (request, node) => {
    const cpu = (node.milliCpuLeft / MAX_MILLI_CPU) * (request.milliCpu / MAX_MILLI_CPU);
    const gpu = (node.milliGpuLeft / MAX_MILLI_GPU) * (totalMilliGpu(request) / MAX_MILLI_GPU);
    return Math.trunc(100 * (1 - (cpu + gpu) / 2));
  },
};

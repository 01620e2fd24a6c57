import { kindOf } from '../../../sim/gpu/gpu-node.ts';
import { MAX_MILLI_GPU, type GpuPolicy } from './gpu-policy.ts';

/**
 * GpuClustering: pods that use GPUs alike go together. The fuller the node the better (up to 25), and more for a node
 * with nothing but pods of the same kind (75), with such pods among others (50), with no GPU pod at all (25).
 */
export const gpuClustering: GpuPolicy = {
  name: 'GpuClustering',
  score: (request, node) => {
    if (request.gpus === 0) return 0;
    const fullness = Math.floor((25 * (MAX_MILLI_GPU - node.milliGpuLeft)) / MAX_MILLI_GPU);
    if (node.kinds.has(kindOf(request))) return fullness + (node.kinds.size === 1 ? 75 : 50);
    return fullness + (node.kinds.size === 0 ? 25 : 0);
  },
};

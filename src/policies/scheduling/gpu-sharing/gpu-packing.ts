import { fullestFirst } from '../../../sim/gpu/devices.ts';
import type { GpuPolicy } from './gpu-policy.ts';
import { MILLI_PER_GPU } from '../../../sim/gpu/gpu-request.ts';

/**
 * GpuPacking: first devices in use (50 to 100, the less is left of them the better), then free devices of nodes in use
 * (33 to 50, the fewer the better), then idle nodes (small ones first).
 */
export const gpuPacking: GpuPolicy = {
  name: 'GpuPacking',
  score: (request, { left }) => {
    if (request.gpus === 0) return 0;
    if (left.every(isFree)) return Math.max(33 - left.length, left.length);
    const taken = fullestFirst(left)
      .map((device) => left[device]!)
      .filter((milli) => milli >= request.milliGpu)
      .slice(0, request.gpus);
    const free = taken.filter(isFree).length;
    if (free > 0) return Math.max(50 - free, 33);
    let remaining = 0;
    for (const milli of taken) remaining += Math.floor((milli * 100) / MILLI_PER_GPU);
    return Math.max(100 - Math.floor(remaining / 10), 50);
  },
};

function isFree(milli: number): boolean {
  return milli === MILLI_PER_GPU;
}

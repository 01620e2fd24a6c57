import type { GpuPolicy } from './gpu-policy.ts';

/** Random: any node that has room, each as likely as the other, and any device of it that has room. */
export const gpuRandom: GpuPolicy = { name: 'Random', score: () => 0, drawsLots: true };

/** One GPU, in thousandths: what a device has when nobody uses it. */
export const MILLI_PER_GPU = 1000;

/** What a pod asks of a node with GPUs. */
export interface GpuRequest {
  readonly milliCpu: number;
  readonly memoryBytes: number;
  /** How many devices; 0: none. */
  readonly gpus: number;
  /** Of each device; less than a whole one only with a single device. */
  readonly milliGpu: number;
  /** Models that will do; empty: any. */
  readonly models: readonly string[];
}

/** All that the pod asks for, over its devices. */
export function totalMilliGpu({ gpus, milliGpu }: GpuRequest): number {
  return gpus * milliGpu;
}

/** Whether the pod can share its one device with others. */
export function isShared({ gpus, milliGpu }: GpuRequest): boolean {
  return gpus === 1 && milliGpu < MILLI_PER_GPU;
}

/** Requests with the same text are the same to every policy: they ask for the same. */
export function classOf({ milliCpu, memoryBytes, gpus, milliGpu, models }: GpuRequest): string {
  return `${milliCpu} ${memoryBytes} ${gpus} ${milliGpu} ${models.join('|')}`;
}

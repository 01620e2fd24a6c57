/** One piece of work of a trace, in the terms of Kubernetes: a pod that arrives, runs for a while, and asks for resources. */
export interface TraceTask {
  /** As the trace calls it; `''` where it has no name. */
  readonly name: string;
  /** Microseconds since the trace began. */
  readonly arrivalMicros: number;
  /** How long it runs once it has begun; `undefined`: beyond the end of the trace. */
  readonly durationMicros: number | undefined;
  readonly milliCpu: number;
  readonly memoryBytes: number;
  readonly gpus: number;
  /** Of each GPU, in thousandths. */
  readonly milliGpu: number;
  /** Models of GPU that will do; empty: any. */
  readonly models: readonly string[];
  readonly priority: number;
}

export const MICROS_PER_SECOND = 1_000_000;
export const BYTES_PER_KIB = 1024;
export const BYTES_PER_GIB = 1024 * 1024 * 1024;

/** What a reader does with each task, in the order of the file. */
export type TakeTask = (task: TraceTask) => void;

/** Machine sizes for traces that state requests as shares of a machine. */
export interface MachineSize {
  readonly milliCpu: number;
  readonly memoryBytes: number;
}

/** A task that asks for nothing but what is said. */
export function taskOf(
  task: Pick<TraceTask, 'name' | 'arrivalMicros' | 'durationMicros' | 'milliCpu' | 'memoryBytes'> & Partial<TraceTask>,
): TraceTask {
  return { gpus: 0, milliGpu: 0, models: [], priority: 0, ...task };
}

import type { TraceTask } from './trace-task.ts';

/** Draws uniform numbers of [0, 1), and whole ones below n. */
export interface Lots {
  next(): number;
  below(n: number): number;
}

export interface Reshaping {
  /** Only tasks that arrive from here on; times then count from here. Microseconds. */
  readonly fromMicros?: number | undefined;
  /** Only tasks that arrive before. */
  readonly untilMicros?: number | undefined;
  /** Multiplies every time between arrivals: 0.5 is twice the load. Durations stay. */
  readonly stretch?: number | undefined;
  /** Multiplies what every task asks for of CPU and memory. GPUs stay. */
  readonly scale?: number | undefined;
  /** Keeps each task with this probability. */
  readonly sample?: number | undefined;
  /** So many tasks, drawn with replacement from those there are, each at its own arrival. */
  readonly resample?: number | undefined;
  /** Adds copies of tasks drawn by lot, at their own arrivals, until there are so many times as many. */
  readonly inflate?: number | undefined;
}

/** Whether tasks can be reshaped one by one, without knowing the others. */
export function isLocal({ resample, inflate }: Reshaping): boolean {
  return resample === undefined && inflate === undefined;
}

/** What becomes of one task, as far as it hangs on no other; `undefined`: it is left out. */
export function reshapeOne(task: TraceTask, shape: Reshaping, lots: Lots): TraceTask | undefined {
  const { fromMicros = 0, untilMicros = Infinity, stretch = 1, scale = 1, sample = 1 } = shape;
  const { arrivalMicros: at } = task;
  if (at < fromMicros || at >= untilMicros) return undefined;
  if (sample < 1 && lots.next() >= sample) return undefined;
  return {
    ...task,
    arrivalMicros: Math.round((at - fromMicros) * stretch),
    milliCpu: Math.round(task.milliCpu * scale),
    memoryBytes: Math.round(task.memoryBytes * scale),
  };
}

/** A whole trace made shorter, denser, larger or another one, in order of arrival. */
export function reshape(tasks: readonly TraceTask[], shape: Reshaping, lots: Lots): TraceTask[] {
  let kept = tasks.flatMap((task) => reshapeOne(task, shape, lots) ?? []);
  if (kept.length > 0) {
    const from = kept;
    const draw = (count: number): TraceTask[] => Array.from({ length: count }, () => from[lots.below(from.length)]!);
    const { resample, inflate = 1 } = shape;
    if (resample !== undefined) kept = draw(resample);
    if (inflate > 1) kept = [...kept, ...draw(Math.round(kept.length * (inflate - 1)))];
  }
  return kept.sort((a, b) => a.arrivalMicros - b.arrivalMicros);
}

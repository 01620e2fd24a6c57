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
  /** As many tasks, drawn with replacement from those there are, each at its own arrival. */
  readonly resample?: number | undefined;
  /** Adds copies of tasks drawn by lot, at their own arrivals, until there are so many times as many. */
  readonly inflate?: number | undefined;
}

/** A trace made shorter, denser, larger or another: in the order slice, sample, resample, inflate, stretch, scale. */
export function reshape(tasks: readonly TraceTask[], shape: Reshaping, lots: Lots): TraceTask[] {
  const { fromMicros = 0, untilMicros = Infinity, stretch = 1, scale = 1 } = shape;
  let kept = tasks.filter(({ arrivalMicros: at }) => at >= fromMicros && at < untilMicros);
  if (shape.sample !== undefined) kept = kept.filter(() => lots.next() < shape.sample!);
  if (kept.length > 0) {
    const draw = (count: number): TraceTask[] => Array.from({ length: count }, () => kept[lots.below(kept.length)]!);
    if (shape.resample !== undefined) kept = draw(shape.resample);
    if (shape.inflate !== undefined && shape.inflate > 1) {
      kept = [...kept, ...draw(Math.round(kept.length * (shape.inflate - 1)))];
    }
  }
  return kept
    .map((task) => ({
      ...task,
      arrivalMicros: Math.round((task.arrivalMicros - fromMicros) * stretch),
      milliCpu: Math.round(task.milliCpu * scale),
      memoryBytes: Math.round(task.memoryBytes * scale),
    }))
    .sort((a, b) => a.arrivalMicros - b.arrivalMicros);
}

import type { TraceTask } from '../../scenario/traces/trace-task.ts';
import { fitSample, type SampleFit } from './fit-sample.ts';

/** What tasks ask for, and how many of them ask for just that. */
export interface Shape extends Pick<TraceTask, 'milliCpu' | 'memoryBytes' | 'gpus'> {
  readonly tasks: number;
}

export interface TraceFit {
  readonly tasks: number;
  /** Between arrivals, in microseconds. Absent for fewer than two tasks. */
  readonly interarrival: SampleFit | undefined;
  /** Of tasks whose end the trace sees, in microseconds. */
  readonly duration: SampleFit | undefined;
  /** In thousandths of a CPU. */
  readonly cpu: SampleFit | undefined;
  readonly memory: SampleFit | undefined;
  /** The commonest ones, from the commonest on. */
  readonly shapes: readonly Shape[];
  /** Different ones in the trace. */
  readonly shapesInTrace: number;
}

/**
 * A synthetic workload like a trace: independent times between arrivals and durations, and requests as they stand together
 * in the trace (CPU, memory and GPUs of a task belong together: drawn apart they would make tasks that nobody has).
 */
export function fitTrace(tasks: readonly TraceTask[], mostShapes: number): TraceFit {
  const arrivals = tasks.map(({ arrivalMicros }) => arrivalMicros).sort((a, b) => a - b);
  const shapes = new Map<string, Shape>();
  for (const { milliCpu, memoryBytes, gpus } of tasks) {
    const key = `${milliCpu} ${memoryBytes} ${gpus}`;
    shapes.set(key, { milliCpu, memoryBytes, gpus, tasks: (shapes.get(key)?.tasks ?? 0) + 1 });
  }
  return {
    tasks: tasks.length,
    interarrival: fitSample(arrivals.slice(1).map((at, i) => at - arrivals[i]!)),
    duration: fitSample(tasks.flatMap(({ durationMicros }) => durationMicros ?? [])),
    cpu: fitSample(tasks.map(({ milliCpu }) => milliCpu)),
    memory: fitSample(tasks.map(({ memoryBytes }) => memoryBytes)),
    // Stable: of shapes that are equally common the one that came first stays first.
    shapes: [...shapes.values()].sort((a, b) => b.tasks - a.tasks).slice(0, mostShapes),
    shapesInTrace: shapes.size,
  };
}

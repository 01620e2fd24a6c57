import type { Engine } from '../engine/engine.ts';
import { sampler } from '../engine/samplers.ts';
import type { WorkloadSpec } from '../scenario/workload.ts';

/**
 * What one run makes of a workload from a trace. The n-th pod's task and the time before it hang on the seed and n alone,
 * so two policies meet the same pods. Workloads that leave nothing of a trace to chance are returned as they are.
 */
export function drawTasks(engine: Engine, spec: WorkloadSpec): WorkloadSpec {
  const { recorded, interarrival, count } = spec;
  if (recorded === undefined || (recorded.resampled !== true && interarrival === undefined)) return spec;
  const name = spec.namespace + '/' + spec.name;
  const { arrivalMicros, template, lifetimeMicros } = recorded;
  const tasks = recorded.resampled === true ? drawn(engine, name, count, template.length) : [...template.keys()];
  // A task keeps its own arrival, and who comes first is called 0. Stable: equal arrivals stay in the order drawn.
  if (interarrival === undefined) tasks.sort((a, b) => arrivalMicros[a]! - arrivalMicros[b]!);
  const times =
    interarrival === undefined
      ? tasks.map((task) => arrivalMicros[task]!)
      : spaced(engine, name, count, sampler(interarrival));
  return {
    ...spec,
    startMicros: times[0] ?? 0,
    interarrival: undefined,
    recorded: {
      arrivalMicros: times,
      template: tasks.map((task) => template[task]!),
      lifetimeMicros: tasks.map((task) => lifetimeMicros[task]),
    },
  };
}

/** Places in the trace, with replacement. */
function drawn(engine: Engine, name: string, count: number, of: number): number[] {
  const lots = engine.keyed('workload/resample/' + name);
  return Array.from({ length: count }, (_, ordinal) => Math.floor(lots.uniform(ordinal, 0) * of));
}

/** Times of arrival from 0 on, in microseconds. */
function spaced(engine: Engine, name: string, count: number, gap: ReturnType<typeof sampler>): number[] {
  const gaps = engine.keyed('workload/interarrival/' + name);
  const times: number[] = [];
  let now = 0;
  for (let ordinal = 0; ordinal < count; ordinal++) {
    if (ordinal > 0) now += gap(gaps.of(ordinal, 0));
    times.push(now);
  }
  return times;
}

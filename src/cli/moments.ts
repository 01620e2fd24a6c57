import type { Moment } from '../report/html/run/moments.ts';
import type { Scenario } from '../sim/scenario/scenario.ts';

/** What a scenario's timeline does to the cluster. */
export function momentsOf({ timeline, faults = [], etcdctl = [] }: Scenario): readonly Moment[] {
  return [
    ...faults.map(({ atMicros, text, fault }) => ({
      at: atMicros,
      text,
      until: fault.durationMicros === undefined ? undefined : atMicros + fault.durationMicros,
    })),
    ...timeline.map(({ atMicros, text }) => ({ at: atMicros, text: `kubectl ${text}` })),
    ...etcdctl.map(({ atMicros, command }) => ({ at: atMicros, text: `etcdctl ${command}` })),
  ];
}

import type { CustomResource } from '../api/custom-object.ts';
import type { ApiObject } from '../api/kinds.ts';
import type { ClusterSpec } from './cluster.ts';
import type { WorkloadSpec } from './workload.ts';
import type { BehaviourSpec } from './behaviour.ts';
import type { MetricSeriesSpec } from './metrics.ts';
import type { TimelineEntry, FaultEntry, ResizeEntry, EtcdctlEntry } from './timeline.ts';
import type { Expectation } from './expectations.ts';

/**
 * What a simulation is given: a scenario after reading, with every default filled in and every object in its canonical
 * form. All times and durations are whole microseconds.
 */
export interface Scenario {
  readonly name: string;
  /** The comment or field that says what is asked. Shown above the result. */
  readonly question: string;
  /** Absent: until nothing but periodic work is left, at most `horizonMicros`. */
  readonly durationMicros: number | undefined;
  readonly horizonMicros: number;
  /** What happens before does not count in latencies and means. Absent: everything does. */
  readonly warmUpMicros?: number | undefined;
  readonly seed: string;
  readonly cluster: ClusterSpec;
  /** Manifests to apply at time 0, in order of application. */
  readonly manifests: readonly ApiObject[];
  /** The kinds that the definitions among them define. */
  readonly customResources?: readonly CustomResource[];
  /** Objects that exist before time 0: a cluster as it is. */
  readonly initial: readonly ApiObject[];
  readonly workloads: readonly WorkloadSpec[];
  readonly behaviours: readonly BehaviourSpec[];
  readonly metrics?: readonly MetricSeriesSpec[];
  readonly timeline: readonly TimelineEntry[];
  readonly faults?: readonly FaultEntry[] | undefined;
  readonly etcdctl?: readonly EtcdctlEntry[] | undefined;
  readonly resizes?: readonly ResizeEntry[] | undefined;
  readonly expectations: readonly Expectation[];
  /** Heartbeats and passes that change nothing are simulated one by one, instead of by arithmetic. */
  readonly simulateEverything?: boolean | undefined;
}

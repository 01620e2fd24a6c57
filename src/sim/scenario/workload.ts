import type { Distribution } from '../engine/samplers.ts';
import type { PodSpec } from '../api/pod.ts';

/** Bare pods that arrive over time, without an owner. */
export interface WorkloadSpec {
  readonly name: string;
  readonly namespace: string;
  readonly count: number;
  readonly startMicros: number;
  /** Time between two arrivals; absent: all at `startMicros`. */
  readonly interarrival: Distribution | undefined;
  /** One is drawn a pod, by weight. */
  readonly templates: readonly {
    readonly weight: number;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>> | undefined;
    readonly spec: PodSpec;
  }[];
  /** How long a pod's containers run before they exit 0; absent: for ever. Finished pods are deleted when `deleteFinished`. */
  readonly lifetime: Distribution | undefined;
  readonly deleteFinished: boolean;
  /** What a trace says of each pod, in place of what would be drawn; with `interarrival` only its arrivals are drawn. */
  readonly recorded?: RecordedPods | undefined;
}

/** Lists of one length: the n-th entries belong to the n-th pod. */
export interface RecordedPods {
  /** In order of time. */
  readonly arrivalMicros: readonly number[];
  /** Which of the templates. */
  readonly template: readonly number[];
  /** How long its containers run; `undefined`: for ever. */
  readonly lifetimeMicros: readonly (number | undefined)[];
  /** Each run draws the workload's pods from these by lot, with replacement. */
  readonly resampled?: boolean;
}

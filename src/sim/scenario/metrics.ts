import type { LabelSelector } from '../api/meta.ts';

/** By `cpu`, `memory` or the name of a custom metric of pods. */
export interface UsageSpec {
  /** Of each container. */
  readonly each: Readonly<Record<string, UsageCurve>>;
  /** Shared equally by the containers of ready pods. */
  readonly shared: Readonly<Record<string, UsageCurve>>;
}

/** A quantity over time, in thousandths: straight lines between the points, which are in order of time. */
export interface UsageCurve {
  readonly points: readonly { readonly atMicros: number; readonly milli: number }[];
}

/** A metric of an object or of the world outside. */
export interface MetricSeriesSpec {
  readonly name: string;
  readonly namespace: string;
  /** Absent: of the world outside. */
  readonly object: { readonly kind: string; readonly name: string } | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly curve: UsageCurve;
  /** Each point holds until the next, in place of straight lines between them. */
  readonly inSteps: boolean;
  /** Ready pods whose number the value is divided by. Absent: it is not. */
  readonly sharedBy: LabelSelector | undefined;
}

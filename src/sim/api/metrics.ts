import type { CrossVersionObjectReference, MetricIdentifier } from './autoscaling.ts';
import type { Timestamp } from './meta.ts';

/**
 * What the metrics APIs are asked: `metrics.k8s.io` for what the containers of pods use, `custom.metrics.k8s.io` for other
 * metrics of pods and of single objects, `external.metrics.k8s.io` for the rest of the world. Selectors are text.
 */
export type MetricsQuery =
  | { readonly api: 'resource'; readonly namespace: string; readonly selector: string }
  | {
      readonly api: 'pods';
      readonly namespace: string;
      readonly selector: string;
      readonly metric: MetricIdentifier;
    }
  | {
      readonly api: 'object';
      readonly namespace: string;
      readonly object: CrossVersionObjectReference;
      readonly metric: MetricIdentifier;
    }
  | { readonly api: 'external'; readonly namespace: string; readonly metric: MetricIdentifier };

/** One measurement: an average over a window. All values are thousandths: of a CPU, of a byte, of a metric's unit. */
export interface MetricSample {
  /** Of which pod; absent for what is of none. */
  readonly pod?: string;
  readonly timestamp: Timestamp;
  readonly windowMicros: number;
  /** With the APIs `pods`, `object` and `external`. */
  readonly value?: number;
  /** With the API `resource`. */
  readonly containers?: readonly {
    readonly name: string;
    readonly usage: Readonly<Record<string, number>>;
  }[];
}

/** Who answers for the metrics APIs, behind the API server. */
export interface MetricsSource {
  /** The samples there are now; a text when the API has nothing to answer with. */
  answer(query: MetricsQuery): readonly MetricSample[] | string;
}

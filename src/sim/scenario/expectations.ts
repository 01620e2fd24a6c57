import type { LabelSelector } from '../api/meta.ts';

/** A condition on the cluster's true state. */
export type Condition =
  | {
      readonly that: 'every-deployment-available' | 'every-pod-running' | 'every-service-has-endpoints';
      /** Absent: in all namespaces. */
      readonly namespace?: string | undefined;
    }
  | {
      readonly that: 'available';
      readonly kind: 'Deployment';
      readonly key: string;
      readonly atLeast: number | undefined;
    }
  | { readonly that: 'has-endpoints'; readonly key: string; readonly atLeast: number }
  | {
      readonly that: 'pods';
      readonly selector: LabelSelector;
      readonly namespace: string | undefined;
      /** A phase of a pod, or `Ready` for the condition. */
      readonly phase: string | undefined;
      readonly atLeast: number;
      /** Infinity: no bound. */
      readonly atMost: number;
    };

export interface Expectation {
  /** When it must hold: at one time, at every moment from a time on, or at the end. */
  readonly when:
    | { readonly kind: 'at'; readonly atMicros: number }
    | { readonly kind: 'always'; readonly fromMicros: number }
    | { readonly kind: 'end' };
  readonly condition: Condition;
  readonly text: string;
}

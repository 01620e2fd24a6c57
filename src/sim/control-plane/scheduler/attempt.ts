import type { Pod } from '../../api/pod.ts';
import type { DecisionExplanation } from '../../policy-api/explanation.ts';

/** One attempt to place a pod, as an observer is told of it. `at` is when it ended, in microseconds. */
export interface SchedulingAttempt {
  readonly pod: Pod;
  readonly at: number;
  readonly result: 'scheduled' | 'unschedulable' | 'error';
  readonly nodeName: string | undefined;
  /** This one included. */
  readonly attempts: number;
  readonly message: string | undefined;
  /** Nodes that were looked at. */
  readonly evaluated: number;
  /** Where one was asked for. */
  readonly explanation: DecisionExplanation | undefined;
  /** Pods that are to make room, most important first. */
  readonly victims: readonly Pod[];
}

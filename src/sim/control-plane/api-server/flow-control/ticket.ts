import type { Admitted } from './queue-set.ts';
import type { WorkEstimate } from './work-estimate.ts';

/** Why a request is refused, as the reason of apiserver_flowcontrol_rejected_requests_total says. */
export type Refusal = 'queue-full' | 'time-out' | 'concurrency-limit';

/** A request before priority and fairness: which flow it belongs to, what it takes, and who is told. */
export interface Ticket {
  /** Index of its priority level. */
  readonly level: number;
  readonly schema: string;
  /** A whole number of [0, 2^52) that is its flow's. */
  readonly flowHash: number;
  readonly work: WorkEstimate;
  /** Microseconds. */
  readonly arrivesAt: number;
  /** Of two that arrive at once, who comes first. */
  order: number;
  state: 'comes' | 'waits' | 'runs' | 'over';
  admitted: Admitted | undefined;
  /** It finds no seat. */
  waits(): void;
  /** It has its seats from `at` on: when it arrived, or later. */
  started(at: number): void;
  /** 429, with so many seconds to wait. */
  refused(why: Refusal, retryAfterSeconds: number, at: number): void;
}

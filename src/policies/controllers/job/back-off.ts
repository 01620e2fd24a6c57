import type { Timestamp } from '../../../sim/api/meta.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import { finishTime } from './pod-states.ts';

/** From the end of the last failed pod to its replacement, doubled with each failure in a row. Microseconds. */
const FIRST_BACK_OFF = 10_000_000;
const LONGEST_BACK_OFF = 600_000_000;

/** Failures in a row since the last success. */
export interface BackoffRecord {
  readonly failures: number;
  readonly lastFailureAt: Timestamp | undefined;
}

const NO_FAILURES: BackoffRecord = { failures: 0, lastFailureAt: undefined };

/** What is remembered of each Job's failures, by key. It does not survive the controller, as in Kubernetes. */
export class BackoffStore {
  readonly #records = new Map<string, BackoffRecord>();

  /** The record as it will be once these pods are counted. */
  after(key: string, succeeded: readonly Pod[], failed: readonly Pod[]): BackoffRecord {
    const before = this.#records.get(key) ?? NO_FAILURES;
    if (succeeded.length === 0 && failed.length === 0) return before;
    const failureTimes = failed.map(finishTime);
    if (succeeded.length === 0) {
      return { failures: before.failures + failed.length, lastFailureAt: Math.max(...failureTimes) };
    }
    const lastSuccess = Math.max(...succeeded.map(finishTime));
    const since = failureTimes.filter((at) => at >= lastSuccess);
    return since.length === 0 ? NO_FAILURES : { failures: since.length, lastFailureAt: Math.max(...since) };
  }

  keep(key: string, record: BackoffRecord): void {
    if (record.failures === 0) this.#records.delete(key);
    else this.#records.set(key, record);
  }

  forget(key: string): void {
    this.#records.delete(key);
  }
}

/** Microseconds until a pod may be created again; 0: now. */
export function remainingBackOff({ failures, lastFailureAt }: BackoffRecord, now: number): number {
  if (failures === 0 || lastFailureAt === undefined) return 0;
  let delay = FIRST_BACK_OFF;
  for (let i = 1; i < failures && delay < LONGEST_BACK_OFF; i++) delay *= 2;
  return Math.max(0, lastFailureAt + Math.min(delay, LONGEST_BACK_OFF) - now);
}

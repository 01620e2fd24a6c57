import type { DaemonSet } from '../../../sim/api/daemon-set.ts';

const SECOND = 1_000_000;
const FIRST_MICROS = SECOND;
const MOST_MICROS = 15 * 60 * SECOND;

interface Entry {
  backoffMicros: number;
  updatedAt: number;
}

/**
 * How long a node has to wait until its failed daemon pod is taken away and replaced: 1 s at first, doubled with each
 * further one up to 15 min, forgotten after twice that. A new generation of the set starts anew
 * (kubernetes-behaviour.md 3.4).
 */
export class FailedPodsBackoff {
  readonly #entries = new Map<string, Entry>();

  /** Microseconds that are still to wait since the last one; 0: it may go now. */
  waitOf(set: DaemonSet, node: string, now: number): number {
    const entry = this.#entries.get(keyOf(set, node));
    if (entry === undefined || isForgotten(entry, now)) return 0;
    return now - entry.updatedAt < entry.backoffMicros ? entry.backoffMicros : 0;
  }

  /** Takes note of a pod that is taken away. */
  next(set: DaemonSet, node: string, now: number): void {
    const key = keyOf(set, node);
    const entry = this.#entries.get(key);
    if (entry === undefined || isForgotten(entry, now)) {
      this.#entries.set(key, { backoffMicros: FIRST_MICROS, updatedAt: now });
      return;
    }
    entry.backoffMicros = Math.min(2 * entry.backoffMicros, MOST_MICROS);
    entry.updatedAt = now;
  }

  /** Drops what no longer counts. */
  tidy(now: number): void {
    for (const [key, entry] of this.#entries) if (isForgotten(entry, now)) this.#entries.delete(key);
  }
}

function isForgotten({ updatedAt }: Entry, now: number): boolean {
  return now - updatedAt > 2 * MOST_MICROS;
}

function keyOf({ metadata, status }: DaemonSet, node: string): string {
  return `${metadata.uid}/${status.observedGeneration}/${node}`;
}

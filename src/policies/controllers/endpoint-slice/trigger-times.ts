import type { Timestamp } from '../../../sim/api/meta.ts';
import type { Service } from '../../../sim/api/service.ts';

export const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';

/**
 * Since when a change of a Service's endpoints has been due: the earliest of the pods' Ready transitions and the
 * Service's creation that are news since the last sync. From it kube-proxy tells how long programming took
 * (kubernetes-behaviour.md 3.8).
 */
export class TriggerTimes {
  readonly #pods = new Map<string, Timestamp>();
  #service: Timestamp | undefined;
  #earliest: Timestamp | undefined;

  /** A pod's Ready condition last changed at `time`. */
  see(podKey: string, time: Timestamp | undefined): void {
    if (time === undefined) {
      this.#pods.delete(podKey);
      return;
    }
    const last = this.#pods.get(podKey);
    this.#pods.set(podKey, time);
    if (last === undefined || time > last) this.#earliest = earlier(this.#earliest, time);
  }

  left(podKey: string): void {
    this.#pods.delete(podKey);
  }

  /** Forgets all pods but these. */
  keepOnly(podKeys: ReadonlySet<string>): void {
    for (const key of this.#pods.keys()) if (!podKeys.has(key)) this.#pods.delete(key);
  }

  /** The trigger time of the sync that begins; undefined when nothing that bears a time is news. */
  next({ metadata: { creationTimestamp } }: Service): Timestamp | undefined {
    const known = this.#service;
    const earliest = this.#earliest;
    this.#service = creationTimestamp;
    this.#earliest = undefined;
    if (known === undefined) return creationTimestamp;
    return creationTimestamp > known ? earlier(earliest, creationTimestamp) : earliest;
  }
}

function earlier(a: Timestamp | undefined, b: Timestamp): Timestamp {
  return a === undefined || b < a ? b : a;
}

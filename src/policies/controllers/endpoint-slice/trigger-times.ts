import type { Timestamp } from '../../../sim/api/meta.ts';
import { conditionOf, type Pod } from '../../../sim/api/pod.ts';
import type { Service } from '../../../sim/api/service.ts';

export const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';

interface Known {
  readonly pods: ReadonlyMap<string, Timestamp>;
  readonly service: Timestamp;
}

/**
 * Since when a change of endpoints has been due: the earliest of the pods' Ready transitions and the Service's creation
 * that are news since the last sync. From it kube-proxy tells how long programming took (kubernetes-behaviour.md 3.8).
 */
export class TriggerTimes {
  readonly #known = new Map<string, Known>();

  /** @returns undefined when nothing that bears a time is news */
  next(key: string, service: Service, pods: readonly Pod[]): Timestamp | undefined {
    const before = this.#known.get(key);
    const times = new Map<string, Timestamp>();
    let earliest: Timestamp | undefined;
    for (const pod of pods) {
      const time = conditionOf(pod.status.conditions, 'Ready')?.lastTransitionTime;
      if (time === undefined) continue;
      const { name } = pod.metadata;
      times.set(name, time);
      const last = before?.pods.get(name);
      if ((last === undefined || time > last) && (earliest === undefined || time < earliest)) earliest = time;
    }
    const created = service.metadata.creationTimestamp;
    this.#known.set(key, { pods: times, service: created });
    if (before === undefined) return created;
    if (created > before.service && (earliest === undefined || created < earliest)) return created;
    return earliest;
  }

  forget(key: string): void {
    this.#known.delete(key);
  }
}

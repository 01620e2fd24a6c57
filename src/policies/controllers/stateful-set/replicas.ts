import type { ControllerRevision } from '../../../sim/api/controller-revision.ts';
import type { Pod, PodTemplateSpec } from '../../../sim/api/pod.ts';
import type { StatefulSet } from '../../../sim/api/stateful-set.ts';
import { templateOf } from '../history/revisions.ts';
import { firstOrdinal, isInRange, ordinalOf } from './identity.ts';
import { isUnavailable } from './pod-states.ts';
import type { Revisions } from './revisions.ts';

/** The place of one ordinal: the pod that is there, and what would be made if there is none. */
export interface Replica {
  readonly ordinal: number;
  readonly pod: Pod | undefined;
  readonly revision: ControllerRevision;
  readonly template: PodTemplateSpec;
}

/** A pod whose ordinal the set no longer has. */
export interface Condemned {
  readonly ordinal: number;
  readonly pod: Pod;
}

/** The pods of a set, sorted out. */
export interface Roster {
  /** In order of their ordinals, without gaps. */
  readonly replicas: readonly Replica[];
  /** From the highest ordinal down. */
  readonly condemned: readonly Condemned[];
  /** The lowest ordinal that is not available, in range or not; it may be taken down without waiting for it. */
  readonly firstUnavailable: number | undefined;
}

export function roster(set: StatefulSet, revisions: Revisions, pods: readonly Pod[], now: number): Roster {
  const { replicas: count, minReadySeconds } = set.spec;
  const first = firstOrdinal(set);
  const present = new Map<number, Pod>();
  const condemned: Condemned[] = [];
  for (const pod of pods) {
    const ordinal = ordinalOf(set, pod);
    if (ordinal === undefined) continue;
    if (isInRange(set, ordinal)) present.set(ordinal, pod);
    else condemned.push({ ordinal, pod });
  }
  condemned.sort((a, b) => b.ordinal - a.ordinal);
  const current = { revision: revisions.current, template: templateOf(revisions.current) ?? set.spec.template };
  const update = { revision: revisions.update, template: set.spec.template };
  const stay = firstUpdated(set);
  const replicas = Array.from({ length: count }, (_, index): Replica => {
    const ordinal = first + index;
    return { ordinal, pod: present.get(ordinal), ...(ordinal < stay ? current : update) };
  });
  const ailing = (pod: Pod | undefined): boolean => isUnavailable(pod, minReadySeconds, now);
  const firstUnavailable =
    replicas.find(({ pod }) => ailing(pod))?.ordinal ?? condemned.findLast(({ pod }) => ailing(pod))?.ordinal;
  return { replicas, condemned, firstUnavailable };
}

/**
 * The lowest ordinal whose pod is made from the new template. Where the author named no bounds, as many as the status
 * still counts at the current revision come back at that.
 */
function firstUpdated(set: StatefulSet): number {
  const { type, rollingUpdate } = set.spec.updateStrategy;
  if (rollingUpdate !== undefined) return firstOrdinal(set) + rollingUpdate.partition;
  return type === 'RollingUpdate' ? firstOrdinal(set) + set.status.currentReplicas : 0;
}

export function* podsOf({ replicas, condemned }: Roster): Iterable<Pod> {
  for (const { pod } of replicas) if (pod !== undefined) yield pod;
  for (const { pod } of condemned) yield pod;
}

import { scaledValue } from '../../../sim/api/int-or-percent.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { StatefulSet } from '../../../sim/api/stateful-set.ts';
import { revisionOf } from './identity.ts';
import { isTerminating, isUnavailable } from './pod-states.ts';
import type { Replica } from './replicas.ts';

/**
 * The pods a rolling update takes down now: from the highest ordinal to the partition, the first that is out of date, as
 * long as everything above it is available (kubernetes-behaviour.md 3.3, step 6).
 */
export function nextToUpdate(set: StatefulSet, replicas: readonly Replica[], revision: string, now: number): Pod[] {
  const lowest = set.spec.updateStrategy.rollingUpdate?.partition ?? 0;
  for (let index = replicas.length - 1; index >= lowest; index--) {
    const { pod } = replicas[index]!;
    if (pod !== undefined && isOutdated(pod, revision)) return [pod];
    if (isUnavailable(pod, set.spec.minReadySeconds, now)) return [];
  }
  return [];
}

/**
 * The same with the gate MaxUnavailableStatefulSet: as many at once as may be unavailable, less those that are, wherever
 * they stand.
 */
export function nextToUpdateTogether(
  set: StatefulSet,
  replicas: readonly Replica[],
  revision: string,
  now: number,
): Pod[] {
  const { partition = 0, maxUnavailable = 1 } = set.spec.updateStrategy.rollingUpdate ?? {};
  const most = Math.max(1, scaledValue(maxUnavailable, replicas.length, 'down'));
  const unavailable = replicas.filter(({ pod }) => isUnavailable(pod, set.spec.minReadySeconds, now)).length;
  const victims: Pod[] = [];
  for (let index = replicas.length - 1; index >= partition && victims.length < most - unavailable; index--) {
    const { pod } = replicas[index]!;
    if (pod !== undefined && isOutdated(pod, revision)) victims.push(pod);
  }
  return victims;
}

function isOutdated(pod: Pod, revision: string): boolean {
  return revisionOf(pod) !== revision && !isTerminating(pod);
}

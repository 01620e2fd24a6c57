import { sameData } from '../../../sim/api/equality.ts';
import { conditionOf, isPodReady, type Pod } from '../../../sim/api/pod.ts';

/** What selects a pod, or names its endpoint. */
export function identityChanged(before: Pod, after: Pod): boolean {
  return (
    (before.metadata.labels !== after.metadata.labels && !sameData(before.metadata.labels, after.metadata.labels)) ||
    before.spec.hostname !== after.spec.hostname ||
    before.spec.subdomain !== after.spec.subdomain
  );
}

/** Ready since the same time; an endpoint tells by its trigger time since when its Service waits for it. */
export function sameReadiness(before: Pod, after: Pod): boolean {
  if (before.status.phase !== after.status.phase) return false;
  return conditionOf(before.status.conditions, 'Ready') === conditionOf(after.status.conditions, 'Ready');
}

/** What an endpoint says about its pod. Any change of a pod that is being deleted counts, its end above all. */
export function endpointChanged(before: Pod, after: Pod): boolean {
  return (
    after.metadata.deletionTimestamp !== undefined ||
    before.status.podIP !== after.status.podIP ||
    isPodReady(before) !== isPodReady(after)
  );
}

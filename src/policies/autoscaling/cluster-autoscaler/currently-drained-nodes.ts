import type { Pod } from '../../../sim/api/pod.ts';
import type { ClusterSnapshot } from '../simulation/cluster-snapshot.ts';
import { isDaemonSetPod } from './drainability.ts';
import { withoutNode } from './removal.ts';

/**
 * Pods on nodes that are being drained will need a place soon: they are treated as if they waited, and are on no node of
 * the snapshot any more.
 */
export function podsOfDrainedNodes(drained: readonly string[], snapshot: ClusterSnapshot): readonly Pod[] {
  const found: Pod[] = [];
  for (const name of drained) {
    for (const { pod } of snapshot.node(name)?.pods ?? []) {
      const isMadeAnew = pod.metadata.ownerReferences.some(({ controller }) => controller === true);
      if (!isMadeAnew || isDaemonSetPod(pod) || pod.metadata.deletionTimestamp !== undefined) continue;
      found.push(withoutNode(pod));
    }
  }
  for (const { metadata } of found) snapshot.removePod(metadata.uid);
  return found;
}

import type { ApiObject } from '../../sim/api/kinds.ts';
import { describedNodes } from './described-nodes.ts';
import { readRevisions } from './read-revisions.ts';
import { unrecordedReplicaSets } from './unrecorded-replica-sets.ts';
import { unrecordedRevisions } from './unrecorded-revisions.ts';

/**
 * A recorded cluster with what stands between its workloads and their pods. `kubectl get deployments,pods` shows no
 * ReplicaSets and `kubectl get all` no ControllerRevisions, yet the pods prove that there are some; without them the
 * controllers would take every pod for a stranger's, or for one of an older revision, and make all of them anew.
 */
export function completeRecording(recorded: readonly ApiObject[]): ApiObject[] {
  const read = readRevisions(describedNodes(recorded));
  return [...unrecordedReplicaSets(read), ...unrecordedRevisions(read), ...read];
}

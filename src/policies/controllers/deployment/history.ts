import { keyOf } from '../../../sim/api/kinds.ts';
import type { ReplicaSet } from '../../../sim/api/workloads.ts';
import type { Steps } from '../../../sim/policy-api/controllers.ts';
import { SyncError } from '../../../sim/policy-api/sync-error.ts';
import { ask } from '../requests.ts';
import { revisionOf } from './annotations.ts';
import type { Draft } from './draft.ts';
import { oldestFirst } from './replica-sets.ts';

/** A limit that means there is none. */
const NO_LIMIT = 2_147_483_647;

/**
 * Deletes old ReplicaSets beyond the revision history limit, lowest revisions first. One that still has replicas, or has
 * not seen its last change, is passed over and not made up for by a later one (kubernetes-behaviour.md 3.2).
 */
export function* cleanUpHistory(draft: Draft, old: readonly ReplicaSet[]): Steps<void> {
  const limit = draft.spec.revisionHistoryLimit;
  if (limit === NO_LIMIT) return;
  const alive = old.filter((rs) => rs.metadata.deletionTimestamp === undefined);
  const surplus = alive.length - limit;
  if (surplus <= 0) return;
  alive.sort((a, b) => revisionOf(a) - revisionOf(b) || oldestFirst(a, b));
  for (const rs of alive.slice(0, surplus)) {
    if (rs.status.replicas !== 0 || rs.spec.replicas !== 0) continue;
    if (rs.metadata.generation > rs.status.observedGeneration) continue;
    const response = yield* ask({ verb: 'delete', kind: 'ReplicaSet', key: keyOf(rs) });
    if (!response.ok && response.reason !== 'NotFound') throw new SyncError(response.message);
  }
}

import { keyOf } from '../../../sim/api/kinds.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { StatefulSet } from '../../../sim/api/stateful-set.ts';
import type { ControllerHost, Steps } from '../../../sim/policy-api/controllers.ts';
import { SyncError } from '../../../sim/policy-api/sync-error.ts';
import { ask } from '../requests.ts';
import { applyRetentionPolicy, claimsFollowPolicy, createMissingClaims } from './claims.ts';
import { recordPod } from './events.ts';
import { hasIdentity, hasItsClaims, newPod, withIdentity } from './identity.ts';
import type { Replica } from './replicas.ts';

/** What the writes of one sync need: who writes, for whom, and who keeps count of the versions written. */
export interface Writer {
  readonly host: ControllerHost;
  readonly set: StatefulSet;
  wrote(pod: Pod): void;
}

/** @throws SyncError when the pod or one of its claims could not be made */
export function* createPod({ host, set, wrote }: Writer, { ordinal, template, revision }: Replica): Steps<void> {
  const pod = newPod(set, template, revision.metadata.name, ordinal);
  const { name } = pod.metadata;
  try {
    yield* createMissingClaims(host, set, ordinal);
  } catch (error) {
    if (error instanceof SyncError) recordPod(host, set, 'Create', name, { ok: false, message: error.message });
    throw error;
  }
  const answer = yield* ask({ verb: 'create', object: pod });
  // It is there already, and the cache will show it.
  if (!answer.ok && answer.reason === 'AlreadyExists') throw new SyncError(answer.message);
  if (answer.ok) {
    const created = answer.object as Pod;
    wrote(created);
    yield* applyRetentionPolicy(host, set, created, ordinal);
  }
  recordPod(host, set, 'Create', name, answer);
  if (!answer.ok) throw new SyncError(answer.message);
}

/**
 * A pod that is gone already counts as deleted: the set says so all the same.
 *
 * @throws SyncError when the pod is still there and not asked to go
 */
export function* deletePod({ host, set }: Writer, pod: Pod): Steps<void> {
  const answer = yield* ask({ verb: 'delete', kind: 'Pod', key: keyOf(pod) });
  const isGone = answer.ok || answer.reason === 'NotFound';
  recordPod(host, set, 'Delete', pod.metadata.name, isGone ? { ok: true } : answer);
  if (!isGone) throw new SyncError(answer.message);
}

export function isInOrder({ host, set }: Writer, pod: Pod, ordinal: number): boolean {
  return hasIdentity(set, pod) && hasItsClaims(set, pod) && claimsFollowPolicy(host, set, pod, ordinal);
}

/**
 * Puts labels, volumes and the owners of claims right.
 *
 * @throws SyncError when a write was refused
 */
export function* putInOrder({ host, set, wrote }: Writer, pod: Pod, ordinal: number): Steps<void> {
  if (!hasItsClaims(set, pod)) yield* createMissingClaims(host, set, ordinal);
  if (!claimsFollowPolicy(host, set, pod, ordinal)) yield* applyRetentionPolicy(host, set, pod, ordinal);
  const answer = yield* ask({ verb: 'update', object: withIdentity(set, pod, ordinal) });
  recordPod(host, set, 'Update', pod.metadata.name, answer);
  if (!answer.ok) throw new SyncError(answer.message);
  wrote(answer.object as Pod);
}

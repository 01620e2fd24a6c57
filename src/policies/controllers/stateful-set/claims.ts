import { KINDS, objectKey } from '../../../sim/api/kinds.ts';
import type { OwnerReference } from '../../../sim/api/meta.ts';
import { newObjectMeta } from '../../../sim/api/new-object-meta.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { ClaimTemplate, StatefulSet } from '../../../sim/api/stateful-set.ts';
import type { PersistentVolumeClaim } from '../../../sim/api/storage.ts';
import type { ControllerHost, Steps } from '../../../sim/policy-api/controllers.ts';
import { SyncError } from '../../../sim/policy-api/sync-error.ts';
import { controllerReference } from '../ownership.ts';
import { ask } from '../requests.ts';
import { claimName } from './claim-names.ts';
import { recordClaim } from './events.ts';
import { isInRange, podName } from './identity.ts';

function cachedClaim(host: ControllerHost, set: StatefulSet, name: string): PersistentVolumeClaim | undefined {
  return host.lister('PersistentVolumeClaim').get(objectKey(set.metadata.namespace, name));
}

function templatesOf(set: StatefulSet): readonly ClaimTemplate[] {
  return set.spec.volumeClaimTemplates ?? [];
}

function newClaim(set: StatefulSet, template: ClaimTemplate, ordinal: number): PersistentVolumeClaim {
  const { namespace } = set.metadata;
  return {
    kind: 'PersistentVolumeClaim',
    metadata: newObjectMeta({
      namespace,
      name: claimName(set, template.metadata.name, ordinal),
      labels: { ...template.metadata.labels, ...set.spec.selector.matchLabels },
      annotations: template.metadata.annotations,
    }),
    spec: template.spec,
  };
}

/**
 * Makes the claims of an ordinal that are not there. A claim that is on its way out has to go first.
 *
 * @throws SyncError when a claim is missing afterwards
 */
export function* createMissingClaims(host: ControllerHost, set: StatefulSet, ordinal: number): Steps<void> {
  const failures: string[] = [];
  for (const template of templatesOf(set)) {
    const name = claimName(set, template.metadata.name, ordinal);
    const cached = cachedClaim(host, set, name);
    if (cached?.metadata.deletionTimestamp !== undefined) {
      failures.push(`pvc ${name} is being deleted`);
      continue;
    }
    if (cached !== undefined) continue;
    const answer = yield* ask({ verb: 'create', object: newClaim(set, template, ordinal) });
    if (answer.ok || answer.reason !== 'AlreadyExists') {
      recordClaim(host, set, 'Create', name, podName(set, ordinal), answer);
    }
    if (!answer.ok) failures.push(`failed to create PVC ${name}: ${answer.message}`);
  }
  if (failures.length > 0) throw new SyncError(failures.join(', '));
}

/**
 * Whether a claim still belongs to a pod of this name that is gone: then it is about to be collected, and a new pod
 * must not take it.
 */
export function hasStaleClaim(host: ControllerHost, set: StatefulSet, ordinal: number): boolean {
  if (set.spec.persistentVolumeClaimRetentionPolicy.whenScaled === 'Retain') return false;
  const name = podName(set, ordinal);
  return templatesOf(set).some(({ metadata }) => {
    const claim = cachedClaim(host, set, claimName(set, metadata.name, ordinal));
    return claim?.metadata.ownerReferences.some((owner) => owner.kind === 'Pod' && owner.name === name) === true;
  });
}

/** Which of the set and the pod a claim has to go with, by the retention policy. */
function ownersOf(set: StatefulSet, ordinal: number): { readonly bySet: boolean; readonly byPod: boolean } {
  const { whenDeleted, whenScaled } = set.spec.persistentVolumeClaimRetentionPolicy;
  const byPod = whenScaled === 'Delete' && !isInRange(set, ordinal);
  return { byPod, bySet: whenDeleted === 'Delete' && !byPod };
}

function isOwnedBy(claim: PersistentVolumeClaim, owner: StatefulSet | Pod): boolean {
  return claim.metadata.ownerReferences.some(({ uid }) => uid === owner.metadata.uid);
}

/** A claim that does not exist breaks no policy. */
export function claimsFollowPolicy(host: ControllerHost, set: StatefulSet, pod: Pod, ordinal: number): boolean {
  const { bySet, byPod } = ownersOf(set, ordinal);
  return templatesOf(set).every(({ metadata }) => {
    const claim = cachedClaim(host, set, claimName(set, metadata.name, ordinal));
    return claim === undefined || (isOwnedBy(claim, set) === bySet && isOwnedBy(claim, pod) === byPod);
  });
}

/**
 * Gives the claims of a pod to those they have to go with.
 *
 * @throws SyncError when an update was refused
 */
export function* applyRetentionPolicy(host: ControllerHost, set: StatefulSet, pod: Pod, ordinal: number): Steps<void> {
  const { bySet, byPod } = ownersOf(set, ordinal);
  for (const { metadata } of templatesOf(set)) {
    const name = claimName(set, metadata.name, ordinal);
    const claim = cachedClaim(host, set, name);
    if (claim === undefined || (isOwnedBy(claim, set) === bySet && isOwnedBy(claim, pod) === byPod)) continue;
    const foreign = claim.metadata.ownerReferences.find(
      ({ controller, uid }) => controller === true && uid !== set.metadata.uid && uid !== pod.metadata.uid,
    );
    if (foreign !== undefined) {
      const message = `PersistentVolumeClaim ${name} has a conflicting OwnerReference that acts as a managing controller, the retention policy is ignored for this claim`;
      host.record(set, 'Warning', 'ConflictingController', message);
      continue;
    }
    const others = claim.metadata.ownerReferences.filter(
      ({ uid }) => uid !== set.metadata.uid && uid !== pod.metadata.uid,
    );
    const ownerReferences = [
      ...others,
      ...(bySet ? [controllerReference(set)] : []),
      ...(byPod ? [podReference(pod)] : []),
    ];
    const answer = yield* ask({
      verb: 'update',
      object: { ...claim, metadata: { ...claim.metadata, ownerReferences } },
    });
    if (!answer.ok)
      throw new SyncError(`could not update claim ${name} for delete policy ownerRefs: ${answer.message}`);
  }
}

function podReference(pod: Pod): OwnerReference {
  return {
    apiVersion: KINDS.Pod.apiVersion,
    kind: 'Pod',
    name: pod.metadata.name,
    uid: pod.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

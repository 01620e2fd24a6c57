import { keyOf } from '../../../sim/api/kinds.ts';
import type { Labels } from '../../../sim/api/meta.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../sim/api/storage.ts';
import { metaAnnotated } from '../../../sim/api/versions.ts';
import type { Steps } from '../../../sim/policy-api/controllers.ts';
import { isReservedFor } from '../../scheduling/plugins/find-matching-volume.ts';
import { demand } from '../requests.ts';
import { BIND_COMPLETED, BOUND_BY_CONTROLLER } from './volume-annotations.ts';

/**
 * Ties a volume and a claim together in four writes, the volume first: whoever comes after a crash finds what is done and
 * does the rest. Nothing is written that is there already.
 *
 * @throws SyncError when a write is refused
 */
export function* bind(volume: PersistentVolume, claim: PersistentVolumeClaim): Steps<void> {
  const reserved = yield* reserve(volume, claim);
  yield* setVolumePhase(reserved, 'Bound');
  const bound = yield* nameVolume(claim, reserved);
  yield* setClaimPhase(bound, 'Bound', reserved);
}

function* reserve(volume: PersistentVolume, claim: PersistentVolumeClaim): Steps<PersistentVolume> {
  const { name, namespace, uid } = claim.metadata;
  if (isReservedFor(volume, claim) && volume.spec.claimRef?.uid === uid) return volume;
  const isOurs = volume.spec.claimRef === undefined;
  const annotations = volume.metadata.annotations;
  return yield* demand<PersistentVolume>({
    verb: 'update',
    object: {
      ...volume,
      metadata: isOurs
        ? metaAnnotated(volume.metadata, { ...annotations, [BOUND_BY_CONTROLLER]: 'yes' })
        : volume.metadata,
      spec: { ...volume.spec, claimRef: { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace, name, uid } },
    },
  });
}

function* nameVolume(claim: PersistentVolumeClaim, volume: PersistentVolume): Steps<PersistentVolumeClaim> {
  const { annotations } = claim.metadata;
  const isNamed = claim.spec.volumeName === volume.metadata.name;
  if (isNamed && annotations[BIND_COMPLETED] !== undefined) return claim;
  const marks: Labels = isNamed
    ? { [BIND_COMPLETED]: 'yes' }
    : { [BIND_COMPLETED]: 'yes', [BOUND_BY_CONTROLLER]: 'yes' };
  return yield* demand<PersistentVolumeClaim>({
    verb: 'update',
    object: {
      ...claim,
      metadata: metaAnnotated(claim.metadata, { ...annotations, ...marks }),
      spec: { ...claim.spec, volumeName: volume.metadata.name },
    },
  });
}

type ClaimPhase = NonNullable<NonNullable<PersistentVolumeClaim['status']>['phase']>;

/** @param volume the one that the claim has; without one a claim has no size */
export function* setClaimPhase(
  claim: PersistentVolumeClaim,
  phase: ClaimPhase,
  volume?: PersistentVolume,
): Steps<void> {
  if (claim.status?.phase === phase) return;
  const size = volume === undefined ? {} : { accessModes: volume.spec.accessModes, capacity: volume.spec.capacity };
  yield* demand({ verb: 'update', subresource: 'status', object: { ...claim, status: { ...size, phase } } });
}

export function* setVolumePhase(volume: PersistentVolume, phase: string): Steps<void> {
  if (volume.status?.phase === phase) return;
  yield* demand({ verb: 'update', subresource: 'status', object: { ...volume, status: { ...volume.status, phase } } });
}

/** The key of the claim that a volume is reserved for. */
export function claimKeyOf({ spec: { claimRef } }: PersistentVolume): string | undefined {
  return claimRef === undefined ? undefined : `${claimRef.namespace ?? ''}/${claimRef.name ?? ''}`;
}

/** Whether the volume is this very claim's, not that of an earlier one of the same name. */
export function belongsTo(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  return claimKeyOf(volume) === keyOf(claim) && volume.spec.claimRef?.uid === claim.metadata.uid;
}

import type { Change } from '../../sim/api/change.ts';
import { keyOf } from '../../sim/api/kinds.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../sim/api/storage.ts';
import { metaAnnotated } from '../../sim/api/versions.ts';
import type {
  Controller,
  ControllerFactory,
  ControllerHost,
  ControllerLister,
  Steps,
  SyncSteps,
} from '../../sim/policy-api/controllers.ts';
import { SyncError } from '../../sim/policy-api/sync-error.ts';
import { findMatchingVolume, isReservedFor } from '../scheduling/plugins/find-matching-volume.ts';
import { classNameOf, notFound } from '../scheduling/plugins/volume-claims.ts';
import { belongsTo, bind, claimKeyOf, setClaimPhase, setVolumePhase } from './persistent-volume/binding.ts';
import {
  BETA_STORAGE_PROVISIONER,
  BIND_COMPLETED,
  SELECTED_NODE,
  STORAGE_PROVISIONER,
} from './persistent-volume/volume-annotations.ts';
import { demand } from './requests.ts';

/** What waits is looked at again so often (`--pvclaimbinder-sync-period`). */
const SYNC_PERIOD_MICROS = 15_000_000;
const CLAIM = 'claim ';
const VOLUME = 'volume ';

/**
 * Brings claims and volumes together: a claim that names no volume gets the smallest that will do, or a provisioner is
 * asked for one; a volume whose claim is gone is released. A claim whose class waits for its first consumer is left alone
 * until the scheduler has chosen a volume or a node for it.
 */
export const persistentVolumeBinder: ControllerFactory = (host) => new PersistentVolumeBinder(host);

class PersistentVolumeBinder implements Controller {
  readonly name = 'persistentvolume-binder';
  readonly eventSource = 'persistentvolume-controller';
  /** One for claims and one for volumes, in the real one; here they share a queue. */
  readonly workers = 2;
  readonly handlers = {
    PersistentVolumeClaim: (change: Change<'PersistentVolumeClaim'>) => this.#claimChanged(change),
    PersistentVolume: (change: Change<'PersistentVolume'>) => this.#volumeChanged(change),
    StorageClass: () => undefined,
  };
  readonly #host: ControllerHost;
  readonly #claims: ControllerLister<'PersistentVolumeClaim'>;
  readonly #volumes: ControllerLister<'PersistentVolume'>;
  readonly #classes: ControllerLister<'StorageClass'>;

  constructor(host: ControllerHost) {
    this.#host = host;
    this.#claims = host.lister('PersistentVolumeClaim');
    this.#volumes = host.lister('PersistentVolume');
    this.#classes = host.lister('StorageClass');
  }

  #claimChanged({ type, object: claim }: Change<'PersistentVolumeClaim'>): void {
    const { volumeName = '' } = claim.spec;
    if (type !== 'DELETED') this.#host.enqueue(CLAIM + keyOf(claim));
    else if (volumeName !== '') this.#host.enqueue(VOLUME + volumeName);
  }

  #volumeChanged({ type, object: volume }: Change<'PersistentVolume'>): void {
    if (type !== 'DELETED') this.#host.enqueue(VOLUME + volume.metadata.name);
    const claimKey = claimKeyOf(volume);
    if (type === 'DELETED' && claimKey !== undefined) this.#host.enqueue(CLAIM + claimKey);
  }

  *sync(key: string): SyncSteps {
    if (key.startsWith(VOLUME)) {
      const volume = this.#volumes.get(key.slice(VOLUME.length));
      if (volume !== undefined) yield* this.#syncVolume(volume);
      return;
    }
    const claim = this.#claims.get(key.slice(CLAIM.length));
    if (claim === undefined) return;
    if (claim.metadata.annotations[BIND_COMPLETED] === undefined) yield* this.#syncUnbound(key, claim);
    else yield* this.#syncBound(claim);
  }

  // A claim that has no volume yet.

  *#syncUnbound(key: string, claim: PersistentVolumeClaim): Steps<void> {
    const volume = yield* this.#volumeFor(claim);
    if (volume !== undefined) return yield* bind(volume, claim);
    this.#host.enqueuePeriodically(key, SYNC_PERIOD_MICROS);
    yield* setClaimPhase(claim, 'Pending');
  }

  /** The volume to bind to now; where there is none, whoever can help has been asked and the claim has been told. */
  *#volumeFor(claim: PersistentVolumeClaim): Steps<PersistentVolume | undefined> {
    const { volumeName = '' } = claim.spec;
    if (volumeName !== '') return this.#namedVolume(claim, volumeName);
    const className = classNameOf(claim);
    const storageClass = this.#classes.get(className);
    const waits =
      storageClass?.volumeBindingMode === 'WaitForFirstConsumer' &&
      claim.metadata.annotations[SELECTED_NODE] === undefined;
    const volumes = this.#volumes.list();
    const candidates = waits ? volumes.filter((volume) => isReservedFor(volume, claim)) : volumes;
    const found = findMatchingVolume(claim, candidates, undefined, new Set());
    if (found !== undefined) return found;
    if (waits) this.#tell(claim, 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding');
    else if (className !== '') yield* this.#askProvisioner(claim, className, storageClass);
    else {
      this.#tell(claim, 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set');
    }
    return undefined;
  }

  #namedVolume(claim: PersistentVolumeClaim, volumeName: string): PersistentVolume | undefined {
    const volume = this.#volumes.get(volumeName);
    if (volume === undefined || volume.spec.claimRef === undefined || isReservedFor(volume, claim)) return volume;
    this.#warn(claim, 'FailedBinding', `volume "${volumeName}" already bound to a different claim.`);
    return undefined;
  }

  *#askProvisioner(
    claim: PersistentVolumeClaim,
    className: string,
    storageClass: StorageClass | undefined,
  ): Steps<void> {
    if (storageClass === undefined) {
      this.#warn(claim, 'ProvisioningFailed', notFound('storageclass', className));
      return;
    }
    const { provisioner } = storageClass;
    const { annotations } = claim.metadata;
    if (annotations[STORAGE_PROVISIONER] !== provisioner) {
      const marks = { [BETA_STORAGE_PROVISIONER]: provisioner, [STORAGE_PROVISIONER]: provisioner };
      const metadata = metaAnnotated(claim.metadata, { ...annotations, ...marks });
      yield* demand({ verb: 'update', object: { ...claim, metadata } });
    }
    this.#tell(
      claim,
      'ExternalProvisioning',
      `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`,
    );
  }

  // A claim that has one.

  *#syncBound(claim: PersistentVolumeClaim): Steps<void> {
    const { volumeName = '' } = claim.spec;
    if (volumeName === '') {
      yield* this.#lose(
        claim,
        'ClaimLost',
        'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!',
      );
      return;
    }
    const volume = this.#volumes.get(volumeName);
    if (volume === undefined) {
      yield* this.#lose(claim, 'ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
    } else if (volume.spec.claimRef === undefined || isReservedFor(volume, claim)) {
      yield* bind(volume, claim);
    } else {
      yield* this.#lose(
        claim,
        'ClaimMisbound',
        'Two claims are bound to the same volume, this one is bound incorrectly',
      );
    }
  }

  *#lose(claim: PersistentVolumeClaim, reason: string, message: string): Steps<void> {
    if (claim.status?.phase === 'Lost') return;
    yield* setClaimPhase(claim, 'Lost');
    this.#warn(claim, reason, message);
  }

  // Volumes.

  *#syncVolume(volume: PersistentVolume): Steps<void> {
    const claimKey = claimKeyOf(volume);
    // One that is kept for a claim that has yet to come is available all the same.
    if (claimKey === undefined || (volume.spec.claimRef?.uid ?? '') === '') {
      if (claimKey !== undefined) this.#host.enqueue(CLAIM + claimKey);
      return yield* setVolumePhase(volume, 'Available');
    }
    const claim = this.#claims.get(claimKey);
    if (claim === undefined || !belongsTo(volume, claim)) {
      // The cache may only be behind with a claim that was made a moment ago.
      if (claim === undefined && (yield* this.#isThere(claimKey, volume)))
        throw new SyncError(`claim ${claimKey} is not in the cache`);
      return yield* setVolumePhase(volume, 'Released');
    }
    if (claim.spec.volumeName === volume.metadata.name) yield* setVolumePhase(volume, 'Bound');
    else this.#host.enqueue(CLAIM + claimKey);
  }

  *#isThere(key: string, { spec }: PersistentVolume): Steps<boolean> {
    const answer = yield { verb: 'get', kind: 'PersistentVolumeClaim', key };
    return answer.ok && (answer.object as PersistentVolumeClaim).metadata.uid === spec.claimRef?.uid;
  }

  #tell(claim: PersistentVolumeClaim, reason: string, message: string): void {
    this.#host.record(claim, 'Normal', reason, message);
  }

  #warn(claim: PersistentVolumeClaim, reason: string, message: string): void {
    this.#host.record(claim, 'Warning', reason, message);
  }
}

import type { Change } from '../../sim/api/change.ts';
import { keyOf } from '../../sim/api/kinds.ts';
import { newObjectMeta } from '../../sim/api/new-object-meta.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../sim/api/storage.ts';
import type {
  Controller,
  ControllerFactory,
  ControllerHost,
  ControllerLister,
  Steps,
  SyncSteps,
} from '../../sim/policy-api/controllers.ts';
import { classNameOf } from '../scheduling/plugins/volume-claims.ts';
import { PROVISIONED_BY, SELECTED_NODE, STORAGE_PROVISIONER } from './persistent-volume/volume-annotations.ts';
import { ask, demand } from './requests.ts';

const NO_PROVISIONER = 'kubernetes.io/no-provisioner';
const ZONE = 'topology.kubernetes.io/zone';
const CLAIM = 'claim ';
const VOLUME = 'volume ';

/** How long a storage system takes to make a volume where nothing else is said. */
export const PROVISIONING_MICROS = 5_000_000;

/**
 * The drivers of all storage classes in one: makes the volume of a claim that names its provisioner, a while later, and
 * deletes it when it is released and its class says so. Stands for the external provisioners of CSI drivers, of which
 * every class is taken to have a working one; a volume can be used in the zone of the node that was chosen for it, or
 * everywhere where none was.
 */
export function volumeProvisioner(provisioningMicros = PROVISIONING_MICROS): ControllerFactory {
  return (host) => new VolumeProvisioner(host, provisioningMicros);
}

class VolumeProvisioner implements Controller {
  readonly name = 'volume-provisioner';
  readonly eventSource = 'volume-provisioner';
  readonly workers = 100;
  readonly handlers = {
    PersistentVolumeClaim: (change: Change<'PersistentVolumeClaim'>) => this.#claimChanged(change),
    PersistentVolume: (change: Change<'PersistentVolume'>) => this.#volumeChanged(change),
    StorageClass: () => undefined,
    Node: () => undefined,
  };
  readonly #host: ControllerHost;
  readonly #provisioningMicros: number;
  readonly #claims: ControllerLister<'PersistentVolumeClaim'>;
  readonly #volumes: ControllerLister<'PersistentVolume'>;
  readonly #classes: ControllerLister<'StorageClass'>;
  readonly #nodes: ControllerLister<'Node'>;
  /** What the storage system is busy with, by key: since when. */
  readonly #begunAt = new Map<string, number>();

  constructor(host: ControllerHost, provisioningMicros: number) {
    this.#host = host;
    this.#provisioningMicros = provisioningMicros;
    this.#claims = host.lister('PersistentVolumeClaim');
    this.#volumes = host.lister('PersistentVolume');
    this.#classes = host.lister('StorageClass');
    this.#nodes = host.lister('Node');
  }

  #claimChanged({ type, object: claim }: Change<'PersistentVolumeClaim'>): void {
    if (type === 'DELETED') this.#begunAt.delete(CLAIM + keyOf(claim));
    else if (claim.metadata.annotations[STORAGE_PROVISIONER] !== undefined) this.#host.enqueue(CLAIM + keyOf(claim));
  }

  #volumeChanged({ type, object: volume }: Change<'PersistentVolume'>): void {
    if (type === 'DELETED') this.#begunAt.delete(VOLUME + volume.metadata.name);
    else if (isToDelete(volume)) this.#host.enqueue(VOLUME + volume.metadata.name);
  }

  /** The class by which a volume is to be made now; `undefined` where none is wanted. */
  #classToProvision(claim: PersistentVolumeClaim): StorageClass | undefined {
    const { annotations, deletionTimestamp } = claim.metadata;
    if ((claim.spec.volumeName ?? '') !== '' || deletionTimestamp !== undefined) return undefined;
    const storageClass = this.#classes.get(classNameOf(claim));
    if (storageClass === undefined || storageClass.provisioner === NO_PROVISIONER) return undefined;
    if (annotations[STORAGE_PROVISIONER] !== storageClass.provisioner) return undefined;
    const waits = storageClass.volumeBindingMode === 'WaitForFirstConsumer';
    return waits && annotations[SELECTED_NODE] === undefined ? undefined : storageClass;
  }

  *sync(key: string): SyncSteps {
    if (key.startsWith(VOLUME)) {
      const volume = this.#volumes.get(key.slice(VOLUME.length));
      if (volume === undefined || !isToDelete(volume) || !this.#isThrough(key)) return;
      this.#begunAt.delete(key);
      yield* ask({ verb: 'delete', kind: 'PersistentVolume', key: volume.metadata.name });
      return;
    }
    const claim = this.#claims.get(key.slice(CLAIM.length));
    const storageClass = claim === undefined ? undefined : this.#classToProvision(claim);
    if (claim === undefined || storageClass === undefined || this.#volumes.get(nameFor(claim)) !== undefined) return;
    if (!this.#begunAt.has(key)) {
      const text = `External provisioner is provisioning volume for claim "${keyOf(claim)}"`;
      this.#host.record(claim, 'Normal', 'Provisioning', text);
    }
    if (!this.#isThrough(key)) return;
    yield* this.#make(claim, storageClass);
    this.#begunAt.delete(key);
  }

  /** Whether the storage system has had its time; if not, the key comes back when it has. */
  #isThrough(key: string): boolean {
    const now = this.#host.now();
    const begunAt = this.#begunAt.get(key) ?? now;
    this.#begunAt.set(key, begunAt);
    const left = begunAt + this.#provisioningMicros - now;
    if (left > 0) this.#host.enqueueAfter(key, left);
    return left <= 0;
  }

  *#make(claim: PersistentVolumeClaim, storageClass: StorageClass): Steps<void> {
    const name = nameFor(claim);
    yield* demand({ verb: 'create', object: this.#volumeFor(name, claim, storageClass) });
    this.#host.record(claim, 'Normal', 'ProvisioningSucceeded', `Successfully provisioned volume ${name}`);
  }

  #volumeFor(name: string, claim: PersistentVolumeClaim, storageClass: StorageClass): PersistentVolume {
    const { provisioner, reclaimPolicy = 'Delete' } = storageClass;
    const { metadata, spec } = claim;
    const zone = this.#nodes.get(metadata.annotations[SELECTED_NODE] ?? '')?.metadata.labels[ZONE];
    const inZone = { matchExpressions: [{ key: ZONE, operator: 'In' as const, values: [zone ?? ''] }] };
    return {
      kind: 'PersistentVolume',
      metadata: newObjectMeta({ namespace: '', name, annotations: { [PROVISIONED_BY]: provisioner } }),
      spec: {
        accessModes: spec.accessModes ?? [],
        capacity: { storage: spec.resources?.requests?.['storage'] ?? '0' },
        claimRef: {
          kind: 'PersistentVolumeClaim',
          apiVersion: 'v1',
          namespace: metadata.namespace,
          name: metadata.name,
          uid: metadata.uid,
        },
        csi: { driver: provisioner, volumeHandle: name },
        persistentVolumeReclaimPolicy: reclaimPolicy,
        storageClassName: storageClass.metadata.name,
        volumeMode: spec.volumeMode ?? 'Filesystem',
        ...(zone === undefined ? {} : { nodeAffinity: { required: { nodeSelectorTerms: [inZone] } } }),
      },
    };
  }
}

/** Of one claim there is never more than one, however often it is tried. */
function nameFor({ metadata }: PersistentVolumeClaim): string {
  return `pvc-${metadata.uid}`;
}

/** Only what a provisioner has made does it delete. */
function isToDelete({ metadata, spec, status }: PersistentVolume): boolean {
  return (
    status?.phase === 'Released' &&
    spec.persistentVolumeReclaimPolicy === 'Delete' &&
    metadata.annotations[PROVISIONED_BY] !== undefined &&
    metadata.deletionTimestamp === undefined
  );
}

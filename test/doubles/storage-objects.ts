import type { LabelSelector, Labels, OwnerReference } from '../../src/sim/api/meta.ts';
import type { NodeSelector, Volume } from '../../src/sim/api/pod.ts';
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
  VolumeAttachment,
} from '../../src/sim/api/storage.ts';
import { meta } from './objects.ts';

export const DRIVER = 'csi.example.com';

export interface ClaimWish {
  readonly className?: string;
  readonly size?: string;
  readonly modes?: readonly string[];
  readonly volumeMode?: string;
  /** Bound for good to this volume. */
  readonly boundTo?: string;
  /** Named, but not bound yet. */
  readonly volumeName?: string;
  readonly selector?: LabelSelector;
  readonly annotations?: Labels;
  readonly owners?: readonly OwnerReference[];
  readonly deletionTimestamp?: number;
  readonly phase?: 'Pending' | 'Bound' | 'Lost';
  readonly namespace?: string;
}

export function claim(name: string, wish: ClaimWish = {}): PersistentVolumeClaim {
  const { namespace = 'default', boundTo, annotations = {}, owners = [], deletionTimestamp } = wish;
  const volumeName = boundTo ?? wish.volumeName;
  return {
    kind: 'PersistentVolumeClaim',
    metadata: meta({
      name,
      namespace,
      uid: `uid-${name}`,
      annotations: { ...annotations, ...(boundTo === undefined ? {} : { 'pv.kubernetes.io/bind-completed': 'yes' }) },
      ownerReferences: owners,
      deletionTimestamp,
    }),
    spec: {
      accessModes: wish.modes ?? ['ReadWriteOnce'],
      resources: { requests: { storage: wish.size ?? '1Gi' } },
      ...(wish.className === undefined ? {} : { storageClassName: wish.className }),
      ...(volumeName === undefined ? {} : { volumeName }),
      ...(wish.volumeMode === undefined ? {} : { volumeMode: wish.volumeMode }),
      ...(wish.selector === undefined ? {} : { selector: wish.selector }),
    },
    status: { phase: wish.phase ?? (boundTo === undefined ? 'Pending' : 'Bound') },
  };
}

export interface VolumeWish {
  readonly className?: string;
  readonly size?: string;
  readonly modes?: readonly string[];
  readonly volumeMode?: string;
  readonly labels?: Labels;
  readonly phase?: string;
  readonly claimRef?: PersistentVolume['spec']['claimRef'];
  readonly nodes?: NodeSelector;
  /** Members of the spec that say where the volume comes from; a CSI volume of its own name when absent. */
  readonly source?: Readonly<Record<string, unknown>>;
  readonly deletionTimestamp?: number;
}

export function volume(name: string, wish: VolumeWish = {}): PersistentVolume {
  const { labels = {}, deletionTimestamp } = wish;
  return {
    kind: 'PersistentVolume',
    metadata: meta({ name, namespace: '', labels, deletionTimestamp }),
    spec: {
      accessModes: wish.modes ?? ['ReadWriteOnce'],
      capacity: { storage: wish.size ?? '1Gi' },
      ...(wish.className === undefined ? {} : { storageClassName: wish.className }),
      ...(wish.volumeMode === undefined ? {} : { volumeMode: wish.volumeMode }),
      ...(wish.claimRef === undefined ? {} : { claimRef: wish.claimRef }),
      ...(wish.nodes === undefined ? {} : { nodeAffinity: { required: wish.nodes } }),
      ...(wish.source ?? { csi: { driver: DRIVER, volumeHandle: name } }),
    },
    status: { phase: wish.phase ?? 'Available' },
  };
}

export function storageClass(
  name: string,
  volumeBindingMode: StorageClass['volumeBindingMode'] | undefined,
  more: Partial<StorageClass> = {},
): StorageClass {
  return {
    kind: 'StorageClass',
    metadata: meta({ name, namespace: '' }),
    provisioner: DRIVER,
    ...(volumeBindingMode === undefined ? {} : { volumeBindingMode }),
    ...more,
  };
}

export function csiNode(name: string, limits: Readonly<Record<string, number | undefined>>): CSINode {
  const drivers = Object.entries(limits).map(([driver, count]) => ({
    name: driver,
    nodeID: name,
    ...(count === undefined ? {} : { allocatable: { count } }),
  }));
  return { kind: 'CSINode', metadata: meta({ name, namespace: '' }), spec: { drivers } };
}

export function csiDriver(name: string, storageCapacity: boolean): CSIDriver {
  return { kind: 'CSIDriver', metadata: meta({ name, namespace: '' }), spec: { storageCapacity } };
}

export function storageCapacity(
  name: string,
  storageClassName: string,
  more: Partial<CSIStorageCapacity>,
): CSIStorageCapacity {
  return { kind: 'CSIStorageCapacity', metadata: meta({ name }), storageClassName, ...more };
}

export function attachment(name: string, nodeName: string, volumeName: string, attacher = DRIVER): VolumeAttachment {
  return {
    kind: 'VolumeAttachment',
    metadata: meta({ name, namespace: '' }),
    spec: { attacher, nodeName, source: { persistentVolumeName: volumeName } },
  };
}

/** Volumes of a pod that use these claims. */
export function mounts(...claims: readonly string[]): Volume[] {
  return claims.map((claimName, i) => ({ name: `v${i}`, persistentVolumeClaim: { claimName } }));
}

/** A selector for nodes whose label has one of the values. */
export function nodesWhere(key: string, ...values: readonly string[]): NodeSelector {
  return { nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'In', values }] }] };
}

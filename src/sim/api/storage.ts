import type { ObjectMeta } from './meta.ts';
import type { NodeSelector, ResourceList } from './pod.ts';

export interface PersistentVolumeClaim {
  readonly kind: 'PersistentVolumeClaim';
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly accessModes?: readonly string[];
    readonly storageClassName?: string;
    readonly volumeName?: string;
    readonly volumeMode?: string;
    readonly resources?: { readonly requests?: ResourceList };
    readonly selector?: import('./meta.ts').LabelSelector;
  };
  readonly status?: {
    readonly phase?: 'Pending' | 'Bound' | 'Lost';
    readonly accessModes?: readonly string[] | undefined;
    readonly capacity?: ResourceList | undefined;
  };
}

export interface PersistentVolume {
  readonly kind: 'PersistentVolume';
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly accessModes?: readonly string[];
    readonly capacity?: ResourceList;
    readonly storageClassName?: string;
    readonly volumeMode?: string;
    readonly claimRef?: {
      readonly kind?: string;
      readonly apiVersion?: string;
      readonly namespace?: string;
      readonly name?: string;
      readonly uid?: string;
    };
    readonly persistentVolumeReclaimPolicy?: 'Delete' | 'Recycle' | 'Retain';
    readonly nodeAffinity?: { readonly required?: NodeSelector };
    readonly csi?: { readonly driver: string; readonly volumeHandle?: string };
    readonly [source: string]: unknown;
  };
  readonly status?: { readonly phase?: string };
}

export interface StorageClass {
  readonly kind: 'StorageClass';
  readonly metadata: ObjectMeta;
  readonly provisioner: string;
  readonly reclaimPolicy?: 'Delete' | 'Retain';
  readonly volumeBindingMode?: 'Immediate' | 'WaitForFirstConsumer';
  readonly allowedTopologies?: readonly {
    readonly matchLabelExpressions?: readonly { readonly key: string; readonly values: readonly string[] }[];
  }[];
}

export interface CSINode {
  readonly kind: 'CSINode';
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly drivers: readonly {
      readonly name: string;
      readonly nodeID?: string;
      readonly topologyKeys?: readonly string[];
      readonly allocatable?: { readonly count?: number };
    }[];
  };
}

export interface CSIDriver {
  readonly kind: 'CSIDriver';
  readonly metadata: ObjectMeta;
  readonly spec: Readonly<Record<string, unknown>>;
}

export interface CSIStorageCapacity {
  readonly kind: 'CSIStorageCapacity';
  readonly metadata: ObjectMeta;
  readonly storageClassName: string;
  readonly nodeTopology?: import('./meta.ts').LabelSelector;
  readonly capacity?: string;
  readonly maximumVolumeSize?: string;
}

export interface VolumeAttachment {
  readonly kind: 'VolumeAttachment';
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly attacher: string;
    readonly nodeName: string;
    readonly source: { readonly persistentVolumeName?: string };
  };
}

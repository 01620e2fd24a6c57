import type { Condition, ObjectMeta, Timestamp } from './meta.ts';
import type { ResourceList, TaintEffect } from './pod.ts';

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: TaintEffect;
  readonly timeAdded?: Timestamp;
}

export interface NodeSpec {
  readonly unschedulable?: boolean;
  readonly taints?: readonly Taint[];
  readonly podCIDR?: string;
  readonly providerID?: string;
}

export interface ContainerImage {
  readonly names: readonly string[];
  readonly sizeBytes?: number;
}

export interface NodeStatus {
  readonly capacity: ResourceList;
  readonly allocatable: ResourceList;
  readonly conditions: readonly Condition[];
  readonly images?: readonly ContainerImage[];
  readonly addresses?: readonly { readonly type: string; readonly address: string }[];
  readonly declaredFeatures?: readonly string[];
}

export interface Node {
  readonly kind: 'Node';
  readonly metadata: ObjectMeta;
  readonly spec: NodeSpec;
  readonly status: NodeStatus;
}

/** The conditions that the kubelet of a node without trouble reports. */
export const HEALTHY: readonly Condition[] = [
  { type: 'MemoryPressure', status: 'False', reason: 'KubeletHasSufficientMemory', lastTransitionTime: 0 },
  { type: 'DiskPressure', status: 'False', reason: 'KubeletHasNoDiskPressure', lastTransitionTime: 0 },
  { type: 'PIDPressure', status: 'False', reason: 'KubeletHasSufficientPID', lastTransitionTime: 0 },
  { type: 'Ready', status: 'True', reason: 'KubeletReady', lastTransitionTime: 0 },
];

export const LABEL_ZONE = 'topology.kubernetes.io/zone';
export const LABEL_REGION = 'topology.kubernetes.io/region';
export const LABEL_HOSTNAME = 'kubernetes.io/hostname';

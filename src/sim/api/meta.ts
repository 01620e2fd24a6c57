import type { ManagedFields } from './field-management/managed-fields.ts';

/**
 * What every API object carries. Objects are readonly plain data: the JSON that the API server would show, save that
 * timestamps and resource versions are numbers here and become text at the edges.
 */

/** Whole microseconds since the run's epoch. Fields that Kubernetes keeps in whole seconds hold whole seconds. */
export type Timestamp = number;

export type Labels = Readonly<Record<string, string>>;

/** Shared by all objects without labels or annotations, so that emptiness costs nothing and compares by identity. */
export const NO_LABELS: Labels = Object.freeze(Object.create(null) as Record<string, string>);

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  readonly name: string;
  /** Empty for cluster-scoped kinds. */
  readonly namespace: string;
  /** Empty until the API server has accepted the object. */
  readonly uid: string;
  /** The store's revision of this version; 0 until committed. */
  readonly resourceVersion: number;
  readonly generation: number;
  readonly creationTimestamp: Timestamp;
  readonly deletionTimestamp?: Timestamp | undefined;
  readonly deletionGracePeriodSeconds?: number | undefined;
  readonly generateName?: string | undefined;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly ownerReferences: readonly OwnerReference[];
  readonly finalizers: readonly string[];
  /** Who manages which fields; kept where somebody applies on the server's side or gives a name to his writes. */
  readonly managedFields?: ManagedFields | undefined;
}

export interface LabelSelectorRequirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values?: readonly string[];
}

/** An empty selector matches everything, an absent one nothing. */
export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly LabelSelectorRequirement[];
}

export type ConditionStatus = 'True' | 'False' | 'Unknown';

export interface Condition {
  readonly type: string;
  readonly status: ConditionStatus;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: Timestamp;
  readonly lastUpdateTime?: Timestamp;
  readonly lastProbeTime?: Timestamp;
  /** Of a node's condition: when its kubelet was last heard of. */
  readonly lastHeartbeatTime?: Timestamp;
  readonly observedGeneration?: number;
}

/** The owner that manages an object, if any: at most one reference has `controller: true`. */
export function controllerOf(meta: ObjectMeta): OwnerReference | undefined {
  const { ownerReferences } = meta;
  for (let i = 0; i < ownerReferences.length; i++) {
    const owner = ownerReferences[i]!;
    if (owner.controller === true) return owner;
  }
  return undefined;
}

import type { ObjectMeta } from './meta.ts';
import type { ResourceList } from './pod.ts';

/** Which pods a quota counts, besides those of its namespace. */
export type QuotaScope =
  'BestEffort' | 'CrossNamespacePodAffinity' | 'NotBestEffort' | 'NotTerminating' | 'PriorityClass' | 'Terminating';

export interface ScopedResourceSelectorRequirement {
  readonly scopeName: QuotaScope;
  readonly operator: 'DoesNotExist' | 'Exists' | 'In' | 'NotIn';
  readonly values?: readonly string[];
}

/** How much a namespace may have of everything. */
export interface ResourceQuota {
  readonly kind: 'ResourceQuota';
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly hard?: ResourceList;
    readonly scopes?: readonly QuotaScope[];
    readonly scopeSelector?: { readonly matchExpressions?: readonly ScopedResourceSelectorRequirement[] };
  };
  /** Admission goes by what stands here: limits take effect when the controller has copied them. */
  readonly status: { readonly hard?: ResourceList; readonly used?: ResourceList };
}

export interface LimitRangeItem {
  readonly type: 'Container' | 'PersistentVolumeClaim' | 'Pod';
  readonly max?: ResourceList;
  readonly min?: ResourceList;
  readonly default?: ResourceList;
  readonly defaultRequest?: ResourceList;
  readonly maxLimitRequestRatio?: ResourceList;
}

/** What each container, pod or claim of a namespace may ask for, and what it asks for where it says nothing. */
export interface LimitRange {
  readonly kind: 'LimitRange';
  readonly metadata: ObjectMeta;
  readonly spec: { readonly limits: readonly LimitRangeItem[] };
}

import type { Condition, ObjectMeta, Timestamp } from './meta.ts';

export interface Namespace {
  readonly kind: 'Namespace';
  readonly metadata: ObjectMeta;
  /** What holds a namespace that is going away. Absent: `kubernetes`, which every namespace has. */
  readonly spec?: { readonly finalizers?: readonly string[] };
  readonly status: { readonly phase: 'Active' | 'Terminating'; readonly conditions?: readonly Condition[] };
}

export interface Lease {
  readonly kind: 'Lease';
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly holderIdentity: string;
    readonly leaseDurationSeconds: number;
    readonly acquireTime: Timestamp;
    readonly renewTime: Timestamp;
    readonly leaseTransitions: number;
  };
  /**
   * Of a node's Lease, and not part of what the API shows: renewals of a healthy node are not written down one by one.
   * `steady`: the holder renews it as a healthy kubelet does, whatever `renewTime` says. Otherwise it has fallen silent,
   * and `lastSeenAt` is when a watcher got its last sign of life. Absent: the Lease is what it says it is.
   */
  readonly heartbeat?: { readonly steady: boolean; readonly lastSeenAt: Timestamp } | undefined;
}

/** Where the Leases of nodes are; each has the name of its node. */
export const NODE_LEASE_NAMESPACE = 'kube-node-lease';

export interface ObjectReference {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** What `kubectl describe` shows under Events. Not an engine event. */
export interface Event {
  readonly kind: 'Event';
  readonly metadata: ObjectMeta;
  readonly involvedObject: ObjectReference;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly source: string;
  readonly count: number;
  readonly firstTimestamp: Timestamp;
  readonly lastTimestamp: Timestamp;
}

export interface PriorityClass {
  readonly kind: 'PriorityClass';
  readonly metadata: ObjectMeta;
  readonly value: number;
  readonly globalDefault: boolean;
  readonly preemptionPolicy: 'PreemptLowerPriority' | 'Never';
}

/** A kind that the API server stores and shows but that nothing in the simulation acts on. */
export interface InertObject {
  readonly kind: 'ConfigMap' | 'Secret' | 'ServiceAccount';
  readonly metadata: ObjectMeta;
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
  readonly type?: string;
}

import type { Labels, ObjectMeta } from './meta.ts';
import type { PodTemplateSpec } from './pod.ts';
import type { ReplicaSetStatus } from './workloads.ts';

/** What a ReplicaSet was before it could select by anything but equal labels. */
export interface ReplicationController {
  readonly kind: 'ReplicationController';
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly replicas: number;
    readonly selector: Labels;
    readonly template: PodTemplateSpec;
    readonly minReadySeconds: number;
  };
  readonly status: Omit<ReplicaSetStatus, 'terminatingReplicas'>;
}

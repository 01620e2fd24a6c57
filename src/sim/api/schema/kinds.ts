import { customResource } from '../custom-object.ts';
import type { BuiltInKind, Kind } from '../kinds.ts';
import { HORIZONTAL_POD_AUTOSCALER } from './autoscaling.ts';
import { CRON_JOB, JOB } from './batch.ts';
import {
  CONFIG_MAP,
  EVENT,
  LEASE,
  NAMESPACE,
  POD_DISRUPTION_BUDGET,
  PRIORITY_CLASS,
  SECRET,
  SERVICE_ACCOUNT,
} from './core.ts';
import { CUSTOM_RESOURCE_DEFINITION } from './custom-resource.ts';
import { DAEMON_SET } from './daemon-set.ts';
import { CONTROLLER_REVISION } from './controller-revision.ts';
import { NODE } from './node.ts';
import { POD } from './pod.ts';
import { LIMIT_RANGE, RESOURCE_QUOTA } from './quota.ts';
import { ENDPOINTS, ENDPOINT_SLICE, SERVICE } from './service.ts';
import { STATEFUL_SET } from './stateful-set.ts';
import {
  CSI_DRIVER,
  CSI_NODE,
  CSI_STORAGE_CAPACITY,
  PERSISTENT_VOLUME,
  PERSISTENT_VOLUME_CLAIM,
  STORAGE_CLASS,
  VOLUME_ATTACHMENT,
} from './storage.ts';
import type { Table } from './type.ts';
import { DEPLOYMENT, REPLICA_SET, REPLICATION_CONTROLLER } from './workloads.ts';

const SCHEMAS: { readonly [K in BuiltInKind]: Table } = {
  CustomResourceDefinition: CUSTOM_RESOURCE_DEFINITION,
  Namespace: NAMESPACE,
  Node: NODE,
  PriorityClass: PRIORITY_CLASS,
  ConfigMap: CONFIG_MAP,
  Secret: SECRET,
  ServiceAccount: SERVICE_ACCOUNT,
  PersistentVolume: PERSISTENT_VOLUME,
  PersistentVolumeClaim: PERSISTENT_VOLUME_CLAIM,
  StorageClass: STORAGE_CLASS,
  CSINode: CSI_NODE,
  CSIDriver: CSI_DRIVER,
  CSIStorageCapacity: CSI_STORAGE_CAPACITY,
  VolumeAttachment: VOLUME_ATTACHMENT,
  PodDisruptionBudget: POD_DISRUPTION_BUDGET,
  LimitRange: LIMIT_RANGE,
  ResourceQuota: RESOURCE_QUOTA,
  Service: SERVICE,
  Endpoints: ENDPOINTS,
  EndpointSlice: ENDPOINT_SLICE,
  CronJob: CRON_JOB,
  Deployment: DEPLOYMENT,
  HorizontalPodAutoscaler: HORIZONTAL_POD_AUTOSCALER,
  Job: JOB,
  ReplicaSet: REPLICA_SET,
  ReplicationController: REPLICATION_CONTROLLER,
  StatefulSet: STATEFUL_SET,
  DaemonSet: DAEMON_SET,
  ControllerRevision: CONTROLLER_REVISION,
  Pod: POD,
  Lease: LEASE,
  Event: EVENT,
};

/** The wire form of a kind, apiVersion and kind left out. */
export function schemaOf(kind: Kind): Table {
  return (SCHEMAS as { readonly [kind: string]: Table | undefined })[kind] ?? customResource(kind).schema;
}

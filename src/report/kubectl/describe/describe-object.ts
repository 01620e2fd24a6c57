import type { Kind } from '../../../sim/api/kinds.ts';
import { describeAnything } from './anything.ts';
import { describeAutoscaler } from './autoscaler.ts';
import { Description } from './description.ts';
import { writeEvents } from './events.ts';
import { describeConfigMap, describeSecret, describeServiceAccount } from './inert.ts';
import { describeCronJob, describeJob } from './jobs.ts';
import {
  describeBudget,
  describeLimitRange,
  describeNamespace,
  describePriorityClass,
  describeQuota,
} from './limits.ts';
import { describeNode } from './node.ts';
import { describePod } from './pod.ts';
import type { Describer, Scene } from './scene.ts';
import { describeClaim, describeStorageClass, describeVolume } from './storage.ts';
import { describeEndpointSlice, describeService } from './traffic.ts';
import type { Wire } from './wire.ts';
import {
  describeDaemonSet,
  describeDeployment,
  describeReplicaSet,
  describeReplicationController,
  describeStatefulSet,
} from './workloads.ts';

const DESCRIBERS: { readonly [K in Kind]?: Describer } = {
  ConfigMap: describeConfigMap,
  CronJob: describeCronJob,
  DaemonSet: describeDaemonSet,
  Deployment: describeDeployment,
  EndpointSlice: describeEndpointSlice,
  HorizontalPodAutoscaler: describeAutoscaler,
  Job: describeJob,
  LimitRange: describeLimitRange,
  Namespace: describeNamespace,
  Node: describeNode,
  PersistentVolume: describeVolume,
  PersistentVolumeClaim: describeClaim,
  Pod: describePod,
  PodDisruptionBudget: describeBudget,
  PriorityClass: describePriorityClass,
  ReplicaSet: describeReplicaSet,
  ReplicationController: describeReplicationController,
  ResourceQuota: describeQuota,
  Secret: describeSecret,
  Service: describeService,
  ServiceAccount: describeServiceAccount,
  StatefulSet: describeStatefulSet,
  StorageClass: describeStorageClass,
};

/** Those below which kubectl puts no Events. */
const WITHOUT_EVENTS: ReadonlySet<Kind> = new Set(['LimitRange', 'Namespace', 'ResourceQuota', 'Secret']);

/** What `kubectl describe` prints of one object. */
export function describeObject(kind: Kind, object: Wire, scene: Scene): string {
  const out = new Description();
  (DESCRIBERS[kind] ?? describeAnything)(object, out, scene);
  if (!WITHOUT_EVENTS.has(kind)) writeEvents(object, out, scene);
  return out.toString();
}

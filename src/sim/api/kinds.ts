import type { HorizontalPodAutoscaler } from './autoscaling.ts';
import type { CronJob, Job } from './batch.ts';
import type { ControllerRevision } from './controller-revision.ts';
import type { Event, InertObject, Lease, Namespace, PriorityClass } from './core.ts';
import { customResource, type CustomKind, type CustomObject } from './custom-object.ts';
import type { CustomResourceDefinition } from './custom-resource-definition.ts';
import type { DaemonSet } from './daemon-set.ts';
import type { Node } from './node.ts';
import type { Pod } from './pod.ts';
import type { PodDisruptionBudget } from './policy.ts';
import type { LimitRange, ResourceQuota } from './quota.ts';
import type { ReplicationController } from './replication-controller.ts';
import type { Endpoints, EndpointSlice, Service } from './service.ts';
import type { StatefulSet } from './stateful-set.ts';
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
  VolumeAttachment,
} from './storage.ts';
import type { Deployment, ReplicaSet } from './workloads.ts';

/** Every kind of Kubernetes that the API server stores, by name. The one place to add a kind. */
export interface BuiltInKinds {
  CustomResourceDefinition: CustomResourceDefinition;
  Namespace: Namespace;
  Node: Node;
  PriorityClass: PriorityClass;
  ConfigMap: InertObject;
  Secret: InertObject;
  ServiceAccount: InertObject;
  PersistentVolume: PersistentVolume;
  PersistentVolumeClaim: PersistentVolumeClaim;
  StorageClass: StorageClass;
  CSINode: CSINode;
  CSIDriver: CSIDriver;
  CSIStorageCapacity: CSIStorageCapacity;
  VolumeAttachment: VolumeAttachment;
  PodDisruptionBudget: PodDisruptionBudget;
  LimitRange: LimitRange;
  ResourceQuota: ResourceQuota;
  Service: Service;
  Endpoints: Endpoints;
  EndpointSlice: EndpointSlice;
  CronJob: CronJob;
  Deployment: Deployment;
  HorizontalPodAutoscaler: HorizontalPodAutoscaler;
  Job: Job;
  ReplicaSet: ReplicaSet;
  ReplicationController: ReplicationController;
  StatefulSet: StatefulSet;
  DaemonSet: DaemonSet;
  ControllerRevision: ControllerRevision;
  Pod: Pod;
  Lease: Lease;
  Event: Event;
}

/** Those, and whatever CustomResourceDefinitions define besides. */
export interface Kinds extends BuiltInKinds {
  [custom: CustomKind]: CustomObject;
}

export type BuiltInKind = keyof BuiltInKinds;

export type Kind = keyof Kinds;
export type ApiObject = Kinds[Kind];

export interface KindFacts {
  readonly apiVersion: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

export const KINDS: { readonly [K in BuiltInKind]: KindFacts } = {
  CustomResourceDefinition: {
    apiVersion: 'apiextensions.k8s.io/v1',
    plural: 'customresourcedefinitions',
    namespaced: false,
  },
  Namespace: { apiVersion: 'v1', plural: 'namespaces', namespaced: false },
  Node: { apiVersion: 'v1', plural: 'nodes', namespaced: false },
  PriorityClass: { apiVersion: 'scheduling.k8s.io/v1', plural: 'priorityclasses', namespaced: false },
  ConfigMap: { apiVersion: 'v1', plural: 'configmaps', namespaced: true },
  Secret: { apiVersion: 'v1', plural: 'secrets', namespaced: true },
  ServiceAccount: { apiVersion: 'v1', plural: 'serviceaccounts', namespaced: true },
  PersistentVolume: { apiVersion: 'v1', plural: 'persistentvolumes', namespaced: false },
  PersistentVolumeClaim: { apiVersion: 'v1', plural: 'persistentvolumeclaims', namespaced: true },
  StorageClass: { apiVersion: 'storage.k8s.io/v1', plural: 'storageclasses', namespaced: false },
  CSINode: { apiVersion: 'storage.k8s.io/v1', plural: 'csinodes', namespaced: false },
  CSIDriver: { apiVersion: 'storage.k8s.io/v1', plural: 'csidrivers', namespaced: false },
  CSIStorageCapacity: { apiVersion: 'storage.k8s.io/v1', plural: 'csistoragecapacities', namespaced: true },
  VolumeAttachment: { apiVersion: 'storage.k8s.io/v1', plural: 'volumeattachments', namespaced: false },
  PodDisruptionBudget: { apiVersion: 'policy/v1', plural: 'poddisruptionbudgets', namespaced: true },
  LimitRange: { apiVersion: 'v1', plural: 'limitranges', namespaced: true },
  ResourceQuota: { apiVersion: 'v1', plural: 'resourcequotas', namespaced: true },
  Service: { apiVersion: 'v1', plural: 'services', namespaced: true },
  Endpoints: { apiVersion: 'v1', plural: 'endpoints', namespaced: true },
  EndpointSlice: { apiVersion: 'discovery.k8s.io/v1', plural: 'endpointslices', namespaced: true },
  CronJob: { apiVersion: 'batch/v1', plural: 'cronjobs', namespaced: true },
  Deployment: { apiVersion: 'apps/v1', plural: 'deployments', namespaced: true },
  HorizontalPodAutoscaler: { apiVersion: 'autoscaling/v2', plural: 'horizontalpodautoscalers', namespaced: true },
  Job: { apiVersion: 'batch/v1', plural: 'jobs', namespaced: true },
  ReplicaSet: { apiVersion: 'apps/v1', plural: 'replicasets', namespaced: true },
  ReplicationController: { apiVersion: 'v1', plural: 'replicationcontrollers', namespaced: true },
  StatefulSet: { apiVersion: 'apps/v1', plural: 'statefulsets', namespaced: true },
  DaemonSet: { apiVersion: 'apps/v1', plural: 'daemonsets', namespaced: true },
  ControllerRevision: { apiVersion: 'apps/v1', plural: 'controllerrevisions', namespaced: true },
  Pod: { apiVersion: 'v1', plural: 'pods', namespaced: true },
  Lease: { apiVersion: 'coordination.k8s.io/v1', plural: 'leases', namespaced: true },
  Event: { apiVersion: 'v1', plural: 'events', namespaced: true },
};

/** What a kind is called on the wire and where its objects live. */
export function factsOf(kind: Kind): KindFacts {
  return (KINDS as { readonly [kind: string]: KindFacts | undefined })[kind] ?? customResource(kind).facts;
}

/** The name under which the store, the caches and the work queues know an object: `namespace/name`, or `name`. */
export function keyOf(object: { readonly metadata: { readonly namespace: string; readonly name: string } }): string {
  return objectKey(object.metadata.namespace, object.metadata.name);
}

export function objectKey(namespace: string, name: string): string {
  return namespace === '' ? name : namespace + '/' + name;
}

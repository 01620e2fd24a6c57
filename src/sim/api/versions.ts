import { sameData } from './equality.ts';
import type { ApiObject } from './kinds.ts';
import type { ObjectMeta } from './meta.ts';
import type { EndpointSlice } from './service.ts';
import type { PodSpec, PodStatus } from './pod.ts';

/**
 * HOT. New versions of API objects, built member by member with every member in one order. So all versions of all kinds
 * have one shape, whoever made them, and reading them costs one comparison; a spread gives each its own.
 */

/** With every member there, whether it has a value or not; a member that is missing here does not compile. */
type Whole<T> = { readonly [K in keyof Required<T>]: T[K] };

/** An object with another metadata, spec and status. Kinds with other members keep those. */
export function withParts<T extends ApiObject>(object: T, metadata: ObjectMeta, spec: unknown, status: unknown): T {
  if (!hasPlainParts(object)) {
    const parts: Record<string, unknown> = { ...object, metadata };
    if ('spec' in object) parts['spec'] = spec;
    if ('status' in object) parts['status'] = status;
    return parts as unknown as T;
  }
  return { kind: object.kind, metadata, spec, status } as unknown as T;
}

export function withMetadata<T extends ApiObject>(object: T, metadata: ObjectMeta): T {
  if (object.kind === 'EndpointSlice') {
    const { kind, addressType, endpoints, ports } = object;
    const whole: Whole<EndpointSlice> = { kind, metadata, addressType, endpoints, ports };
    return whole as T;
  }
  return hasPlainParts(object)
    ? withParts(object, metadata, specOf(object), statusOf(object))
    : { ...object, metadata };
}

export function withStatus<T extends ApiObject>(object: T, metadata: ObjectMeta, status: unknown): T {
  return withParts(object, metadata, specOf(object), status);
}

export function specOf(object: ApiObject): unknown {
  return (object as { readonly spec?: unknown }).spec;
}

export function statusOf(object: ApiObject): unknown {
  return (object as { readonly status?: unknown }).status;
}

/** Kinds written often: nothing but kind, metadata, spec and status. */
function hasPlainParts({ kind }: ApiObject): boolean {
  return kind === 'Pod' || kind === 'ReplicaSet' || kind === 'Deployment' || kind === 'StatefulSet' || kind === 'Job';
}

/** What of metadata differs from one version to the next. */
export interface MetaChanges {
  readonly resourceVersion: number;
  readonly generation: number;
  readonly deletionTimestamp: ObjectMeta['deletionTimestamp'];
  readonly deletionGracePeriodSeconds: ObjectMeta['deletionGracePeriodSeconds'];
  readonly labels: ObjectMeta['labels'];
  readonly annotations: ObjectMeta['annotations'];
  readonly ownerReferences: ObjectMeta['ownerReferences'];
  readonly finalizers: ObjectMeta['finalizers'];
}

/** The metadata of an object's next version: who it is stays, `changes` says the rest. */
export function metaWith(metadata: ObjectMeta, changes: MetaChanges): ObjectMeta {
  const whole: Whole<ObjectMeta> = {
    name: metadata.name,
    namespace: metadata.namespace,
    uid: metadata.uid,
    resourceVersion: changes.resourceVersion,
    generation: changes.generation,
    creationTimestamp: metadata.creationTimestamp,
    deletionTimestamp: changes.deletionTimestamp,
    deletionGracePeriodSeconds: changes.deletionGracePeriodSeconds,
    generateName: metadata.generateName,
    labels: changes.labels,
    annotations: changes.annotations,
    ownerReferences: changes.ownerReferences,
    finalizers: changes.finalizers,
    managedFields: metadata.managedFields,
  };
  return whole;
}

/** The same metadata at another revision. */
export function metaAt(metadata: ObjectMeta, resourceVersion: number): ObjectMeta {
  const whole: Whole<ObjectMeta> = {
    name: metadata.name,
    namespace: metadata.namespace,
    uid: metadata.uid,
    resourceVersion,
    generation: metadata.generation,
    creationTimestamp: metadata.creationTimestamp,
    deletionTimestamp: metadata.deletionTimestamp,
    deletionGracePeriodSeconds: metadata.deletionGracePeriodSeconds,
    generateName: metadata.generateName,
    labels: metadata.labels,
    annotations: metadata.annotations,
    ownerReferences: metadata.ownerReferences,
    finalizers: metadata.finalizers,
    managedFields: metadata.managedFields,
  };
  return whole;
}

/** The same metadata with other annotations. */
export function metaAnnotated(metadata: ObjectMeta, annotations: ObjectMeta['annotations']): ObjectMeta {
  return metadata.annotations === annotations
    ? metadata
    : metaWith(metadata, { ...metaChanges(metadata), annotations });
}

/** What {@link metaWith} needs to change nothing. */
export function metaChanges(metadata: ObjectMeta): MetaChanges {
  return {
    resourceVersion: metadata.resourceVersion,
    generation: metadata.generation,
    deletionTimestamp: metadata.deletionTimestamp,
    deletionGracePeriodSeconds: metadata.deletionGracePeriodSeconds,
    labels: metadata.labels,
    annotations: metadata.annotations,
    ownerReferences: metadata.ownerReferences,
    finalizers: metadata.finalizers,
  };
}

/**
 * A status of a pod: what `changes` has takes the place of what was there, `undefined` too.
 *
 * @param conditions in the place of those of `changes`
 */
export function podStatusWith(
  before: PodStatus,
  changes: Partial<PodStatus>,
  conditions = changes.conditions ?? before.conditions,
): PodStatus {
  const whole: Whole<PodStatus> = {
    phase: changes.phase ?? before.phase,
    conditions,
    podIP: 'podIP' in changes ? changes.podIP : before.podIP,
    hostIP: 'hostIP' in changes ? changes.hostIP : before.hostIP,
    startTime: 'startTime' in changes ? changes.startTime : before.startTime,
    reason: 'reason' in changes ? changes.reason : before.reason,
    message: 'message' in changes ? changes.message : before.message,
    nominatedNodeName: 'nominatedNodeName' in changes ? changes.nominatedNodeName : before.nominatedNodeName,
    qosClass: 'qosClass' in changes ? changes.qosClass : before.qosClass,
    containerStatuses: 'containerStatuses' in changes ? changes.containerStatuses : before.containerStatuses,
    initContainerStatuses:
      'initContainerStatuses' in changes ? changes.initContainerStatuses : before.initContainerStatuses,
    resize: 'resize' in changes ? changes.resize : before.resize,
    resources: 'resources' in changes ? changes.resources : before.resources,
    allocatedResources: 'allocatedResources' in changes ? changes.allocatedResources : before.allocatedResources,
    observedGeneration: 'observedGeneration' in changes ? changes.observedGeneration : before.observedGeneration,
  };
  return whole;
}

/** Whether two statuses say the same; parts they share are not looked into. */
export function samePodStatus(a: PodStatus, b: PodStatus): boolean {
  return (
    a.phase === b.phase &&
    a.podIP === b.podIP &&
    a.hostIP === b.hostIP &&
    a.startTime === b.startTime &&
    a.reason === b.reason &&
    a.message === b.message &&
    a.nominatedNodeName === b.nominatedNodeName &&
    a.qosClass === b.qosClass &&
    a.resize === b.resize &&
    a.observedGeneration === b.observedGeneration &&
    sameData(a.conditions, b.conditions) &&
    sameData(a.containerStatuses, b.containerStatuses) &&
    sameData(a.initContainerStatuses, b.initContainerStatuses) &&
    sameData(a.resources, b.resources) &&
    sameData(a.allocatedResources, b.allocatedResources)
  );
}

/** A pod's spec on its node. */
export function specOnNode(spec: PodSpec, nodeName: string): PodSpec {
  // A copy and a store cost a third of a spread with one more member.
  const next = { ...spec } as { -readonly [K in keyof PodSpec]: PodSpec[K] };
  next.nodeName = nodeName;
  return next;
}

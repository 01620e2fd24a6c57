import { isCustomKind, isStatusApart } from '../../api/custom-object.ts';
import type { CustomResourceDefinition } from '../../api/custom-resource-definition.ts';
import type { ApiObject } from '../../api/kinds.ts';
import type { Condition, ObjectMeta } from '../../api/meta.ts';
import type { Taint } from '../../api/node.ts';
import type { PodSpec, PodStatus, Toleration } from '../../api/pod.ts';
import { deepFreeze } from '../../api/freeze.ts';
import { podStatusWith } from '../../api/versions.ts';
import { qosClassOf } from '../../api/qos.ts';
import { withGeneratedSelector } from './job-selector.ts';

/** The part of a PriorityClass that a pod gets. */
export interface PodPriority {
  readonly value: number;
  readonly preemptionPolicy: 'PreemptLowerPriority' | 'Never';
}

/** What a pod that names no class gets, unless a class is the default of the cluster. */
export const NO_PRIORITY: PodPriority = { value: 0, preemptionPolicy: 'PreemptLowerPriority' };

/**
 * Mutating admission: what the API server adds to a new object. `stamped` is its metadata as it will be stored. The
 * result has every member in a fixed order, so that all versions of a kind share one shape.
 */
export function admit(object: ApiObject, stamped: ObjectMeta, priority: PodPriority): ApiObject {
  switch (object.kind) {
    case 'Pod': {
      const spec = admitPodSpec(object.spec, priority);
      return { kind: 'Pod', metadata: stamped, spec, status: newPodStatus(spec) };
    }
    case 'Node':
      return { ...object, metadata: stamped, spec: { ...object.spec, taints: withNotReady(object.spec.taints ?? []) } };
    case 'Deployment':
      return { kind: 'Deployment', metadata: stamped, spec: object.spec, status: NEW_DEPLOYMENT_STATUS };
    case 'ReplicaSet':
      return { kind: 'ReplicaSet', metadata: stamped, spec: object.spec, status: NEW_REPLICA_SET_STATUS };
    case 'ReplicationController':
      return { kind: 'ReplicationController', metadata: stamped, spec: object.spec, status: NEW_CONTROLLER_STATUS };
    case 'StatefulSet':
      return { kind: 'StatefulSet', metadata: stamped, spec: object.spec, status: NEW_STATEFUL_SET_STATUS };
    case 'DaemonSet':
      return { kind: 'DaemonSet', metadata: stamped, spec: object.spec, status: NEW_DAEMON_SET_STATUS };
    case 'Job': {
      const spec = withGeneratedSelector(object.spec, stamped);
      return { kind: 'Job', metadata: stamped, spec, status: NEW_JOB_STATUS };
    }
    case 'CronJob':
      return { kind: 'CronJob', metadata: stamped, spec: object.spec, status: NEW_CRON_JOB_STATUS };
    case 'HorizontalPodAutoscaler':
      return { kind: 'HorizontalPodAutoscaler', metadata: stamped, spec: object.spec, status: NEW_AUTOSCALER_STATUS };
    case 'PersistentVolumeClaim':
    case 'PersistentVolume':
      return { ...object, metadata: stamped, status: NEW_VOLUME_STATUS } as ApiObject;
    case 'CustomResourceDefinition':
      return { ...object, metadata: stamped, status: newDefinitionStatus(stamped.creationTimestamp) };
    default:
      return { ...withoutOwnStatus(object), metadata: stamped };
  }
}

/** A custom resource whose status is written apart is created without one. */
function withoutOwnStatus(object: ApiObject): ApiObject {
  const isApart = isCustomKind(object.kind) && isStatusApart(object.kind);
  return isApart ? ({ ...object, status: undefined } as ApiObject) : object;
}

/** Names are accepted and the kind is served at once; the real server's own controllers take some milliseconds. */
function newDefinitionStatus(at: number): CustomResourceDefinition['status'] {
  const condition = { status: 'True', lastTransitionTime: at } as const;
  return {
    conditions: [
      { ...condition, type: 'NamesAccepted', reason: 'NoConflicts', message: 'no conflicts found' },
      {
        ...condition,
        type: 'Established',
        reason: 'InitialNamesAccepted',
        message: 'the initial names have been accepted',
      },
    ],
  };
}

/** Of claims and volumes alike: nobody has looked at them yet. */
const NEW_VOLUME_STATUS = deepFreeze({ phase: 'Pending' });

const NEW_DEPLOYMENT_STATUS = deepFreeze({
  observedGeneration: 0,
  replicas: 0,
  updatedReplicas: 0,
  readyReplicas: 0,
  availableReplicas: 0,
  unavailableReplicas: 0,
  terminatingReplicas: 0,
  collisionCount: undefined,
  conditions: [],
});

const NEW_REPLICA_SET_STATUS = deepFreeze({
  observedGeneration: 0,
  replicas: 0,
  fullyLabeledReplicas: 0,
  readyReplicas: 0,
  availableReplicas: 0,
  terminatingReplicas: 0,
  conditions: [],
});

const NEW_CONTROLLER_STATUS = deepFreeze({
  observedGeneration: 0,
  replicas: 0,
  fullyLabeledReplicas: 0,
  readyReplicas: 0,
  availableReplicas: 0,
  conditions: [],
});

const NEW_STATEFUL_SET_STATUS = deepFreeze({
  observedGeneration: 0,
  replicas: 0,
  readyReplicas: 0,
  availableReplicas: 0,
  currentReplicas: 0,
  updatedReplicas: 0,
  currentRevision: '',
  updateRevision: '',
  collisionCount: undefined,
  conditions: [],
});

const NEW_DAEMON_SET_STATUS = deepFreeze({
  observedGeneration: 0,
  desiredNumberScheduled: 0,
  currentNumberScheduled: 0,
  numberMisscheduled: 0,
  numberReady: 0,
  updatedNumberScheduled: 0,
  numberAvailable: 0,
  numberUnavailable: 0,
  collisionCount: undefined,
  conditions: [],
});

const NEW_JOB_STATUS = deepFreeze({ conditions: [], active: 0, succeeded: 0, failed: 0 });

const NEW_CRON_JOB_STATUS = deepFreeze({ active: [] });

const NEW_AUTOSCALER_STATUS = deepFreeze({
  currentReplicas: 0,
  desiredReplicas: 0,
  currentMetrics: [],
  conditions: [],
});

/** Specs that were admitted before, by what came in: pods of one template share the admitted spec too. */
const admitted = new WeakMap<PodSpec, PodSpec>();

/** ServiceAccount, Priority and DefaultTolerationSeconds (kubernetes-behaviour.md 2.8), in that order. */
function admitPodSpec(spec: PodSpec, priority: PodPriority): PodSpec {
  const known = admitted.get(spec);
  if (known !== undefined && known.priority === priority.value) return known;
  const serviceAccountName = spec.serviceAccountName ?? 'default';
  const result: PodSpec = deepFreeze({
    ...spec,
    // There from the start, so that binding a pod does not give its spec another shape.
    nodeName: spec.nodeName,
    serviceAccountName,
    // The name it had in the first release: always there, always the same.
    serviceAccount: serviceAccountName,
    priority: priority.value,
    preemptionPolicy: spec.preemptionPolicy ?? priority.preemptionPolicy,
    tolerations: withDefaultTolerations(spec.tolerations ?? []),
  });
  admitted.set(spec, result);
  admitted.set(result, result);
  return result;
}

const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';
const DEFAULT_TOLERATION_SECONDS = 300;

/** TaintNodesByCondition: nobody is put on a new node before its conditions have been looked at (2.8). */
function withNotReady(taints: readonly Taint[]): readonly Taint[] {
  if (taints.some(({ key, effect }) => key === NOT_READY && effect === 'NoSchedule')) return taints;
  return [...taints, { key: NOT_READY, effect: 'NoSchedule' }];
}

function withDefaultTolerations(tolerations: readonly Toleration[]): readonly Toleration[] {
  const missing = [NOT_READY, UNREACHABLE].filter((key) => !tolerations.some((one) => toleratesNoExecute(one, key)));
  if (missing.length === 0) return tolerations;
  return [
    ...tolerations,
    ...missing.map((key): Toleration => ({
      key,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: DEFAULT_TOLERATION_SECONDS,
    })),
  ];
}

function toleratesNoExecute(toleration: Toleration, key: string): boolean {
  const sameKey = toleration.key === key || toleration.key === undefined || toleration.key === '';
  return sameKey && (toleration.effect === 'NoExecute' || toleration.effect === undefined || toleration.effect === '');
}

const SCHEDULING_GATED: Condition = {
  type: 'PodScheduled',
  status: 'False',
  reason: 'SchedulingGated',
  message: 'Scheduling is blocked due to non-empty scheduling gates',
};

const statuses = new WeakMap<PodSpec, PodStatus>();
const NO_CHANGES = Object.freeze({});

function newPodStatus(spec: PodSpec): PodStatus {
  let status = statuses.get(spec);
  if (status === undefined) {
    const isGated = spec.schedulingGates !== undefined && spec.schedulingGates.length > 0;
    const conditions = isGated ? [SCHEDULING_GATED] : [];
    status = deepFreeze(podStatusWith({ phase: 'Pending', conditions, qosClass: qosClassOf(spec) }, NO_CHANGES));
    statuses.set(spec, status);
  }
  return status;
}

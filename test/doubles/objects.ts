import { NO_LABELS, type ObjectMeta } from '../../src/sim/api/meta.ts';
import type { Namespace } from '../../src/sim/api/core.ts';
import type { Pod, PodSpec } from '../../src/sim/api/pod.ts';
import type { Node } from '../../src/sim/api/node.ts';
import type { Deployment, ReplicaSet } from '../../src/sim/api/workloads.ts';

/** Valid defaults; a test overrides what it is about. */

export function meta(overrides: Partial<ObjectMeta> = {}): ObjectMeta {
  return {
    name: 'x',
    namespace: 'default',
    uid: '',
    resourceVersion: 0,
    generation: 0,
    creationTimestamp: 0,
    labels: NO_LABELS,
    annotations: NO_LABELS,
    ownerReferences: [],
    finalizers: [],
    ...overrides,
  };
}

export function makeNamespace(name: string): Namespace {
  return { kind: 'Namespace', metadata: meta({ name, namespace: '' }), status: { phase: 'Active' } };
}

export const POD_SPEC: PodSpec = {
  containers: [{ name: 'main', image: 'app:v1', imagePullPolicy: 'IfNotPresent' }],
  restartPolicy: 'Always',
  terminationGracePeriodSeconds: 30,
  schedulerName: 'default-scheduler',
};

export function makePod(name: string, spec: Partial<PodSpec> = {}, metadata: Partial<ObjectMeta> = {}): Pod {
  return {
    kind: 'Pod',
    metadata: meta({ name, ...metadata }),
    spec: { ...POD_SPEC, ...spec },
    status: { phase: 'Pending', conditions: [] },
  };
}

export function makeNode(name: string, metadata: Partial<ObjectMeta> = {}): Node {
  const resources = { cpu: '16', memory: '64Gi', pods: '110' };
  return {
    kind: 'Node',
    metadata: meta({ name, namespace: '', ...metadata }),
    spec: {},
    status: {
      capacity: resources,
      allocatable: resources,
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: 0 }],
    },
  };
}

export function makeDeployment(name: string, replicas: number, labels: Readonly<Record<string, string>>): Deployment {
  return {
    kind: 'Deployment',
    metadata: meta({ name }),
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels, annotations: NO_LABELS }, spec: POD_SPEC },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      minReadySeconds: 0,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      paused: false,
    },
    status: {
      observedGeneration: 0,
      replicas: 0,
      updatedReplicas: 0,
      readyReplicas: 0,
      availableReplicas: 0,
      unavailableReplicas: 0,
      terminatingReplicas: 0,
      conditions: [],
    },
  };
}

export function makeReplicaSet(name: string, replicas: number, labels: Readonly<Record<string, string>>): ReplicaSet {
  return {
    kind: 'ReplicaSet',
    metadata: meta({ name }),
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels, annotations: NO_LABELS }, spec: POD_SPEC },
      minReadySeconds: 0,
    },
    status: {
      observedGeneration: 0,
      replicas: 0,
      fullyLabeledReplicas: 0,
      readyReplicas: 0,
      availableReplicas: 0,
      terminatingReplicas: 0,
      conditions: [],
    },
  };
}

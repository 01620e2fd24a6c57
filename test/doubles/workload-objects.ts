import type { Node } from '../../src/sim/api/node.ts';
import { NO_LABELS, type Labels, type ObjectMeta } from '../../src/sim/api/meta.ts';
import type { Pod, PodSpec, PodTemplateSpec } from '../../src/sim/api/pod.ts';
import type { Service, ServiceSpec } from '../../src/sim/api/service.ts';
import type { DaemonSet, DaemonSetSpec } from '../../src/sim/api/daemon-set.ts';
import type { StatefulSet, StatefulSetSpec } from '../../src/sim/api/stateful-set.ts';
import type { Deployment, DeploymentSpec, ReplicaSet, ReplicaSetSpec } from '../../src/sim/api/workloads.ts';
import { targetNode } from '../../src/policies/controllers/daemon-set/pod-of-node.ts';
import type { ControllerWorld } from './controller-world.ts';

const NAMESPACE = 'default';

export function meta(name: string, more: Partial<ObjectMeta> = {}): ObjectMeta {
  return {
    name,
    namespace: NAMESPACE,
    uid: '',
    resourceVersion: 0,
    generation: 0,
    creationTimestamp: 0,
    labels: NO_LABELS,
    annotations: NO_LABELS,
    ownerReferences: [],
    finalizers: [],
    ...more,
  };
}

export function template(image = 'img:1', labels: Labels = { app: 'web' }): PodTemplateSpec {
  return { metadata: { labels, annotations: NO_LABELS }, spec: { containers: [{ name: 'c', image }] } };
}

export function deploymentNamed(name: string, spec: Partial<DeploymentSpec> = {}): Deployment {
  return {
    kind: 'Deployment',
    metadata: meta(name),
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'web' } },
      template: template(),
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      minReadySeconds: 0,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      paused: false,
      ...spec,
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

export function replicaSetNamed(name: string, spec: Partial<ReplicaSetSpec> = {}): ReplicaSet {
  return {
    kind: 'ReplicaSet',
    metadata: meta(name),
    spec: { replicas: 1, selector: { matchLabels: { app: 'web' } }, template: template(), minReadySeconds: 0, ...spec },
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

export function statefulSetNamed(name: string, spec: Partial<StatefulSetSpec> = {}): StatefulSet {
  return {
    kind: 'StatefulSet',
    metadata: meta(name),
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'web' } },
      template: template(),
      serviceName: name,
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      minReadySeconds: 0,
      revisionHistoryLimit: 10,
      ...spec,
    },
    status: {
      observedGeneration: 0,
      replicas: 0,
      readyReplicas: 0,
      availableReplicas: 0,
      currentReplicas: 0,
      updatedReplicas: 0,
      currentRevision: '',
      updateRevision: '',
      conditions: [],
    },
  };
}

export function daemonSetNamed(name: string, spec: Partial<DaemonSetSpec> = {}): DaemonSet {
  return {
    kind: 'DaemonSet',
    metadata: meta(name),
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: template(),
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
      minReadySeconds: 0,
      revisionHistoryLimit: 10,
      ...spec,
    },
    status: {
      observedGeneration: 0,
      desiredNumberScheduled: 0,
      currentNumberScheduled: 0,
      numberMisscheduled: 0,
      numberReady: 0,
      updatedNumberScheduled: 0,
      numberAvailable: 0,
      numberUnavailable: 0,
      conditions: [],
    },
  };
}

export function podNamed(name: string, labels: Labels = { app: 'web' }, spec: Partial<PodSpec> = {}): Pod {
  return {
    kind: 'Pod',
    metadata: meta(name, { labels }),
    spec: { containers: [{ name: 'c', image: 'img:1' }], ...spec },
    status: { phase: 'Pending', conditions: [] },
  };
}

export function serviceNamed(name: string, spec: Partial<ServiceSpec> = {}): Service {
  return {
    kind: 'Service',
    metadata: meta(name),
    spec: {
      type: 'ClusterIP',
      selector: { app: 'web' },
      ports: [{ protocol: 'TCP', port: 80, targetPort: 8080 }],
      publishNotReadyAddresses: false,
      sessionAffinity: 'None',
      ...spec,
    },
  };
}

export function nodeNamed(name: string, labels: Labels = NO_LABELS): Node {
  return {
    kind: 'Node',
    metadata: meta(name, { namespace: '', labels }),
    spec: {},
    status: { capacity: {}, allocatable: {}, conditions: [] },
  };
}

export function isReady(pod: Pod): boolean {
  return pod.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

let addresses = 0;

/** The pod as a kubelet would report it: bound, by its affinity if it has one, with an address, ready or not. */
export function running(pod: Pod, now: number, ready = true, node = 'node-1'): Pod {
  const at = now - (now % 1_000_000);
  return {
    ...pod,
    spec: pod.spec.nodeName === undefined ? { ...pod.spec, nodeName: targetNode(pod) ?? node } : pod.spec,
    status: {
      ...pod.status,
      phase: 'Running',
      podIP: pod.status.podIP ?? `10.0.${Math.floor(addresses / 250) % 250}.${1 + (addresses++ % 250)}`,
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: at }],
    },
  };
}

/** Sets the Ready condition of a pod in the store. */
export function setReady(world: ControllerWorld, key: string, ready = true): void {
  world.edit('Pod', key, (pod) => running(pod, world.now, ready));
}

/** The nodes there are in turn, but for those that pods are driven from. */
function nextNode(world: ControllerWorld): string | undefined {
  const nodes = world.list('Node').filter(({ spec }) => !spec.taints?.some(({ effect }) => effect === 'NoExecute'));
  const bound = world.list('Pod').filter(({ spec }) => spec.nodeName !== undefined).length;
  return nodes[bound % nodes.length]?.metadata.name;
}

/**
 * Plays all kubelets of a world: binds a new pod at once, makes it Ready after `readyAfter` (never when undefined), and
 * removes one that is being deleted after `stopAfter`. Microseconds.
 */
export function playKubelets(
  world: ControllerWorld,
  readyAfter: (pod: Pod) => number | undefined,
  stopAfter: (pod: Pod) => number = () => 1_000_000,
): void {
  world.watchers.push(({ type, object, previous }) => {
    if (object.kind !== 'Pod' || type === 'DELETED') return;
    const key = `${object.metadata.namespace}/${object.metadata.name}`;
    const still = (): Pod | undefined => {
      const pod = world.get('Pod', key);
      return pod?.metadata.uid === object.metadata.uid ? pod : undefined;
    };
    if (type === 'ADDED') {
      const delay = readyAfter(object);
      world.after(0, () => {
        if (still() !== undefined) world.edit('Pod', key, (pod) => running(pod, world.now, false, nextNode(world)));
      });
      if (delay === undefined) return;
      world.after(delay, () => still()?.metadata.deletionTimestamp === undefined && still() && setReady(world, key));
    } else if (object.metadata.deletionTimestamp !== undefined && previous?.metadata.deletionTimestamp === undefined) {
      world.after(stopAfter(object), () => {
        if (still() !== undefined) world.request({ verb: 'delete', kind: 'Pod', key, gracePeriodSeconds: 0 });
      });
    }
  });
}

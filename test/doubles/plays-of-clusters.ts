import { horizontalPodAutoscaler } from '../../src/policies/autoscaling/horizontal-pod-autoscaler.ts';
import { nodeLifecycle } from '../../src/policies/controllers/node-lifecycle.ts';
import { NODE_LEASE_NAMESPACE } from '../../src/sim/api/core.ts';
import { disruption } from '../../src/policies/controllers/disruption.ts';
import { endpointSliceMirroring } from '../../src/policies/controllers/endpoint-slice-mirroring.ts';
import { endpoints } from '../../src/policies/controllers/endpoints.ts';
import { namespaceController } from '../../src/policies/controllers/namespace.ts';
import { persistentVolumeBinder } from '../../src/policies/controllers/persistent-volume-binder.ts';
import {
  podGarbageCollector,
  TERMINATED_POD_GC_THRESHOLD,
} from '../../src/policies/controllers/pod-garbage-collector.ts';
import { resourceQuota } from '../../src/policies/controllers/resource-quota.ts';
import { taintEviction } from '../../src/policies/controllers/taint-eviction.ts';
import { ttl } from '../../src/policies/controllers/ttl.ts';
import { volumeProvisioner } from '../../src/policies/controllers/volume-provisioner.ts';
import { SECOND, type ControllerWorld } from './controller-world.ts';
import { edit, manifest, podTemplate, type Play } from './play.ts';
import { apply } from './plays.ts';
import { meta, nodeNamed, setReady } from './workload-objects.ts';

const selector = { matchLabels: { app: 'web' } };
const template = podTemplate('img:1');
const replicaSetOf = (replicas: number) => ['apps/v1', 'ReplicaSet', 'web', { replicas, selector, template }] as const;

/** Small stories of the controllers that look after a cluster and what workloads share. */
export const PLAYS_OF_CLUSTERS: readonly Play[] = [
  {
    name: 'Endpoints of a Service, and those that somebody else keeps',
    about: ['endpoint', 'endpoint-slice-mirroring'],
    with: [endpoints, endpointSliceMirroring],
    seconds: 60,
    acts: [
      [
        0,
        apply(
          ['v1', 'Service', 'web', { selector: { app: 'web' }, ports: [{ port: 80 }] }],
          ['v1', 'Service', 'outside', { ports: [{ port: 80 }] }],
          replicaSetOf(2),
        ),
      ],
      [4, apply(['v1', 'Endpoints', 'outside', undefined, subsetsOf('192.0.2.1')])],
      [10, edit('ReplicaSet', 'web', { replicas: 3 })],
      [
        14,
        (world) =>
          world.edit('Endpoints', 'default/outside', (object) => ({
            ...object,
            subsets: [{ ...object.subsets[0]!, addresses: [{ ip: '192.0.2.2' }, { ip: '192.0.2.3' }] }],
          })),
      ],
    ],
  },
  {
    name: 'a budget that follows what it protects',
    about: ['disruption'],
    with: [disruption],
    seconds: 60,
    acts: [
      [0, apply(['policy/v1', 'PodDisruptionBudget', 'web', { minAvailable: 2, selector }], replicaSetOf(3))],
      [10, (world) => evictOne(world)],
      [20, edit('ReplicaSet', 'web', { replicas: 5 })],
    ],
  },
  {
    name: 'a quota that counts what there is',
    about: ['resourcequota'],
    with: [resourceQuota],
    seconds: 60,
    acts: [
      [
        0,
        apply(['v1', 'ResourceQuota', 'all', { hard: { pods: '10', 'count/replicasets.apps': '5' } }], replicaSetOf(5)),
      ],
      [10, edit('ReplicaSet', 'web', { replicas: 2 })],
    ],
  },
  {
    name: 'a namespace that goes with what is in it',
    about: ['namespace'],
    with: [namespaceController()],
    seconds: 60,
    acts: [
      [0, apply(['v1', 'Namespace', 'team'])],
      [1, inTeam('apps/v1', 'Deployment', 'web', { replicas: 2, selector, template })],
      [10, (world) => void world.request({ verb: 'delete', kind: 'Namespace', key: 'team' })],
    ],
  },
  {
    name: 'a claim that gets a volume, and one that goes with its own',
    about: ['persistentvolume-binder', 'volume-provisioner'],
    with: [persistentVolumeBinder, volumeProvisioner(SECOND)],
    seconds: 60,
    acts: [
      [
        0,
        apply(
          ['storage.k8s.io/v1', 'StorageClass', 'fast', undefined, { provisioner: 'csi.example.com' }],
          ['v1', 'PersistentVolumeClaim', 'kept', claimOf('fast')],
          ['v1', 'PersistentVolumeClaim', 'gone', claimOf('fast')],
        ),
      ],
      [20, (world) => void world.request({ verb: 'delete', kind: 'PersistentVolumeClaim', key: 'default/gone' })],
    ],
  },
  {
    name: 'a node that comes is told how long to keep what it reads',
    about: ['ttl'],
    with: [ttl],
    seconds: 30,
    acts: [
      [5, (world) => void world.apply(nodeNamed('n4'))],
      [6, (world) => world.edit('Node', 'n4', (node) => ({ ...node, spec: { unschedulable: true } }))],
    ],
  },
  {
    name: 'a node that pods are driven from',
    about: ['taint-eviction', 'replicaset'],
    with: [taintEviction],
    seconds: 60,
    acts: [
      [0, apply(replicaSetOf(4))],
      [
        10,
        (world) =>
          world.edit('Node', 'n1', (node) => ({ ...node, spec: { taints: [{ key: 'broken', effect: 'NoExecute' }] } })),
      ],
    ],
  },
  {
    name: 'a node that is gone, and the pods that were on it',
    about: ['pod-garbage-collector', 'replicaset'],
    with: [podGarbageCollector(TERMINATED_POD_GC_THRESHOLD)],
    seconds: 200,
    acts: [
      [0, apply(replicaSetOf(4))],
      [10, (world) => void world.request({ verb: 'delete', kind: 'Node', key: 'n1' })],
    ],
  },
  {
    name: 'an autoscaler that follows a metric, and its limit',
    about: ['horizontal-pod-autoscaler', 'deployment', 'replicaset'],
    with: [horizontalPodAutoscaler()],
    metrics: { answer: () => [{ timestamp: 0, windowMicros: SECOND, value: 5_000 }] },
    seconds: 150,
    acts: [
      [
        0,
        apply(
          ['apps/v1', 'Deployment', 'web', { replicas: 2, selector, template }],
          ['autoscaling/v2', 'HorizontalPodAutoscaler', 'web', scalingTo(10)],
        ),
      ],
      [70, edit('HorizontalPodAutoscaler', 'web', { maxReplicas: 4 })],
    ],
  },
  {
    name: 'a node that falls silent, and one that comes back',
    about: ['node', 'taint-eviction', 'replicaset'],
    with: [nodeLifecycle(), taintEviction],
    // A controller that starts counts the time for which pods tolerate a taint anew.
    seconds: 800,
    acts: [
      [0, (world) => ['n1', 'n2', 'n3'].forEach((name) => startKubelet(world, name))],
      [2, apply(replicaSetOf(4))],
      [10, (world) => ['n1', 'n2'].forEach((name) => silence(world, name))],
      [130, (world) => comeBack(world, 'n2')],
    ],
  },
];

/** By what the world outside measures, one a pod. */
function scalingTo(maxReplicas: number): object {
  const target = { type: 'AverageValue', averageValue: '1' };
  const metrics = [{ type: 'External', external: { metric: { name: 'queue' }, target } }];
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
  return { scaleTargetRef, minReplicas: 1, maxReplicas, metrics };
}

function setReadyCondition(world: ControllerWorld, name: string): void {
  const at = world.now;
  world.edit('Node', name, (node) => ({
    ...node,
    status: {
      ...node.status,
      conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: at, lastTransitionTime: at }],
    },
  }));
}

function startKubelet(world: ControllerWorld, name: string): void {
  setReadyCondition(world, name);
  world.apply({
    kind: 'Lease',
    metadata: meta(name, { namespace: NODE_LEASE_NAMESPACE }),
    spec: { holderIdentity: name, leaseDurationSeconds: 40, acquireTime: 0, renewTime: 0, leaseTransitions: 0 },
    heartbeat: { steady: true, lastSeenAt: 0 },
  });
}

function silence(world: ControllerWorld, name: string): void {
  const heartbeat = { steady: false, lastSeenAt: world.now };
  world.edit('Lease', `${NODE_LEASE_NAMESPACE}/${name}`, (lease) => ({ ...lease, heartbeat }));
}

function comeBack(world: ControllerWorld, name: string): void {
  const heartbeat = { steady: true, lastSeenAt: world.now };
  world.edit('Lease', `${NODE_LEASE_NAMESPACE}/${name}`, (lease) => ({ ...lease, heartbeat }));
  setReadyCondition(world, name);
  for (const { spec, metadata } of world.list('Pod')) {
    if (spec.nodeName === name) setReady(world, `default/${metadata.name}`);
  }
}

function subsetsOf(ip: string): object {
  return { subsets: [{ addresses: [{ ip }], ports: [{ port: 80 }] }] };
}

function claimOf(storageClassName: string): object {
  return { storageClassName, accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
}

function inTeam(...object: Parameters<typeof manifest>): (world: ControllerWorld) => void {
  const [, , name] = object;
  return (world) => {
    world.apply(manifest(object[0], object[1], name, object[3], { metadata: { name, namespace: 'team' } }));
  };
}

function evictOne(world: ControllerWorld): void {
  const { name } = world.list('Pod')[0]!.metadata;
  world.request({ verb: 'evict', key: `default/${name}` });
}

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
import { nodeNamed } from './workload-objects.ts';

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
];

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

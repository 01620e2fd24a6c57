import type { ControllerWorld } from './controller-world.ts';
import { edit, manifest, podTemplate, setImage, type Play } from './play.ts';

const selector = { matchLabels: { app: 'web' } };
const template = podTemplate('img:1');
/** Of a pod of a Job. */
const ONCE = { restartPolicy: 'Never' };

export function apply(...objects: readonly Readonly<Parameters<typeof manifest>>[]): (world: ControllerWorld) => void {
  return (world) => {
    for (const object of objects) world.apply(manifest(...object));
  };
}

function remove(
  kind: 'Deployment' | 'ReplicaSet' | 'StatefulSet',
  name: string,
  propagation: 'Background' | 'Foreground' | 'Orphan',
) {
  return (world: ControllerWorld): void => {
    world.request({ verb: 'delete', kind, key: `default/${name}`, propagation });
  };
}

const claim = {
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};

/** Small stories in which every controller of workloads does all that it does. */
export const PLAYS: readonly Play[] = [
  {
    name: 'a ReplicaSet that grows and shrinks',
    about: ['replicaset'],
    seconds: 40,
    acts: [
      [0, apply(['apps/v1', 'ReplicaSet', 'web', { replicas: 2, selector, template }])],
      [4, edit('ReplicaSet', 'web', { replicas: 6 })],
      [8, edit('ReplicaSet', 'web', { replicas: 3 })],
    ],
  },
  {
    name: 'a ReplicationController that grows and shrinks',
    about: ['replication'],
    seconds: 40,
    acts: [
      [0, apply(['v1', 'ReplicationController', 'web', { replicas: 4, template }])],
      [4, edit('ReplicationController', 'web', { replicas: 1 })],
    ],
  },
  {
    name: 'a rolling update behind a Service',
    about: ['deployment', 'replicaset', 'endpoint-slice'],
    updates: [['endpoint-slice', 'EndpointSlice']],
    seconds: 90,
    acts: [
      [
        0,
        apply(
          ['v1', 'Service', 'web', { selector: { app: 'web' }, ports: [{ port: 80 }] }],
          ['apps/v1', 'Deployment', 'web', { replicas: 3, selector, template }],
        ),
      ],
      [6, setImage('Deployment', 'web', 'img:2')],
    ],
  },
  {
    name: 'an update by recreation',
    about: ['deployment', 'replicaset'],
    seconds: 90,
    acts: [
      [0, apply(['apps/v1', 'Deployment', 'web', { replicas: 2, selector, template, strategy: { type: 'Recreate' } }])],
      [6, setImage('Deployment', 'web', 'img:2')],
    ],
  },
  {
    name: 'an ordered StatefulSet that is updated and shrinks',
    about: ['statefulset'],
    seconds: 120,
    acts: [
      [0, apply(['apps/v1', 'StatefulSet', 'db', { replicas: 3, serviceName: 'db', selector, template }])],
      [8, setImage('StatefulSet', 'db', 'img:2')],
      [20, edit('StatefulSet', 'db', { replicas: 1 })],
    ],
  },
  {
    name: 'a parallel StatefulSet whose claims go with its pods',
    // A pod whose claim is still owned by its predecessor is not made, and nobody tells the controller of claims.
    unheard: { kind: 'PersistentVolumeClaim', key: 'default/db' },
    about: ['statefulset', 'garbage-collector'],
    seconds: 90,
    acts: [
      [
        0,
        apply([
          'apps/v1',
          'StatefulSet',
          'db',
          {
            replicas: 4,
            serviceName: 'db',
            selector,
            template,
            podManagementPolicy: 'Parallel',
            volumeClaimTemplates: [claim],
            persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete', whenDeleted: 'Retain' },
          },
        ]),
      ],
      [6, edit('StatefulSet', 'db', { replicas: 2 })],
      [12, edit('StatefulSet', 'db', { replicas: 3 })],
    ],
  },
  {
    name: 'a DaemonSet that is updated node by node',
    about: ['daemonset'],
    seconds: 90,
    acts: [
      [0, apply(['apps/v1', 'DaemonSet', 'agent', { selector, template }])],
      [6, setImage('DaemonSet', 'agent', 'img:2')],
    ],
  },
  {
    name: 'a DaemonSet that is updated with surge',
    about: ['daemonset'],
    seconds: 90,
    acts: [
      [
        0,
        apply([
          'apps/v1',
          'DaemonSet',
          'agent',
          { selector, template, updateStrategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } } },
        ]),
      ],
      [6, setImage('DaemonSet', 'agent', 'img:2')],
    ],
  },
  {
    name: 'a Job with five completions, two at a time',
    about: ['job'],
    seconds: 120,
    acts: [
      [
        0,
        apply([
          'batch/v1',
          'Job',
          'sum',
          {
            completions: 5,
            parallelism: 2,
            manualSelector: true,
            selector,
            template: podTemplate('img:1', 'web', ONCE),
          },
        ]),
      ],
    ],
  },
  {
    name: 'a Job that goes by itself when it has ended',
    about: ['job', 'ttl-after-finished', 'garbage-collector'],
    seconds: 120,
    acts: [
      [
        0,
        apply([
          'batch/v1',
          'Job',
          'sum',
          { completions: 2, parallelism: 2, ttlSecondsAfterFinished: 5, template: podTemplate('img:1', 'web', ONCE) },
        ]),
      ],
    ],
  },
  {
    name: 'a CronJob that starts three Jobs and keeps the last',
    about: ['cronjob', 'job', 'garbage-collector'],
    updates: [['cronjob', 'CronJob']],
    seconds: 300,
    acts: [
      [
        0,
        apply([
          'batch/v1',
          'CronJob',
          'report',
          {
            schedule: '* * * * *',
            concurrencyPolicy: 'Forbid',
            successfulJobsHistoryLimit: 1,
            jobTemplate: { spec: { template: podTemplate('img:1', 'web', ONCE) } },
          },
        ]),
      ],
      [200, edit('CronJob', 'report', { suspend: true })],
    ],
  },
  {
    name: 'a Deployment that is deleted in the foreground',
    about: ['garbage-collector'],
    seconds: 60,
    acts: [
      [0, apply(['apps/v1', 'Deployment', 'web', { replicas: 3, selector, template }])],
      [6, remove('Deployment', 'web', 'Foreground')],
    ],
  },
  {
    name: 'a Deployment that is deleted in the background',
    about: ['garbage-collector'],
    seconds: 60,
    acts: [
      [0, apply(['apps/v1', 'Deployment', 'web', { replicas: 3, selector, template }])],
      [6, remove('Deployment', 'web', 'Background')],
    ],
  },
  {
    name: 'a StatefulSet that is deleted and leaves its pods',
    about: ['garbage-collector'],
    seconds: 90,
    acts: [
      [0, apply(['apps/v1', 'StatefulSet', 'db', { replicas: 2, serviceName: 'db', selector, template }])],
      [40, remove('StatefulSet', 'db', 'Orphan')],
    ],
  },
  {
    name: 'pods that a ReplicaSet leaves and another finds',
    about: ['garbage-collector', 'replicaset'],
    seconds: 60,
    acts: [
      [0, apply(['apps/v1', 'ReplicaSet', 'web', { replicas: 3, selector, template }])],
      [6, remove('ReplicaSet', 'web', 'Orphan')],
      [20, apply(['apps/v1', 'ReplicaSet', 'heir', { replicas: 3, selector, template }])],
    ],
  },
];

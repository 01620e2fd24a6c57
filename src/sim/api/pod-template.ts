import type { JobSpec } from './batch.ts';
import type { ApiObject } from './kinds.ts';
import type { PodTemplateSpec } from './pod.ts';

/** What the pods of a workload are made from; `undefined` for an object that makes none. */
export function podTemplateOf(object: ApiObject): PodTemplateSpec | undefined {
  switch (object.kind) {
    case 'Deployment':
    case 'ReplicaSet':
    case 'ReplicationController':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'Job':
      return object.spec.template;
    case 'CronJob':
      return object.spec.jobTemplate.spec.template;
    default:
      return undefined;
  }
}

/** How many pods an object is or makes at once when nothing is in the way; a DaemonSet's hang on the nodes and count none. */
export function podsAtOnce(object: ApiObject): number {
  switch (object.kind) {
    case 'Pod':
      return 1;
    case 'Deployment':
    case 'ReplicaSet':
    case 'ReplicationController':
    case 'StatefulSet':
      return object.spec.replicas;
    case 'Job':
      return ofJob(object.spec);
    case 'CronJob':
      return ofJob(object.spec.jobTemplate.spec);
    default:
      return 0;
  }
}

function ofJob({ parallelism, completions = parallelism }: JobSpec): number {
  return Math.min(parallelism, completions);
}

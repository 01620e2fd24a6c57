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
      return object.spec.template;
    default:
      return undefined;
  }
}

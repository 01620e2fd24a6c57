import type { ApiObject } from '../kinds.ts';
import type { PodSpec } from '../pod.ts';
import type { Problem, Report } from '../problem.ts';
import { checkHorizontalPodAutoscaler } from './autoscaling.ts';
import { checkCronJob, checkJob } from './batch.ts';
import { Checker } from './checker.ts';
import { checkObjectMeta } from './object-meta.ts';
import { checkData, checkDisruptionBudget, checkLease, checkNode, checkPriorityClass } from './others.ts';
import { checkPodSpec } from './pod-spec.ts';
import { checkLimitRange, checkResourceQuota } from './quota.ts';
import { checkEndpoints, checkEndpointSlice, checkService } from './service.ts';
import {
  checkAttachment,
  checkClaimSpec,
  checkCsiNode,
  checkStorageCapacity,
  checkStorageClass,
  checkVolume,
} from './storage.ts';
import { checkCustomObject, checkCustomResourceDefinition } from './custom-resource.ts';
import { checkDaemonSet } from './daemon-set.ts';
import { checkControllerRevision } from './controller-revision.ts';
import { checkStatefulSet } from './stateful-set.ts';
import { checkDeployment, checkReplicaSet, checkReplicationController } from './workloads.ts';

/**
 * Reports what the API server would refuse in an object with all its defaults, in the API server's words; nothing when
 * it would be stored. Paths are those of the wire form.
 */
export function validateObject(object: ApiObject, report: Report): void {
  const at = new Checker(report);
  checkObjectMeta(object.kind, object.metadata, at.at('metadata'));
  switch (object.kind) {
    case 'Pod':
      return checkOnce(object.spec, report);
    case 'Deployment':
      return checkDeployment(object, at.at('spec'));
    case 'ReplicaSet':
      return checkReplicaSet(object, at.at('spec'));
    case 'ReplicationController':
      return checkReplicationController(object, at.at('spec'));
    case 'StatefulSet':
      return checkStatefulSet(object, at.at('spec'));
    case 'DaemonSet':
      return checkDaemonSet(object, at.at('spec'));
    case 'ControllerRevision':
      return checkControllerRevision(object, at);
    case 'Job':
      return checkJob(object, at);
    case 'CronJob':
      return checkCronJob(object, at);
    case 'HorizontalPodAutoscaler':
      return checkHorizontalPodAutoscaler(object, at.at('spec'));
    case 'Service':
      return checkService(object, at.at('spec'));
    case 'Endpoints':
      return checkEndpoints(object, at.at('subsets'));
    case 'EndpointSlice':
      return checkEndpointSlice(object, at);
    case 'Node':
      return checkNode(object, at);
    case 'PersistentVolumeClaim':
      return checkClaimSpec(object.spec, at.at('spec'));
    case 'PersistentVolume':
      return checkVolume(object, at.at('spec'));
    case 'StorageClass':
      return checkStorageClass(object, at);
    case 'CSINode':
      return checkCsiNode(object, at);
    case 'CSIStorageCapacity':
      return checkStorageCapacity(object, at);
    case 'VolumeAttachment':
      return checkAttachment(object, at.at('spec'));
    case 'PodDisruptionBudget':
      return checkDisruptionBudget(object, at.at('spec'));
    case 'LimitRange':
      return checkLimitRange(object, at.at('spec', 'limits'));
    case 'ResourceQuota':
      return checkResourceQuota(object, at.at('spec'));
    case 'PriorityClass':
      return checkPriorityClass(object, at);
    case 'ConfigMap':
    case 'Secret':
      return checkData(object, at);
    case 'Lease':
      return checkLease(object, at.at('spec'));
    case 'Namespace':
    case 'ServiceAccount':
    case 'CSIDriver':
    case 'Event':
      return undefined;
    case 'CustomResourceDefinition':
      return checkCustomResourceDefinition(object, at);
    default:
      return checkCustomObject(object, at);
  }
}

/** Pods of one template share their spec: what was found in it once is found in it for all of them. */
const found = new WeakMap<PodSpec, readonly Problem[]>();

function checkOnce(spec: PodSpec, report: Report): void {
  let problems = found.get(spec);
  if (problems === undefined) {
    const list: Problem[] = [];
    checkPodSpec(spec, true, new Checker((problem) => list.push(problem), ['spec']));
    found.set(spec, (problems = list));
  }
  for (const problem of problems) report(problem);
}

import type { CustomKind } from '../../sim/api/custom-object.ts';
import type { ControllerFactory } from '../../sim/policy-api/controllers.ts';
import {
  AUTOSCALER_DEFAULTS,
  horizontalPodAutoscaler,
  type AutoscalerSettings,
} from '../autoscaling/horizontal-pod-autoscaler.ts';
import { cronJob } from './cron-job.ts';
import { daemonSet } from './daemon-set.ts';
import { deployment } from './deployment.ts';
import { disruption } from './disruption.ts';
import { endpoints } from './endpoints.ts';
import { endpointSliceMirroring } from './endpoint-slice-mirroring.ts';
import { ENDPOINT_SLICE_DEFAULTS, endpointSlice, type EndpointSliceSettings } from './endpoint-slice.ts';
import { garbageCollectorWith } from './garbage-collector.ts';
import { job } from './job.ts';
import { namespaceController } from './namespace.ts';
import { nodeLifecycle } from './node-lifecycle.ts';
import { NODE_LIFECYCLE_DEFAULTS, type NodeLifecycleSettings } from './node-lifecycle/settings.ts';
import { persistentVolumeBinder } from './persistent-volume-binder.ts';
import { podGarbageCollector, TERMINATED_POD_GC_THRESHOLD } from './pod-garbage-collector.ts';
import { replicaSetController, replicationController } from './replica-set.ts';
import { resourceQuota } from './resource-quota.ts';
import { statefulSet } from './stateful-set.ts';
import { taintEviction } from './taint-eviction.ts';
import { ttl } from './ttl.ts';
import { ttlAfterFinished } from './ttl-after-finished.ts';
import { PROVISIONING_MICROS, volumeProvisioner } from './volume-provisioner.ts';

export interface ControllerSettings {
  /** The kinds that the cluster's CustomResourceDefinitions define. */
  readonly customKinds: readonly CustomKind[];
  readonly endpointSlice: EndpointSliceSettings;
  readonly featureGates: ControllerGates;
  readonly horizontalPodAutoscaler: AutoscalerSettings;
  readonly nodeLifecycle: NodeLifecycleSettings;
  readonly terminatedPodGCThreshold: number;
  /** The uids of owners that exist beside what was recorded of a cluster. */
  readonly unrecordedOwners: ReadonlySet<string>;
  /** How long a storage system takes to make or delete a volume. */
  readonly volumeProvisioningMicros: number;
}

/** The feature gates that controllers look at, by Kubernetes' names. */
export interface ControllerGates {
  readonly MaxUnavailableStatefulSet: boolean;
  readonly StaleControllerConsistencyDaemonSet: boolean;
  readonly StaleControllerConsistencyJob: boolean;
  readonly StaleControllerConsistencyReplicaSet: boolean;
  readonly StaleControllerConsistencyStatefulSet: boolean;
}

export const CONTROLLER_DEFAULTS: ControllerSettings = {
  customKinds: [],
  endpointSlice: ENDPOINT_SLICE_DEFAULTS,
  featureGates: {
    MaxUnavailableStatefulSet: false,
    StaleControllerConsistencyDaemonSet: true,
    StaleControllerConsistencyJob: true,
    StaleControllerConsistencyReplicaSet: true,
    StaleControllerConsistencyStatefulSet: true,
  },
  horizontalPodAutoscaler: AUTOSCALER_DEFAULTS,
  nodeLifecycle: NODE_LIFECYCLE_DEFAULTS,
  terminatedPodGCThreshold: TERMINATED_POD_GC_THRESHOLD,
  unrecordedOwners: new Set(),
  volumeProvisioningMicros: PROVISIONING_MICROS,
};

/**
 * Controllers that run only where they are named. Nobody in the simulation reads Endpoints: keeping them would cost every
 * Service a write with all of its addresses for each change of a pod.
 */
export const DISABLED_BY_DEFAULT: ReadonlySet<string> = new Set([
  'endpoints-controller',
  'endpointslice-mirroring-controller',
]);

/** Every controller there is, by the name under which it is known; kube-controller-manager's `--controllers` uses the same. */
export function controllers(
  settings: ControllerSettings = CONTROLLER_DEFAULTS,
): ReadonlyMap<string, ControllerFactory> {
  const { featureGates: gates } = settings;
  return new Map<string, ControllerFactory>([
    ['deployment-controller', deployment],
    ['replicaset-controller', replicaSetController({ waitsForItsWrites: gates.StaleControllerConsistencyReplicaSet })],
    [
      'replicationcontroller-controller',
      replicationController({ waitsForItsWrites: gates.StaleControllerConsistencyReplicaSet }),
    ],
    [
      'statefulset-controller',
      statefulSet({
        waitsForItsWrites: gates.StaleControllerConsistencyStatefulSet,
        updatesTogether: gates.MaxUnavailableStatefulSet,
      }),
    ],
    ['job-controller', job({ waitsForItsWrites: gates.StaleControllerConsistencyJob })],
    ['cronjob-controller', cronJob],
    ['ttl-after-finished-controller', ttlAfterFinished],
    ['daemonset-controller', daemonSet({ waitsForItsWrites: gates.StaleControllerConsistencyDaemonSet })],
    ['endpointslice-controller', endpointSlice(settings.endpointSlice)],
    ['endpoints-controller', endpoints],
    ['endpointslice-mirroring-controller', endpointSliceMirroring],
    ['garbage-collector-controller', garbageCollectorWith(settings.customKinds, settings.unrecordedOwners)],
    ['horizontal-pod-autoscaler-controller', horizontalPodAutoscaler(settings.horizontalPodAutoscaler)],
    ['namespace-controller', namespaceController(settings.customKinds)],
    ['node-lifecycle-controller', nodeLifecycle(settings.nodeLifecycle)],
    ['taint-eviction-controller', taintEviction],
    ['resourcequota-controller', resourceQuota],
    ['disruption-controller', disruption],
    ['pod-garbage-collector-controller', podGarbageCollector(settings.terminatedPodGCThreshold)],
    ['persistentvolume-binder-controller', persistentVolumeBinder],
    ['ttl-controller', ttl],
    // No part of kube-controller-manager: it comes with the drivers of a cluster's storage.
    ['volume-provisioner', volumeProvisioner(settings.volumeProvisioningMicros)],
  ]);
}

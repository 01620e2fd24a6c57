import type { ApiObject } from '../sim/api/kinds.ts';
import type { CustomKind } from '../sim/api/custom-object.ts';
import type { ControllerFactory } from '../sim/policy-api/controllers.ts';
import type { SchedulingPolicyFactory } from '../sim/policy-api/scheduler.ts';
import { controllersOf, type OwnController } from './controllers/own-controller.ts';
import { unrecordedOwners } from './controllers/garbage-collector/unrecorded-owners.ts';
import { CONTROLLER_DEFAULTS, type ControllerSettings } from './controllers/registry.ts';
import type { AutoscalerSettings } from './autoscaling/horizontal-pod-autoscaler.ts';
import type { NodeLifecycleSettings } from './controllers/node-lifecycle/settings.ts';
import type { SchedulerConfiguration } from './scheduling/configuration/configuration.ts';
import { defaultSchedulerConfiguration } from './scheduling/configuration/read-configuration.ts';
import { kubeScheduler } from './scheduling/kube-scheduler.ts';

export interface DefaultPolicyOptions {
  /** Absent: kube-scheduler's defaults. */
  readonly schedulerConfiguration?: SchedulerConfiguration | undefined;
  /** `--endpointslice-updates-batch-period`, in microseconds. */
  readonly endpointSliceBatchMicros?: number;
  /** The kinds that the cluster's CustomResourceDefinitions define. */
  readonly customKinds?: readonly CustomKind[];
  /** Which controllers run, as of `--controllers`; absent: all of Kubernetes' own. */
  readonly controllerNames?: readonly string[] | undefined;
  /** Controllers besides those, or in the place of those with their names. */
  readonly ownControllers?: readonly OwnController[];
  /** By Kubernetes' names; an absent one has its default. */
  readonly featureGates?: Partial<ControllerSettings['featureGates']>;
  /** Flags about nodes; those that are left out have their defaults. */
  readonly nodeLifecycle?: Partial<NodeLifecycleSettings>;
  /** Flags of the horizontal pod autoscaler; those that are left out have their defaults. */
  readonly horizontalPodAutoscaler?: Partial<AutoscalerSettings>;
  /** `--terminated-pod-gc-threshold`. */
  readonly terminatedPodGCThreshold?: number;
  readonly volumeProvisioningMicros?: number;
  /** What the cluster held before the run; objects whose owners are not among it are no garbage. */
  readonly recorded?: readonly ApiObject[];
}

/** Kubernetes' own decisions: kube-scheduler and the controllers of kube-controller-manager. */
export function defaultPolicies(options: DefaultPolicyOptions = {}): {
  readonly scheduler: SchedulingPolicyFactory;
  readonly controllers: readonly ControllerFactory[];
} {
  const { schedulerConfiguration = defaultSchedulerConfiguration(), endpointSliceBatchMicros } = options;
  const { terminatedPodGCThreshold = CONTROLLER_DEFAULTS.terminatedPodGCThreshold } = options;
  const { volumeProvisioningMicros = CONTROLLER_DEFAULTS.volumeProvisioningMicros } = options;
  const endpointSlice = {
    ...CONTROLLER_DEFAULTS.endpointSlice,
    ...(endpointSliceBatchMicros === undefined ? {} : { batchPeriodMicros: endpointSliceBatchMicros }),
  };
  const featureGates = { ...CONTROLLER_DEFAULTS.featureGates, ...options.featureGates };
  const nodeLifecycle = { ...CONTROLLER_DEFAULTS.nodeLifecycle, ...options.nodeLifecycle };
  const horizontalPodAutoscaler = {
    ...CONTROLLER_DEFAULTS.horizontalPodAutoscaler,
    ...options.horizontalPodAutoscaler,
  };
  const settings = {
    ...CONTROLLER_DEFAULTS,
    customKinds: options.customKinds ?? [],
    horizontalPodAutoscaler,
    endpointSlice,
    featureGates,
    nodeLifecycle,
    terminatedPodGCThreshold,
    volumeProvisioningMicros,
    unrecordedOwners: unrecordedOwners(options.recorded ?? []),
  };
  return {
    scheduler: kubeScheduler(schedulerConfiguration),
    controllers: controllersOf(settings, options.controllerNames, options.ownControllers ?? []),
  };
}

import type { ControllerFactory } from '../sim/policy-api/controllers.ts';
import type { SchedulingPolicyFactory } from '../sim/policy-api/scheduler.ts';
import { CONTROLLER_DEFAULTS, controllers, type ControllerSettings } from './controllers/registry.ts';
import type { SchedulerConfiguration } from './scheduling/configuration/configuration.ts';
import { defaultSchedulerConfiguration } from './scheduling/configuration/read-configuration.ts';
import { kubeScheduler } from './scheduling/kube-scheduler.ts';

export interface DefaultPolicyOptions {
  /** Absent: kube-scheduler's defaults. */
  readonly schedulerConfiguration?: SchedulerConfiguration | undefined;
  /** `--endpointslice-updates-batch-period`, in microseconds. */
  readonly endpointSliceBatchMicros?: number;
  /** By Kubernetes' names; an absent one has its default. */
  readonly featureGates?: Partial<ControllerSettings['featureGates']>;
}

/** Kubernetes' own decisions: kube-scheduler and the controllers of kube-controller-manager. */
export function defaultPolicies(options: DefaultPolicyOptions = {}): {
  readonly scheduler: SchedulingPolicyFactory;
  readonly controllers: readonly ControllerFactory[];
} {
  const { schedulerConfiguration = defaultSchedulerConfiguration(), endpointSliceBatchMicros } = options;
  const endpointSlice = {
    ...CONTROLLER_DEFAULTS.endpointSlice,
    ...(endpointSliceBatchMicros === undefined ? {} : { batchPeriodMicros: endpointSliceBatchMicros }),
  };
  const featureGates = { ...CONTROLLER_DEFAULTS.featureGates, ...options.featureGates };
  return {
    scheduler: kubeScheduler(schedulerConfiguration),
    controllers: [...controllers({ endpointSlice, featureGates }).values()],
  };
}

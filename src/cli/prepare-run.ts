import { clusterAutoscalerProcess } from '../policies/autoscaling/cluster-autoscaler.ts';
import type { ClusterAutoscalerSettings } from '../policies/autoscaling/cluster-autoscaler/settings.ts';
import { karpenterProcess } from '../policies/autoscaling/karpenter.ts';
import type { KarpenterSettings } from '../policies/autoscaling/karpenter/settings.ts';
import type { AutoscalerSettings } from '../policies/autoscaling/horizontal-pod-autoscaler.ts';
import { defaultPolicies } from '../policies/default-policies.ts';
import {
  NODE_LIFECYCLE_DEFAULTS,
  type NodeLifecycleSettings,
} from '../policies/controllers/node-lifecycle/settings.ts';
import { CLOUD_CONTROLLER_MANAGER } from '../policies/controllers/cloud-controller-manager.ts';
import { guardedController } from '../policies/controllers/guard/guarded-controller.ts';
import { CONTROLLER_NAMES } from '../policies/controllers/own-controller.ts';
import { SCHEDULERS } from '../policies/registry.ts';
import type { SchedulerConfiguration } from '../policies/scheduling/configuration/configuration.ts';
import {
  defaultSchedulerConfiguration,
  readSchedulerConfiguration,
} from '../policies/scheduling/configuration/read-configuration.ts';
import { PolicyWatch } from '../policies/scheduling/guard/policy-watch.ts';
import { kubeScheduler } from '../policies/scheduling/kube-scheduler.ts';
import { schedulerOf } from '../policies/scheduling/own-scheduler.ts';
import { loadScenario, type LoadedScenario, type LoadOptions } from '../scenario/load-scenario.ts';
import { namedControllers } from '../scenario/named-controllers.ts';
import { isPolicyFile } from '../scenario/scheduler-policy.ts';
import type { CustomKind } from '../sim/api/custom-object.ts';
import type { ControllerModule } from '../sim/policy-api/controller-module.ts';
import type { ControllerProcess } from '../sim/policy-api/controllers.ts';
import type { SchedulerModule } from '../sim/policy-api/scheduler-module.ts';
import type { SchedulingPolicyFactory } from '../sim/policy-api/scheduler.ts';
import type { Parameters } from '../sim/scenario/parameters.ts';
import type { Scenario } from '../sim/scenario/scenario.ts';
import type { SchedulerSpec } from '../sim/scenario/cluster.ts';
import type { Policies } from '../sim/simulation.ts';
import { setFreezing } from '../sim/api/freeze.ts';
import { loadControllerModule, loadPolicyModule } from './load-policy-module.ts';

/** A scenario with everything that decides in it. */
export interface PreparedRun extends LoadedScenario {
  readonly policies: Policies;
  /** Where to read what a policy of the user's is being asked; absent when there is none. */
  readonly watch: PolicyWatch | undefined;
  /** The files of schedulers and controllers that the scenario names, each by its whole path. */
  readonly policyFiles: readonly string[];
}

/**
 * Reads a scenario and the policies it names. A policy file is code of the user's: it is run, and its answers are guarded.
 *
 * @throws ScenarioError for whatever is wrong about the scenario; SchedulerModuleError or ControllerModuleError for a policy file
 */
export async function prepareRun(path: string, options: Pick<LoadOptions, 'set' | 'seed'> = {}): Promise<PreparedRun> {
  const load = (modules: ReadonlyMap<string, SchedulerModule>, customKinds: ReadonlySet<CustomKind>): LoadedScenario =>
    loadScenario(path, {
      ...options,
      controllers: CONTROLLER_NAMES,
      customKinds,
      schedulers: [...SCHEDULERS.keys()],
      checkSchedulerConfiguration: (raw, report, policy) => {
        const module = policy === undefined ? undefined : (SCHEDULERS.get(policy) ?? modules.get(policy));
        // A file that has not been run yet: what its plugins are called is known the second time.
        if (policy !== undefined && module === undefined) return raw;
        if (module?.configuration !== undefined || module?.scheduler !== undefined) {
          report({
            path: [],
            severity: 'error',
            code: 'forbidden',
            message: `the policy ${module.name} brings its own configuration and takes no other`,
          });
          return undefined;
        }
        return readSchedulerConfiguration(raw, report, { ownPlugins: Object.keys(module?.plugins ?? {}) });
      },
    });

  const ownControllers: ControllerModule[] = [];
  const controllerFiles = namedControllers(path, options);
  for (const file of controllerFiles) ownControllers.push(await loadControllerModule(file));
  const customKinds = new Set(ownControllers.flatMap(({ customResources = [] }) => customResources));
  let loaded = load(new Map(), customKinds);
  const modules = new Map<string, SchedulerModule>();
  let watch = ownControllers.length === 0 ? undefined : new PolicyWatch();
  if (watch !== undefined) setFreezing(true);
  for (const { policy } of schedulersOf(loaded.scenario)) {
    if (policy === undefined || SCHEDULERS.has(policy) || modules.has(policy) || !isPolicyFile(policy)) continue;
    modules.set(policy, await loadPolicyModule(policy));
    watch ??= new PolicyWatch();
    setFreezing(true);
  }
  // What the plugins of a file are called is known now: configurations that name them are read again.
  if (modules.size > 0 && schedulersOf(loaded.scenario).some(({ configuration }) => configuration !== undefined)) {
    loaded = load(modules, customKinds);
  }
  return {
    ...loaded,
    policies: policiesOf(loaded.scenario, modules, ownControllers, watch),
    watch,
    policyFiles: [...controllerFiles, ...modules.keys()],
  };
}

function schedulersOf({ cluster }: Scenario): readonly SchedulerSpec[] {
  return [cluster.scheduler, ...(cluster.furtherSchedulers ?? [])];
}

function policiesOf(
  scenario: Scenario,
  modules: ReadonlyMap<string, SchedulerModule>,
  ownControllers: readonly ControllerModule[],
  watch: PolicyWatch | undefined,
): Policies {
  const { parameters } = scenario.cluster;
  const { endpointSliceBatchPeriod: endpointSliceBatchMicros, terminatedPodGCThreshold } = parameters.controllerManager;
  const nodeLifecycle = nodeLifecycleSettings(scenario);
  const [scheduler, ...furtherSchedulers] = schedulersOf(scenario).map((spec) => schedulerFor(spec, modules, watch));
  const { featureGates } = parameters;
  return {
    ...defaultPolicies({
      controllerNames: scenario.cluster.controllers?.filter((name) => !isPolicyFile(name)),
      recorded: scenario.initial,
      customKinds: (scenario.customResources ?? []).map(({ kind }) => kind),
      ownControllers: ownControllers.map(({ name, controller }) => ({
        name,
        factory: guardedController(name, controller, watch === undefined ? {} : { watch }),
      })),
      endpointSliceBatchMicros,
      featureGates,
      horizontalPodAutoscaler: autoscalerSettings(parameters.controllerManager),
      nodeLifecycle,
      terminatedPodGCThreshold,
      volumeProvisioningMicros: parameters.storage.provisioning,
    }),
    scheduler: scheduler!,
    furtherSchedulers,
    addOns: addOnsOf(scenario.cluster),
  };
}

/** What runs beside the controller manager where machines come and go. */
function addOnsOf({ cloud, autoscalers = [] }: Scenario['cluster']): readonly ControllerProcess[] {
  if (cloud === undefined) return [];
  return [
    CLOUD_CONTROLLER_MANAGER,
    ...autoscalers.map(({ kind, flags }) =>
      kind === 'karpenter'
        ? karpenterProcess(flags as Partial<KarpenterSettings>)
        : clusterAutoscalerProcess(flags as Partial<ClusterAutoscalerSettings>),
    ),
  ];
}

function autoscalerSettings(flags: Parameters['controllerManager']): AutoscalerSettings {
  return {
    syncPeriod: flags.horizontalPodAutoscalerSyncPeriod,
    downscaleStabilization: flags.horizontalPodAutoscalerDownscaleStabilization,
    tolerance: flags.horizontalPodAutoscalerTolerance,
    cpuInitializationPeriod: flags.horizontalPodAutoscalerCpuInitializationPeriod,
    initialReadinessDelay: flags.horizontalPodAutoscalerInitialReadinessDelay,
  };
}

/** The flags of kube-controller-manager that are about nodes. */
export function nodeLifecycleSettings({ cluster, simulateEverything }: Scenario): NodeLifecycleSettings {
  const { controllerManager } = cluster.parameters;
  return {
    ...NODE_LIFECYCLE_DEFAULTS,
    nodeMonitorPeriod: controllerManager.nodeMonitorPeriod,
    nodeMonitorGracePeriod: controllerManager.nodeMonitorGracePeriod,
    nodeStartupGracePeriod: controllerManager.nodeStartupGracePeriod,
    nodeEvictionRate: controllerManager.nodeEvictionRate,
    secondaryNodeEvictionRate: controllerManager.secondaryNodeEvictionRate,
    largeClusterSizeThreshold: controllerManager.largeClusterSizeThreshold,
    unhealthyZoneThreshold: controllerManager.unhealthyZoneThreshold,
    everyPass: simulateEverything === true,
  };
}

function schedulerFor(
  { policy, configuration }: SchedulerSpec,
  modules: ReadonlyMap<string, SchedulerModule>,
  watch: PolicyWatch | undefined,
): SchedulingPolicyFactory {
  const read = configuration as SchedulerConfiguration | undefined;
  const own = policy === undefined ? undefined : modules.get(policy);
  const module = own ?? (policy === undefined ? undefined : SCHEDULERS.get(policy));
  if (module === undefined) return kubeScheduler(read ?? defaultSchedulerConfiguration());
  const guard = own === undefined || watch === undefined ? {} : { guard: { watch } };
  return schedulerOf(module, { configuration: read, ...guard });
}

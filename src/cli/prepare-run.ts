import { defaultPolicies } from '../policies/default-policies.ts';
import { SCHEDULERS } from '../policies/registry.ts';
import type { SchedulerConfiguration } from '../policies/scheduling/configuration/configuration.ts';
import { readSchedulerConfiguration } from '../policies/scheduling/configuration/read-configuration.ts';
import { PolicyWatch } from '../policies/scheduling/guard/policy-watch.ts';
import { schedulerOf } from '../policies/scheduling/own-scheduler.ts';
import { loadScenario, type LoadedScenario, type LoadOptions } from '../scenario/load-scenario.ts';
import { isPolicyFile } from '../scenario/scheduler-policy.ts';
import type { SchedulerModule } from '../sim/policy-api/scheduler-module.ts';
import type { Policies } from '../sim/simulation.ts';
import { loadPolicyModule } from './load-policy-module.ts';

/** A scenario with everything that decides in it. */
export interface PreparedRun extends LoadedScenario {
  readonly policies: Policies;
  /** Where to read what a policy of the user's is being asked; absent when there is none. */
  readonly watch: PolicyWatch | undefined;
}

/**
 * Reads a scenario and the policies it names. A policy file is code of the user's: it is run, and its answers are guarded.
 *
 * @throws ScenarioError for whatever is wrong about the scenario; SchedulerModuleError for the policy file
 */
export async function prepareRun(path: string, options: Pick<LoadOptions, 'set' | 'seed'> = {}): Promise<PreparedRun> {
  const load = (modules: ReadonlyMap<string, SchedulerModule>): LoadedScenario =>
    loadScenario(path, {
      ...options,
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

  let loaded = load(new Map());
  const { policy } = loaded.scenario.cluster.scheduler;
  let module = policy === undefined ? undefined : SCHEDULERS.get(policy);
  let watch: PolicyWatch | undefined;
  if (policy !== undefined && module === undefined && isPolicyFile(policy)) {
    module = await loadPolicyModule(policy);
    watch = new PolicyWatch();
    if (loaded.scenario.cluster.scheduler.configuration !== undefined) loaded = load(new Map([[policy, module]]));
  }
  return { ...loaded, policies: policiesOf(loaded, module, watch), watch };
}

function policiesOf(
  { scenario }: LoadedScenario,
  module: SchedulerModule | undefined,
  watch: PolicyWatch | undefined,
): Policies {
  const { scheduler, parameters } = scenario.cluster;
  const configuration = scheduler.configuration as SchedulerConfiguration | undefined;
  const policies = defaultPolicies({
    schedulerConfiguration: configuration,
    endpointSliceBatchMicros: parameters.controllerManager.endpointSliceBatchPeriod,
  });
  if (module === undefined) return policies;
  return {
    ...policies,
    scheduler: schedulerOf(module, { configuration, ...(watch === undefined ? {} : { guard: { watch } }) }),
  };
}

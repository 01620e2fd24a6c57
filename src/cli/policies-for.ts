import { defaultPolicies } from '../policies/default-policies.ts';
import type { SchedulerConfiguration } from '../policies/scheduling/configuration/configuration.ts';
import type { Scenario } from '../sim/scenario.ts';
import type { Policies } from '../sim/simulation.ts';

/** The policies a scenario names: Kubernetes' own, as it configures them. */
export function policiesFor(scenario: Scenario, _path: string): Promise<Policies> {
  const { scheduler, parameters } = scenario.cluster;
  return Promise.resolve(
    defaultPolicies({
      schedulerConfiguration: scheduler.configuration as SchedulerConfiguration | undefined,
      endpointSliceBatchMicros: parameters.controllerManager.endpointSliceBatchPeriod,
    }),
  );
}

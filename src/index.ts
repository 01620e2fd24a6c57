/**
 * Orrery as a library.
 *
 * ```ts
 * import { loadScenario, simulate } from 'kube-orrery';
 * const run = simulate(loadScenario('scenario.yaml').scenario, { seed: '7' });
 * console.log(run.fingerprint, run.last.podsReady);
 * ```
 */
import { defaultPolicies } from './policies/default-policies.ts';
import { schedulerNamed } from './policies/registry.ts';
import { schedulerOf } from './policies/scheduling/own-scheduler.ts';
import type { SchedulerConfiguration } from './policies/scheduling/configuration/configuration.ts';
import { isPolicyFile } from './scenario/scheduler-policy.ts';
import type { RecordSink } from './sim/recorder/records.ts';
import type { RunRecord } from './sim/recorder/run-record.ts';
import type { Scenario } from './sim/scenario/scenario.ts';
import { Simulation, type Policies } from './sim/simulation.ts';

export {
  loadScenario,
  scenarioFromManifests,
  type LoadedScenario,
  type LoadOptions,
} from './scenario/load-scenario.ts';
export { ScenarioError } from './scenario/scenario-error.ts';
export { renderProblems } from './scenario/render-problem.ts';
export type { Problem } from './scenario/problem.ts';
export { Simulation, type Policies, type SimulationOptions } from './sim/simulation.ts';
export type { Scenario } from './sim/scenario/scenario.ts';
export type { RunRecord, RunEnd, ExpectationResult } from './sim/recorder/run-record.ts';
export type { PodRecord, EventRecord, NodeRecord, RolloutRecord, Sample, RecordSink } from './sim/recorder/records.ts';
export { summarize, type Summary } from './report/summary.ts';
export { defaultPolicies } from './policies/default-policies.ts';
export { kubeScheduler } from './policies/scheduling/kube-scheduler.ts';
export { SCHEDULERS, schedulerNamed, UnknownSchedulerError } from './policies/registry.ts';
export { schedulerOf, SchedulerModuleError } from './policies/scheduling/own-scheduler.ts';
export { defineScheduler, defineSchedulingPlugin } from './sim/policy-api/scheduler-module.ts';
export type { PluginMethods, SchedulerModule } from './sim/policy-api/scheduler-module.ts';
export { choosingConfiguration, nodeChooser, type NodeChoice } from './sim/policy-api/node-chooser.ts';
export { guardedController } from './policies/controllers/guard/guarded-controller.ts';
export { controllersOf, ControllerModuleError } from './policies/controllers/own-controller.ts';
export { defineController, type ControllerModule } from './sim/policy-api/controller-module.ts';
export { PolicyError } from './sim/policy-api/policy-error.ts';
export { SyncError } from './sim/policy-api/sync-error.ts';
export * from './sim/policy-api/scheduling.ts';
export * from './sim/policy-api/status.ts';
export type * from './sim/policy-api/scheduler.ts';
export type * from './sim/policy-api/controllers.ts';
export type * from './sim/api/kinds.ts';
export type * from './sim/api/custom-object.ts';
export type { Request, Response } from './sim/api/request.ts';
export type { Change } from './sim/api/change.ts';
export type * from './sim/api/pod.ts';
export type * from './sim/api/node.ts';

export interface SimulateOptions {
  /** In place of the scenario's seed. */
  readonly seed?: string;
  /** Microseconds of simulated time at which to stop, if the scenario does not end before. */
  readonly untilMicros?: number;
  /** In place of Kubernetes' own. */
  readonly policies?: Policies;
  /** Gets the rows of pods and Events while the run goes on. */
  readonly sink?: RecordSink;
}

const NOBODY: RecordSink = { pod: () => undefined, event: () => undefined };

/** Kubernetes' own policies, with the scheduler that the scenario names. One in a file is for the caller to load. */
function policiesNamedBy(scenario: Scenario): Policies {
  const { scheduler, parameters, controllers } = scenario.cluster;
  const configuration = scheduler.configuration as SchedulerConfiguration | undefined;
  const policies = defaultPolicies({
    schedulerConfiguration: configuration,
    endpointSliceBatchMicros: parameters.controllerManager.endpointSliceBatchPeriod,
    featureGates: parameters.featureGates,
    controllerNames: controllers?.filter((name) => !isPolicyFile(name)),
    recorded: scenario.initial,
    customKinds: (scenario.customResources ?? []).map(({ kind }) => kind),
  });
  if (scheduler.policy === undefined) return policies;
  return { ...policies, scheduler: schedulerOf(schedulerNamed(scheduler.policy), { configuration }) };
}

/**
 * Runs a scenario to its end. A scheduler of your own is handed in:
 *
 * ```ts
 * const policies = { ...defaultPolicies(), scheduler: schedulerOf(myPolicy, { guard: {} }) };
 * ```
 *
 * @throws UnknownSchedulerError when the scenario names a scheduler that is not built in
 * @throws PolicyError when a policy fails
 */
export function simulate(scenario: Scenario, options: SimulateOptions = {}): RunRecord {
  const policies = options.policies ?? policiesNamedBy(scenario);
  const { seed, untilMicros, sink = NOBODY } = options;
  const simulation = new Simulation(scenario, policies, sink, { seed, untilMicros });
  while (simulation.advance(Number.MAX_SAFE_INTEGER)) {
    // One slice is the whole run.
  }
  return simulation.finish();
}

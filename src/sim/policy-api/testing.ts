/**
 * `kube-orrery/testing`: what a scheduler or a controller of one's own is held against.
 *
 * ```ts
 * import { test } from 'vitest';
 * import { testController, testScheduler } from 'kube-orrery/testing';
 *
 * testScheduler(policy, test);
 * testController(operator, test, { scenario: 'my-scenario.yaml' });
 * ```
 *
 * `policy` and `operator` are what their files export by default.
 */
export {
  schedulerConformance,
  testScheduler,
  type ConformanceCheck,
  type ConformanceOptions,
  type TestFunction,
} from '../../policies/scheduling/conformance-kit/scheduler-conformance.ts';
export { ConformanceError } from '../../policies/scheduling/conformance-kit/trial.ts';
export {
  controllerConformance,
  testController,
  type ControllerCheck,
  type ControllerConformanceOptions,
  type ControllerTestFunction,
} from '../../policies/controllers/conformance-kit/controller-conformance.ts';

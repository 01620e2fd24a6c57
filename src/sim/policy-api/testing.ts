/**
 * `kube-orrery/testing`: what a scheduler of one's own is held against.
 *
 * ```ts
 * import { test } from 'vitest';
 * import { testScheduler } from 'kube-orrery/testing';
 *
 * testScheduler(policy, test);
 * ```
 *
 * `policy` is what the policy file exports by default.
 */
export {
  schedulerConformance,
  testScheduler,
  type ConformanceCheck,
  type ConformanceOptions,
  type TestFunction,
} from '../../policies/scheduling/conformance-kit/scheduler-conformance.ts';
export { ConformanceError } from '../../policies/scheduling/conformance-kit/trial.ts';

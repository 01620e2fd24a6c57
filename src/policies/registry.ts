import { nearest } from '../sim/api/decode/nearest.ts';
import type { SchedulerModule } from '../sim/policy-api/scheduler-module.ts';
import { bestFit } from './scheduling/policies/best-fit.ts';
import { firstFit } from './scheduling/policies/first-fit.ts';
import { gpuSharingSchedulers } from './scheduling/policies/gpu-sharing.ts';
import { kubeSchedulerDefaults } from './scheduling/policies/kube-scheduler-defaults.ts';
import { mostAllocated } from './scheduling/policies/most-allocated.ts';
import { random } from './scheduling/policies/random.ts';
import { roundRobin } from './scheduling/policies/round-robin.ts';
import { strictFifo } from './scheduling/policies/strict-fifo.ts';
import { worstFit } from './scheduling/policies/worst-fit.ts';

/** Schedulers that a scenario can name without a file. */
export const SCHEDULERS: ReadonlyMap<string, SchedulerModule> = new Map(
  [
    kubeSchedulerDefaults,
    firstFit,
    bestFit,
    worstFit,
    random,
    roundRobin,
    mostAllocated,
    strictFifo,
    ...gpuSharingSchedulers,
  ].map((one) => [one.name, one]),
);

/** A name that stands for no scheduler. */
export class UnknownSchedulerError extends Error {
  override readonly name = 'UnknownSchedulerError';
  /** What was probably meant. */
  readonly suggestion: string | undefined;

  constructor(wanted: string) {
    super(`no scheduler is called ${JSON.stringify(wanted)}; there are: ${[...SCHEDULERS.keys()].join(', ')}`);
    this.suggestion = nearest(wanted, SCHEDULERS.keys());
  }
}

/** Throws an UnknownSchedulerError, which lists those there are. */
export function schedulerNamed(name: string): SchedulerModule {
  const found = SCHEDULERS.get(name);
  if (found === undefined) throw new UnknownSchedulerError(name);
  return found;
}

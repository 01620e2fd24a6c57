import type { PolicyWatch } from '../policies/scheduling/guard/policy-watch.ts';
import { PolicyError } from '../sim/policy-api/policy-error.ts';
import type { Simulation } from '../sim/simulation.ts';
import { TimedOutError, withinTime } from './watchdog.ts';

/** How long a policy of the user's may take over a few decisions before it counts as one that never answers. */
const PATIENCE_SECONDS = 30;

/** Events between two looks at the clock: a slow policy must not be taken for one that loops. */
const FEW = 500;

/**
 * Makes something that asks policies, a simulation for instance, or turns it on; with a policy of the user's under a
 * watchdog.
 *
 * @param patience seconds of the wall clock
 * @throws PolicyError that names a policy which does not come back
 */
export function underWatch<T>(
  watch: PolicyWatch | undefined,
  now: () => number,
  action: () => T,
  patience: number = PATIENCE_SECONDS,
): T {
  if (watch === undefined) return action();
  try {
    return withinTime(patience * 1000, action);
  } catch (error) {
    if (!(error instanceof TimedOutError) || watch.policy === undefined) throw error;
    const decision = typeof watch.decision === 'string' ? watch.decision : watch.decision();
    throw new PolicyError(watch.policy, decision, now(), `gave no answer within ${patience} s`);
  }
}

/** `simulation.advance`, in short turns where a policy of the user's decides. */
export function turnOn(
  simulation: Simulation,
  events: number,
  watch: PolicyWatch | undefined,
  patience?: number,
): boolean {
  if (watch === undefined) return simulation.advance(events);
  for (let left = events; left > 0; left -= FEW) {
    if (
      !underWatch(
        watch,
        () => simulation.now,
        () => simulation.advance(Math.min(left, FEW)),
        patience,
      )
    )
      return false;
  }
  return true;
}

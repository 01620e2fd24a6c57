import type { Condition } from '../../sim/api/meta.ts';
import { conditionOf, type Pod } from '../../sim/api/pod.ts';
import { wholeSecond } from './whole-second.ts';

/** DisruptionTarget=True for a reason, or undefined where it stands there already. */
export function disruptionTarget(pod: Pod, reason: string, message: string, now: number): Condition | undefined {
  const before = conditionOf(pod.status.conditions, 'DisruptionTarget');
  if (before?.status === 'True' && before.reason === reason && before.message === message) return undefined;
  const since = before?.status === 'True' ? before.lastTransitionTime : undefined;
  return {
    type: 'DisruptionTarget',
    status: 'True',
    reason,
    message,
    lastTransitionTime: since ?? wholeSecond(now),
    observedGeneration: pod.metadata.generation,
  };
}

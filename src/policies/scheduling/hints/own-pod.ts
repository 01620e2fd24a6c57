import type { ClusterEventHint } from '../../../sim/policy-api/scheduling.ts';
import { changeOf, isSamePod, queueIf } from './object-change.ts';

/** A change of the rejected pod itself, and of no other, is worth a try. */
export function whenOwnPodChanges(...events: readonly string[]): ClusterEventHint {
  return { events, hint: (pod, change) => queueIf(isSamePod(pod, changeOf<'Pod'>(change).after)) };
}

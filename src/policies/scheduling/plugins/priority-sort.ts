import type { Pod } from '../../../sim/api/pod.ts';
import type { PluginFactory, QueueSortPlugin } from '../../../sim/policy-api/scheduling.ts';

interface Waiting {
  readonly pod: Pod;
  readonly enqueuedAt: number;
}

/** The more important pod first, then the one that has waited longer (semantics sheet 3.1). */
class PrioritySort implements QueueSortPlugin {
  readonly name = 'PrioritySort';

  compare(a: Waiting, b: Waiting): number {
    const byPriority = (b.pod.spec.priority ?? 0) - (a.pod.spec.priority ?? 0);
    return byPriority !== 0 ? byPriority : a.enqueuedAt - b.enqueuedAt;
  }
}

export const prioritySort: PluginFactory = () => new PrioritySort();

import type { Pod } from '../../../sim/api/pod.ts';
import type {
  ClusterEventHint,
  EnqueueExtensions,
  PluginFactory,
  PreEnqueuePlugin,
} from '../../../sim/policy-api/scheduling.ts';
import { unresolvable, type Status } from '../../../sim/policy-api/status.ts';
import { whenOwnPodChanges } from '../hints/own-pod.ts';

/** Keeps a pod out of the queue until every one of its scheduling gates is gone (semantics sheet 3.2). */
class SchedulingGates implements PreEnqueuePlugin, EnqueueExtensions {
  readonly name = 'SchedulingGates';

  preEnqueue(pod: Pod): Status | undefined {
    const gates = pod.spec.schedulingGates;
    if (gates === undefined || gates.length === 0) return undefined;
    return unresolvable(`waiting for scheduling gates: [${gates.map((gate) => gate.name).join(' ')}]`);
  }

  eventsToRegister(): readonly ClusterEventHint[] {
    return [whenOwnPodChanges('Pod/UpdatePodSchedulingGatesEliminated')];
  }
}

export const schedulingGates: PluginFactory = () => new SchedulingGates();

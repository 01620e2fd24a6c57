import { keyOf } from '../../../sim/api/kinds.ts';
import { conditionOf, type Pod } from '../../../sim/api/pod.ts';
import type { ControllerHost, Steps } from '../../../sim/policy-api/controllers.ts';
import { ask } from '../requests.ts';
import { wholeSecond } from '../whole-second.ts';

/** Ready=False for the pods of a node that is not ready, one after the other. Gives whether each could be told. */
export function* markPodsNotReady(pods: readonly Pod[], host: ControllerHost): Steps<boolean> {
  let ok = true;
  for (const pod of pods) {
    const ready = conditionOf(pod.status.conditions, 'Ready');
    if (ready === undefined || ready.status === 'False') continue;
    const condition = { ...ready, status: 'False' as const, lastTransitionTime: wholeSecond(host.now()) };
    const answer = yield* ask({
      verb: 'patch-status',
      kind: 'Pod',
      key: keyOf(pod),
      uid: pod.metadata.uid,
      status: { conditions: [condition] },
    });
    if (answer.ok) host.record(pod, 'Warning', 'NodeNotReady', 'Node is not ready');
    else if (answer.reason !== 'NotFound') ok = false;
  }
  return ok;
}

import type { Condition } from '../../../sim/api/meta.ts';
import type { Node } from '../../../sim/api/node.ts';
import { conditionOf } from '../../../sim/api/pod.ts';
import { wholeSecond } from '../whole-second.ts';

/** What a kubelet reports, so that its silence makes it unknown; the network's condition is somebody else's. */
const OF_KUBELET = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** The node's conditions once its kubelet counts as silent, or undefined where they say so already. */
export function unknownConditions({ metadata, status }: Node, now: number): readonly Condition[] | undefined {
  const transition = wholeSecond(now);
  let changed = false;
  const conditions = status.conditions.map((condition): Condition => {
    if (!OF_KUBELET.includes(condition.type) || condition.status === 'Unknown') return condition;
    changed = true;
    return {
      ...condition,
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
      lastTransitionTime: transition,
    };
  });
  for (const type of OF_KUBELET) {
    if (conditionOf(conditions, type) !== undefined) continue;
    changed = true;
    conditions.push({
      type,
      status: 'Unknown',
      reason: 'NodeStatusNeverUpdated',
      message: 'Kubelet never posted node status.',
      lastHeartbeatTime: metadata.creationTimestamp,
      lastTransitionTime: transition,
    });
  }
  return changed ? conditions : undefined;
}

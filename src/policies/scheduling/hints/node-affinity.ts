import type { Node } from '../../../sim/api/node.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { ClusterEventHint } from '../../../sim/policy-api/scheduling.ts';
import { changeOf, queueIf } from './object-change.ts';

/** NodeAffinity: the node matches now, and is new or did not match the pod's own affinity before. */
export function nodeAffinityEvents(
  matchesAdded: (node: Node) => boolean,
  matchesOwn: (pod: Pod, node: Node) => boolean,
): readonly ClusterEventHint[] {
  return [
    {
      events: ['Node/Add', 'Node/UpdateNodeLabel'],
      hint: (pod, change) => {
        const { before, after } = changeOf<'Node'>(change);
        if (after === undefined || !matchesAdded(after) || !matchesOwn(pod, after)) return 'QueueSkip';
        return queueIf(before === undefined || !matchesOwn(pod, before));
      },
      sameForEqualPods: true,
    },
  ];
}

import type { Node, Taint } from '../../../sim/api/node.ts';
import { isTolerated, untoleratedTaint } from '../../../sim/api/taints.ts';
import type { Pod, TaintEffect } from '../../../sim/api/pod.ts';
import type { ClusterEventHint } from '../../../sim/policy-api/scheduling.ts';
import { changeOf, isSamePod, queueIf } from './object-change.ts';
import { whenOwnPodChanges } from './own-pod.ts';

const NODE_EVENTS = ['Node/Add', 'Node/UpdateNodeTaint'];
const POD_EVENTS = ['Pod/UpdatePodToleration'];

/** NodeUnschedulable: a node that can be used from now on, or the pod tolerates being where none can. */
export function unschedulableEvents(taint: Taint, comparison: boolean): readonly ClusterEventHint[] {
  return [
    {
      events: NODE_EVENTS,
      hint: (_pod, change) => {
        const { before, after } = changeOf<'Node'>(change);
        const isOpen = after?.spec.unschedulable !== true;
        return queueIf(isOpen && (before === undefined || before.spec.unschedulable === true));
      },
      sameForEqualPods: true,
    },
    {
      events: POD_EVENTS,
      hint: (pod, change) => {
        const { after } = changeOf<'Pod'>(change);
        return queueIf(isSamePod(pod, after) && isTolerated(taint, after?.spec.tolerations, comparison));
      },
    },
  ];
}

/** TaintToleration: the node's taints are tolerated now and were not before. */
export function taintEvents(effects: readonly TaintEffect[], comparison: boolean): readonly ClusterEventHint[] {
  const keepsAway = (node: Node, pod: Pod): boolean =>
    untoleratedTaint(node.spec.taints ?? [], pod.spec.tolerations, effects, comparison) !== undefined;
  return [
    {
      events: NODE_EVENTS,
      hint: (pod, change) => {
        const { before, after } = changeOf<'Node'>(change);
        const wasAway = before === undefined || keepsAway(before, pod);
        return queueIf(wasAway && after !== undefined && !keepsAway(after, pod));
      },
      sameForEqualPods: true,
    },
    whenOwnPodChanges(...POD_EVENTS),
  ];
}

import type { Taint } from '../../../sim/api/node.ts';
import { isTolerated } from '../../../sim/api/taints.ts';
import type {
  ClusterEventHint,
  CycleState,
  EnqueueExtensions,
  FilterPlugin,
  NodeInfo,
  PluginFactory,
  PodInfo,
} from '../../../sim/policy-api/scheduling.ts';
import { unresolvable, type Status } from '../../../sim/policy-api/status.ts';
import { unschedulableEvents } from '../hints/taints.ts';
import { COMPARISON_GATE } from './taint-toleration.ts';

/** The taint that a pod must tolerate to be placed on a cordoned node. */
export const UNSCHEDULABLE_TAINT: Taint = Object.freeze({
  key: 'node.kubernetes.io/unschedulable',
  effect: 'NoSchedule',
});

const UNSCHEDULABLE = unresolvable('node(s) were unschedulable');

/** No pods for cordoned nodes, but for those that tolerate it (semantics sheet 3.3). */
export class NodeUnschedulable implements FilterPlugin, EnqueueExtensions {
  readonly name = 'NodeUnschedulable';
  readonly #comparison: boolean;

  constructor(comparison: boolean) {
    this.#comparison = comparison;
  }

  filter(_state: CycleState, pod: PodInfo, node: NodeInfo): Status | undefined {
    if (node.node.spec.unschedulable !== true) return undefined;
    return isTolerated(UNSCHEDULABLE_TAINT, pod.pod.spec.tolerations, this.#comparison) ? undefined : UNSCHEDULABLE;
  }

  eventsToRegister(): readonly ClusterEventHint[] {
    return unschedulableEvents(UNSCHEDULABLE_TAINT, this.#comparison);
  }
}

export const nodeUnschedulable: PluginFactory = (_args, handle) =>
  new NodeUnschedulable(handle.featureGates[COMPARISON_GATE] === true);

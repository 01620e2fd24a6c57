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

const MISMATCH = unresolvable("node(s) didn't match the requested node name");

/** A pod that names its node goes there or nowhere (semantics sheet 3.4). */
export class NodeName implements FilterPlugin, EnqueueExtensions {
  readonly name = 'NodeName';

  filter(_state: CycleState, pod: PodInfo, node: NodeInfo): Status | undefined {
    const wanted = pod.pod.spec.nodeName;
    return wanted === undefined || wanted === '' || wanted === node.name ? undefined : MISMATCH;
  }

  eventsToRegister(): readonly ClusterEventHint[] {
    return [{ events: ['Node/Add'] }];
  }
}

export const nodeName: PluginFactory = () => new NodeName();

import type {
  ClusterEventHint,
  CycleState,
  EnqueueExtensions,
  FilterPlugin,
  NodeInfo,
  PluginFactory,
  PodInfo,
  PreFilterPlugin,
} from '../../../sim/policy-api/scheduling.ts';
import { SKIP, unschedulable, type Status } from '../../../sim/policy-api/status.ts';
import { NODE_PORTS_EVENTS } from '../hints/node-ports.ts';

const TAKEN = unschedulable("node(s) didn't have free ports for the requested pod ports");

/** Every host port a pod asks for must be free on the node's address (semantics sheet 3.7). */
export class NodePorts implements PreFilterPlugin, FilterPlugin, EnqueueExtensions {
  readonly name = 'NodePorts';

  preFilter(_state: CycleState, pod: PodInfo): { readonly status: Status } | undefined {
    return pod.hostPorts.length === 0 ? { status: SKIP } : undefined;
  }

  filter(_state: CycleState, pod: PodInfo, node: NodeInfo): Status | undefined {
    for (const port of pod.hostPorts) if (node.usesPort(port)) return TAKEN;
    return undefined;
  }

  eventsToRegister(): readonly ClusterEventHint[] {
    return NODE_PORTS_EVENTS;
  }
}

export const nodePorts: PluginFactory = () => new NodePorts();

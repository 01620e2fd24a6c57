import type {
  ClusterEventHint,
  CycleState,
  EnqueueExtensions,
  FilterPlugin,
  HostPort,
  NodeInfo,
  PluginFactory,
  PodInfo,
  PreFilterPlugin,
} from '../../../sim/policy-api/scheduling.ts';
import { SKIP, unschedulable, type Status } from '../../../sim/policy-api/status.ts';
import { NODE_PORTS_EVENTS } from '../hints/node-ports.ts';
import { missingState } from './missing-state.ts';

const STATE_MISSING = missingState('reading "PreFilterNodePorts" from cycleState: not found');
export const TAKEN = unschedulable("node(s) didn't have free ports for the requested pod ports");

/** Every host port a pod asks for must be free on the node's address (semantics sheet 3.7). */
export class NodePorts implements PreFilterPlugin, FilterPlugin, EnqueueExtensions {
  readonly name = 'NodePorts';

  preFilter(state: CycleState, pod: PodInfo): { readonly status: Status } | undefined {
    if (pod.hostPorts.length === 0) return { status: SKIP };
    state.write(this.name, pod.hostPorts);
    return undefined;
  }

  filter(state: CycleState, _pod: PodInfo, node: NodeInfo): Status | undefined {
    const ports = state.read<readonly HostPort[]>(this.name);
    if (ports === undefined) return STATE_MISSING;
    for (const port of ports) if (node.usesPort(port)) return TAKEN;
    return undefined;
  }

  eventsToRegister(): readonly ClusterEventHint[] {
    return NODE_PORTS_EVENTS;
  }
}

export const nodePorts: PluginFactory = () => new NodePorts();

import type { Distribution } from '../engine/samplers.ts';
import type { Kind } from '../api/kinds.ts';

/** What breaks: machines, members of etcd, processes of the control plane, networks, the cloud. Absent duration: for good. */
export type Fault =
  MachineFault | EtcdFault | ComponentFault | ApiServerFault | NetworkFault | RunawayClientFault | CloudFault;

/** What happens to the machines under the nodes. */
export type MachineFault = NodeFault | ZoneFault;

/** `nodes` by name, or so many by chance. */
export type NodeFault = {
  readonly kind: 'NodeCrash' | 'NodeRestart' | 'NodeHang' | 'NodeNetworkPartition';
  readonly durationMicros: number | undefined;
} & ({ readonly nodes: readonly string[] } | { readonly count: number });

export interface ZoneFault {
  readonly kind: 'ZoneOutage' | 'ZoneNetworkPartition';
  /** The value of the nodes' label topology.kubernetes.io/zone. */
  readonly zone: string;
  readonly durationMicros: number | undefined;
}

/** A member of etcd: who leads, or the first who does not, when the fault begins; or a number from 0. */
export type EtcdMemberName = 'leader' | 'follower' | number;

interface EtcdFaultOfMember {
  readonly member: EtcdMemberName;
  /** Absent: until the end. */
  readonly durationMicros: number | undefined;
}

/** What can happen to members of etcd. */
export type EtcdFault =
  /** Its process is killed, and starts again at the end. */
  | (EtcdFaultOfMember & { readonly kind: 'EtcdMemberCrash' })
  /** Its process is stopped in order, and starts again at the end. */
  | (EtcdFaultOfMember & { readonly kind: 'EtcdMemberRestart' })
  /** Its process, or its machine, does nothing: connections stay, nobody answers. */
  | (EtcdFaultOfMember & { readonly kind: 'EtcdMemberPause' })
  /** Its disk takes so long for a sync. */
  | (EtcdFaultOfMember & { readonly kind: 'EtcdSlowDisk'; readonly sync: Distribution })
  /** It has too little of its machine: its work takes so many times as long. */
  | (EtcdFaultOfMember & { readonly kind: 'EtcdMemberSlowdown'; readonly factor: number })
  /** Packets between it and all other members vanish: those it sends, those it should get, or both. */
  | (EtcdFaultOfMember & { readonly kind: 'EtcdPartition'; readonly direction: 'both' | 'receive' | 'send' })
  /** The leader is asked to hand over to it. */
  | (EtcdFaultOfMember & { readonly kind: 'EtcdMoveLeader' });

/** Which instance of a component: who leads, one that does not, when the fault begins; or a number from 0. */
export type ReplicaName = 'leader' | 'standby' | number;

/**
 * What can happen to the processes of the control plane: SIGKILL, SIGTERM, SIGSTOP, and too little of a machine, which
 * makes their work take `factor` times as long; they are well again at the end.
 */
export type ComponentFault = { readonly replica: ReplicaName; readonly durationMicros: number | undefined } & (
  | {
      readonly kind:
        | 'ControllerManagerCrash'
        | 'ControllerManagerRestart'
        | 'ControllerManagerPause'
        | 'SchedulerCrash'
        | 'SchedulerRestart'
        | 'SchedulerPause';
    }
  | { readonly kind: 'ControllerManagerSlowdown' | 'SchedulerSlowdown'; readonly factor: number }
);

interface FaultOfApiServer {
  /** By its number, from 0. */
  readonly instance: number;
  readonly durationMicros: number | undefined;
}

/** What can happen to API servers: SIGKILL, SIGTERM, SIGSTOP and too little of a machine; they are well again at the end. */
export type ApiServerFault =
  | (FaultOfApiServer & { readonly kind: 'ApiServerCrash' | 'ApiServerRestart' | 'ApiServerPause' })
  /** Its work takes so many times as long. */
  | (FaultOfApiServer & { readonly kind: 'ApiServerSlowdown'; readonly factor: number })
  /** All of them, one after the other: the next when the last one serves again. */
  | { readonly kind: 'ApiServerRollingRestart'; readonly durationMicros: undefined };

/** Somebody on the network of the control plane. */
export type NetworkPlace =
  | { readonly component: 'etcd'; readonly which: EtcdMemberName | 'every' }
  | { readonly component: 'kube-apiserver'; readonly which: number | 'every' }
  | { readonly component: 'kube-controller-manager' | 'kube-scheduler'; readonly which: ReplicaName | 'every' }
  /** A node with its kubelet, the nodes of a zone, or somebody outside: `kubectl`, or `workload/NAME`. */
  | { readonly component: 'node' | 'zone' | 'client'; readonly name: string };

/** Packets between two places vanish, or take longer: from the first to the second, and back where `bothWays`. */
export type NetworkFault = {
  readonly from: NetworkPlace;
  readonly to: NetworkPlace;
  readonly bothWays: boolean;
  readonly durationMicros: number | undefined;
} & (
  | { readonly kind: 'NetworkPartition' }
  /** Added to the way of each packet. */
  | { readonly kind: 'NetworkLatency'; readonly latency: Distribution }
);

/** A client that lists a kind, again and again, with so many requests in flight. */
export interface RunawayClientFault {
  readonly kind: 'RunawayClient';
  /** As whom it is known: `system:serviceaccount:NAMESPACE:NAME` for one in a pod. */
  readonly user: string;
  readonly parallel: number;
  readonly lists: Kind;
  /** From an answer to the next request. */
  readonly pauseMicros: number;
  readonly durationMicros: number | undefined;
}

/** The cloud has no machines to give: none of a node group or an instance type, or none in a zone. */
export type CloudFault = { readonly kind: 'CloudStockOut'; readonly durationMicros: number | undefined } & (
  { readonly nodeGroup: string } | { readonly zone: string }
);

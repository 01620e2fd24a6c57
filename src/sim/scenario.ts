import type { Distribution } from './engine/samplers.ts';
import type { CustomResource } from './api/custom-object.ts';
import type { ApiObject, Kind } from './api/kinds.ts';
import type { HorizontalPodAutoscaler } from './api/autoscaling.ts';
import type { PatchBody, Subresource } from './api/request.ts';
import type { LabelSelector } from './api/meta.ts';
import type { ResourceList } from './api/pod.ts';
import type { PodSpec } from './api/pod.ts';
import type { Taint } from './api/node.ts';

/**
 * What a simulation is given: a scenario after reading, with every default filled in and every object in its canonical
 * form. All times and durations are whole microseconds.
 */
export interface Scenario {
  readonly name: string;
  /** The comment or field that says what is asked. Shown above the result. */
  readonly question: string;
  /** Absent: until nothing but periodic work is left, at most `limits.horizonMicros`. */
  readonly durationMicros: number | undefined;
  readonly horizonMicros: number;
  /** What happens before does not count in latencies and means. Absent: everything does. */
  readonly warmUpMicros?: number | undefined;
  readonly seed: string;
  readonly cluster: ClusterSpec;
  /** Manifests to apply at time 0, in order of application. */
  readonly manifests: readonly ApiObject[];
  /** The kinds that the definitions among them define. */
  readonly customResources?: readonly CustomResource[];
  /** Objects that exist before time 0: a cluster as it is. */
  readonly initial: readonly ApiObject[];
  readonly workloads: readonly WorkloadSpec[];
  readonly behaviours: readonly BehaviourSpec[];
  readonly metrics?: readonly MetricSeriesSpec[];
  readonly timeline: readonly TimelineEntry[];
  readonly faults?: readonly FaultEntry[] | undefined;
  readonly etcdctl?: readonly EtcdctlEntry[] | undefined;
  readonly resizes?: readonly ResizeEntry[] | undefined;
  readonly expectations: readonly Expectation[];
  /** Heartbeats and passes that change nothing are simulated one by one, instead of by arithmetic. */
  readonly simulateEverything?: boolean | undefined;
}

export interface ClusterSpec {
  readonly nodes: readonly NodePool[];
  readonly parameters: Parameters;
  readonly scheduler: SchedulerSpec;
  /** Absent: one member. */
  readonly etcd?: EtcdSpec | undefined;
  /** How many API servers stand behind the load balancer. Absent: one. */
  readonly apiServers?: number | undefined;
  /** How the load balancer asks for their `/readyz`. Absent: it knows who listens, and no more. */
  readonly healthCheck?: HealthCheckSpec | undefined;
  /** How many controller managers, and how many instances of the scheduler, stand for election. Absent: one. */
  readonly controllerManagers?: number | undefined;
  readonly schedulers?: number | undefined;
  /** Schedulers beside the first one, each a component of its own. */
  readonly furtherSchedulers?: readonly SchedulerSpec[];
  /**
   * Which controllers run, as kube-controller-manager's `--controllers`: `*` for all of its own, `name`, `-name`; and
   * paths of files of others. Absent, or nothing but files: all of its own besides.
   */
  readonly controllers?: readonly string[];
  /** Machines that come and go. Absent: the nodes are those of `nodes`. */
  readonly cloud?: CloudSpec | undefined;
  /** Who decides how many there are. Absent: nobody. */
  readonly autoscalers?: readonly AutoscalerSpec[];
}

/** A load balancer's health check of the servers behind it. */
export interface HealthCheckSpec {
  /** From one to the next, in microseconds. */
  readonly interval: number;
  /** So many answers in a row take a server out, and bring it in again. */
  readonly unhealthyThreshold: number;
  readonly healthyThreshold: number;
}

/** An autoscaler of nodes with its flags, read and validated. Opaque to all but the autoscaler. */
export interface AutoscalerSpec {
  readonly kind: 'cluster-autoscaler' | 'karpenter';
  readonly flags: Readonly<Record<string, unknown>>;
}

/** The cloud under the cluster. */
export interface CloudSpec {
  readonly nodeGroups: readonly NodeGroupSpec[];
  /** Machines that can be had one by one. */
  readonly instanceTypes: readonly InstanceTypeSpec[];
}

export interface InstanceTypeSpec {
  readonly name: string;
  readonly zones: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly capacity: ResourceList;
  readonly allocatable: ResourceList;
  readonly pricePerHour: number;
  /** From asking for a machine until its kubelet starts. Absent: as the parameter says. */
  readonly provisioning: Distribution | undefined;
}

/** Equal machines, as many as somebody wants between two bounds. */
export interface NodeGroupSpec {
  /** Machines and Nodes are called `<name>-<n>`, n from 0. */
  readonly name: string;
  readonly minSize: number;
  readonly maxSize: number;
  /** How many there are when the run begins. */
  readonly size: number;
  /** Absent: no zone label. */
  readonly zone: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly capacity: ResourceList;
  readonly allocatable: ResourceList;
  /** Of one machine. Absent: nobody counts. */
  readonly pricePerHour: number | undefined;
  /** From asking for a machine until its kubelet starts. Absent: as the parameter says. */
  readonly provisioning: Distribution | undefined;
}

export interface NodePool {
  /** Nodes are called `<name>-<i>`, i from 0. */
  readonly name: string;
  readonly count: number;
  /** Dealt to the nodes in turn. Empty: no zone label. */
  readonly zones: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly capacity: ResourceList;
  readonly allocatable: ResourceList;
}

/** Members of etcd and their timers. */
export interface EtcdSpec {
  readonly members: number;
  readonly heartbeatInterval: number;
  readonly electionTimeout: number;
  readonly preVote: boolean;
  /** `--quota-backend-bytes`. Absent: etcd's own, 2 GiB. */
  readonly quotaBytes?: number | undefined;
  /** kube-apiserver's `--etcd-compaction-interval`. Absent: 5 minutes; 0: nobody compacts. */
  readonly compactionIntervalMicros?: number | undefined;
}

export interface SchedulerSpec {
  /** Which scheduler decides: a name, or the path of the file of one. Absent: kube-scheduler. */
  readonly policy?: string | undefined;
  /** A KubeSchedulerConfiguration as read and validated, or absent for the defaults. Opaque to all but the scheduler. */
  readonly configuration: unknown;
}

export type { Distribution };

export interface RateLimit {
  readonly qps: number;
  readonly burst: number;
}

/**
 * Every hop's time, by name. The defaults, their units and their sources stand in `parameters.ts`; a scenario may set
 * any of them under `cluster.parameters`.
 */
export interface Parameters {
  readonly network: { readonly clientToApiServer: Distribution };
  readonly apiServer: {
    readonly read: Distribution;
    readonly write: Distribution;
    /** How much of a write is admission by the server's own plugins. */
    readonly admissionShare: number;
    /** What admission webhooks add to a create, an update or a patch. */
    readonly webhooks: Distribution;
    /** A list of nothing. */
    readonly list: Distribution;
    /** What each kilobyte of an answer takes to encode, in microseconds. */
    readonly encodePerKilobyte: number;
    /** Of an object as it is stored, on average. */
    readonly objectBytes: number;
    /** How long a server goes on as ever after its SIGTERM, with `/readyz` failing, in microseconds. */
    readonly shutdownDelayDuration: number;
    /** From the start of a process until it serves, its watch caches filled. */
    readonly start: Distribution;
  };
  readonly etcd: {
    /** What a member takes to have a write on its disk and applied. */
    readonly commit: Distribution;
    /** One way between two members. */
    readonly peer: Distribution;
    /** From the start of a member's process until it takes part. */
    readonly start: Distribution;
  };
  readonly watch: { readonly delivery: Distribution };
  readonly controllerManager: {
    readonly sync: Distribution;
    readonly client: RateLimit | undefined;
    /** Until the caches of a controller manager that has just begun to lead are filled, and what each object adds. */
    readonly cacheSync: Distribution;
    readonly cacheSyncPerObject: number;
    readonly endpointSliceBatchPeriod: number;
    readonly nodeMonitorPeriod: number;
    readonly nodeMonitorGracePeriod: number;
    readonly nodeStartupGracePeriod: number;
    /** Nodes a second and zone that get their NoExecute taint. */
    readonly nodeEvictionRate: number;
    readonly secondaryNodeEvictionRate: number;
    readonly largeClusterSizeThreshold: number;
    readonly unhealthyZoneThreshold: number;
    readonly horizontalPodAutoscalerSyncPeriod: number;
    readonly horizontalPodAutoscalerDownscaleStabilization: number;
    /** A share. */
    readonly horizontalPodAutoscalerTolerance: number;
    readonly horizontalPodAutoscalerCpuInitializationPeriod: number;
    readonly horizontalPodAutoscalerInitialReadinessDelay: number;
    /** Finished pods that are kept; 0: all. */
    readonly terminatedPodGCThreshold: number;
  };
  readonly scheduler: {
    readonly cycle: Distribution;
    /** What each node that a cycle looks at adds to it, in microseconds. */
    readonly cyclePerNode: number;
    readonly client: RateLimit | undefined;
  };
  readonly kubelet: {
    readonly admission: Distribution;
    readonly volumeWait: Distribution;
    readonly sandbox: Distribution;
    readonly containerCreate: Distribution;
    readonly containerStart: Distribution;
    readonly statusDelay: Distribution;
    readonly teardown: Distribution;
    readonly plegPeriod: number;
    readonly leaseRenewPeriod: number;
    readonly nodeStatusReportPeriod: number;
    readonly client: RateLimit | undefined;
  };
  readonly image: {
    readonly registryRoundTrip: Distribution;
    readonly sizeBytes: Distribution;
    readonly bandwidthBytesPerSecond: number;
    readonly unpackBytesPerSecond: number;
  };
  readonly metricsServer: { readonly scrapePeriod: number };
  readonly storage: { readonly provisioning: number };
  readonly cloud: {
    /** From asking for a machine until its kubelet starts. */
    readonly provisioning: Distribution;
    /** From the registration of its Node until that is Ready. */
    readonly nodeReady: Distribution;
    /** From asking for the end of a machine until it is gone. */
    readonly deletion: Distribution;
    /** The share of machines that run and never register. */
    readonly registrationFailureRatio: number;
  };
  /** Whether components write Events (the API kind). */
  readonly events: boolean;
  readonly featureGates: FeatureGates;
}

/** The feature gates of Kubernetes that make a difference here, by Kubernetes' own names. */
export interface FeatureGates {
  readonly MaxUnavailableStatefulSet: boolean;
  readonly StaleControllerConsistencyDaemonSet: boolean;
  readonly StaleControllerConsistencyJob: boolean;
  readonly StaleControllerConsistencyReplicaSet: boolean;
  readonly StaleControllerConsistencyStatefulSet: boolean;
}

/** Bare pods that arrive over time, without an owner. */
export interface WorkloadSpec {
  readonly name: string;
  readonly namespace: string;
  readonly count: number;
  readonly startMicros: number;
  /** Time between two arrivals; absent: all at `startMicros`. */
  readonly interarrival: Distribution | undefined;
  /** One is drawn a pod, by weight. */
  readonly templates: readonly {
    readonly weight: number;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>> | undefined;
    readonly spec: PodSpec;
  }[];
  /** How long a pod's containers run before they exit 0; absent: for ever. Finished pods are deleted when `deleteFinished`. */
  readonly lifetime: Distribution | undefined;
  readonly deleteFinished: boolean;
  /** What a trace says of each pod, in place of what would be drawn; with `interarrival` only its arrivals are drawn. */
  readonly recorded?: RecordedPods | undefined;
}

/** Lists of one length: the n-th entries belong to the n-th pod. */
export interface RecordedPods {
  /** In order of time. */
  readonly arrivalMicros: readonly number[];
  /** Which of the templates. */
  readonly template: readonly number[];
  /** How long its containers run; `undefined`: for ever. */
  readonly lifetimeMicros: readonly (number | undefined)[];
  /** Each run draws the workload's pods from these by lot, with replacement. */
  readonly resampled?: boolean;
}

/** What the containers of matching pods do. The first match wins. */
export interface BehaviourSpec {
  readonly selector: LabelSelector;
  readonly container: string | undefined;
  /** From the container's start until it counts as started up and answers probes. */
  readonly startMicros: Distribution | undefined;
  /** From the container's start until it is ready. */
  readonly readyAfter: Distribution | undefined;
  /** From the container's start until it exits; absent: it runs until it is stopped. */
  readonly exitAfter: Distribution | undefined;
  readonly exitCode: number;
  /** How many times it exits; later starts run for ever. Absent: every time. */
  readonly exits: number | undefined;
  /** How long it takes to end after SIGTERM. */
  readonly stopAfter: Distribution | undefined;
  /** Image pulls fail this many times before they succeed; Infinity: always. */
  readonly pullFailures: number;
  /** What they use, as far as the metrics APIs are asked. */
  readonly usage?: UsageSpec | undefined;
}

/** By `cpu`, `memory` or the name of a custom metric of pods. */
export interface UsageSpec {
  /** Of each container. */
  readonly each: Readonly<Record<string, UsageCurve>>;
  /** Shared equally by the containers of ready pods. */
  readonly shared: Readonly<Record<string, UsageCurve>>;
}

/** A metric of an object or of the world outside. */
export interface MetricSeriesSpec {
  readonly name: string;
  readonly namespace: string;
  /** Absent: of the world outside. */
  readonly object: { readonly kind: string; readonly name: string } | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly curve: UsageCurve;
  /** Each point holds until the next, in place of straight lines between them. */
  readonly inSteps: boolean;
  /** Ready pods whose number the value is divided by. Absent: it is not. */
  readonly sharedBy: LabelSelector | undefined;
}

/** A quantity over time, in thousandths: straight lines between the points, which are in order of time. */
export interface UsageCurve {
  readonly points: readonly { readonly atMicros: number; readonly milli: number }[];
}

/** Kinds with a template that kubectl rolls out. */
export type RolloutKind = 'Deployment' | 'StatefulSet' | 'DaemonSet';

/** One command of kubectl on one object, or on some manifests. Keys are `namespace/name`, or a name. */
export type KubectlCommand =
  | { readonly verb: 'apply' | 'create'; readonly objects: readonly ApiObject[] }
  | {
      readonly verb: 'scale';
      readonly kind: 'Deployment' | 'ReplicaSet' | 'ReplicationController' | 'StatefulSet';
      readonly key: string;
      readonly replicas: number;
    }
  | {
      readonly verb: 'set-image';
      readonly kind: RolloutKind;
      readonly key: string;
      readonly images: Readonly<Record<string, string>>;
    }
  | {
      readonly verb: 'delete';
      readonly kind: Kind;
      readonly key: string;
      readonly gracePeriodSeconds: number | undefined;
      /** Absent: in the background. */
      readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
    }
  | {
      readonly verb: 'rollout';
      readonly action: 'undo' | 'pause' | 'resume' | 'restart';
      readonly kind: RolloutKind;
      readonly key: string;
      /** Of an undo: 0 for the revision before the newest. */
      readonly toRevision: number;
    }
  | { readonly verb: 'cordon'; readonly key: string; readonly on: boolean }
  | {
      readonly verb: 'drain';
      readonly key: string;
      readonly ignoreDaemonSets: boolean;
      readonly deleteEmptyDirData: boolean;
      readonly force: boolean;
      readonly gracePeriodSeconds: number | undefined;
      /** 0: for ever. */
      readonly timeoutMicros: number;
      readonly podSelector: string | undefined;
    }
  | {
      readonly verb: 'label' | 'annotate';
      readonly kind: Kind;
      readonly key: string;
      /** `null` takes away. */
      readonly values: Readonly<Record<string, string | null>>;
      readonly overwrite: boolean;
    }
  | {
      readonly verb: 'taint';
      readonly key: string;
      readonly add: readonly Taint[];
      /** Without an effect: of every effect. */
      readonly remove: readonly { readonly key: string; readonly effect?: Taint['effect'] | undefined }[];
      readonly overwrite: boolean;
    }
  | {
      readonly verb: 'patch';
      readonly kind: Kind;
      readonly key: string;
      readonly subresource: Subresource | undefined;
      readonly body: Exclude<PatchBody, { readonly patchType: 'apply' }>;
    }
  | { readonly verb: 'autoscale'; readonly object: HorizontalPodAutoscaler };

export interface TimelineEntry {
  readonly atMicros: number;
  /** As written, for messages. */
  readonly text: string;
  readonly command: KubectlCommand;
}

/** What an administrator does to the size of a node group. */
export interface ResizeEntry {
  readonly atMicros: number;
  readonly nodeGroup: string;
  readonly size: number;
}

/** What an administrator does to etcd's database: to all members at once, and in no time. */
export interface EtcdctlEntry {
  readonly atMicros: number;
  /** Takes the NOSPACE alarm back; forgets the history up to now; gives free pages of the file back. */
  readonly command: 'alarm disarm' | 'compact' | 'defrag';
}

/** What the world does to the nodes. Absent duration: for good. */
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

export interface FaultEntry {
  readonly atMicros: number;
  /** As written, for messages. */
  readonly text: string;
  readonly fault: Fault;
}

/** A condition on the cluster's true state. */
export type Condition =
  | {
      readonly that: 'every-deployment-available' | 'every-pod-running' | 'every-service-has-endpoints';
      /** Absent: in all namespaces. */
      readonly namespace?: string | undefined;
    }
  | {
      readonly that: 'available';
      readonly kind: 'Deployment';
      readonly key: string;
      readonly atLeast: number | undefined;
    }
  | { readonly that: 'has-endpoints'; readonly key: string; readonly atLeast: number }
  | {
      readonly that: 'pods';
      readonly selector: LabelSelector;
      readonly namespace: string | undefined;
      /** A phase of a pod, or `Ready` for the condition. */
      readonly phase: string | undefined;
      readonly atLeast: number;
      /** Infinity: no bound. */
      readonly atMost: number;
    };

export interface Expectation {
  /** When it must hold: at one time, at every moment from a time on, or at the end. */
  readonly when:
    | { readonly kind: 'at'; readonly atMicros: number }
    | { readonly kind: 'always'; readonly fromMicros: number }
    | { readonly kind: 'end' };
  readonly condition: Condition;
  readonly text: string;
}

import type { ResourceList } from '../api/pod.ts';
import type { Taint } from '../api/node.ts';
import type { CloudSpec } from './cloud.ts';
import type { Parameters } from './parameters.ts';

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

export interface SchedulerSpec {
  /** Which scheduler decides: a name, or the path of the file of one. Absent: kube-scheduler. */
  readonly policy?: string | undefined;
  /** A KubeSchedulerConfiguration as read and validated, or absent for the defaults. Opaque to all but the scheduler. */
  readonly configuration: unknown;
}

/** An autoscaler of nodes with its flags, read and validated. Opaque to all but the autoscaler. */
export interface AutoscalerSpec {
  readonly kind: 'cluster-autoscaler' | 'karpenter';
  readonly flags: Readonly<Record<string, unknown>>;
}

/** A load balancer's health check of the servers behind it. */
export interface HealthCheckSpec {
  /** From one to the next, in microseconds. */
  readonly interval: number;
  /** So many answers in a row take a server out, and bring it in again. */
  readonly unhealthyThreshold: number;
  readonly healthyThreshold: number;
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

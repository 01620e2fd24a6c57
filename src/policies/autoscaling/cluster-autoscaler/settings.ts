/** How one of several ways to grow is chosen; what is left over after the last is drawn by lot. */
export type ExpanderName = 'least-nodes' | 'least-waste' | 'most-pods' | 'price' | 'priority' | 'random';

/** cluster-autoscaler's flags, by their names. Microseconds. */
export interface ClusterAutoscalerSettings {
  readonly scanInterval: number;
  /** `--frequent-loops-enabled`: the next loop comes at once after a change of size, and when a pod has become unschedulable. */
  readonly frequentLoops: boolean;
  readonly expander: readonly ExpanderName[];
  /** For the expander `priority`: patterns of the names of node groups, the highest number first. */
  readonly priorities: readonly { readonly priority: number; readonly groups: readonly string[] }[];
  readonly balanceSimilarNodeGroups: boolean;
  readonly maxNodeProvisionTime: number;
  readonly maxNodeStartupTime: number;
  /** 0: no bound. */
  readonly maxNodesTotal: number;
  readonly maxNodesPerScaleUp: number;
  readonly newPodScaleUpDelay: number;
  readonly expendablePodsPriorityCutoff: number;
  readonly okTotalUnreadyCount: number;
  /** Of 100. */
  readonly maxTotalUnreadyPercentage: number;
  readonly initialNodeGroupBackoffDuration: number;
  readonly maxNodeGroupBackoffDuration: number;
  readonly nodeGroupBackoffResetTimeout: number;
  readonly scaleDownEnabled: boolean;
  readonly scaleDownUtilizationThreshold: number;
  readonly scaleDownGpuUtilizationThreshold: number;
  readonly scaleDownUnneededTime: number;
  readonly scaleDownUnreadyTime: number;
  readonly scaleDownUnreadyEnabled: boolean;
  readonly scaleDownDelayAfterAdd: number;
  readonly scaleDownDelayAfterDelete: number;
  readonly scaleDownDelayAfterFailure: number;
  readonly unremovableNodeRecheckTimeout: number;
  readonly maxScaleDownParallelism: number;
  readonly maxDrainParallelism: number;
  readonly maxGracefulTermination: number;
  readonly maxPodEvictionTime: number;
  readonly nodeDeleteDelayAfterTaint: number;
  readonly cordonNodeBeforeTerminating: boolean;
  readonly ignoreDaemonsetsUtilization: boolean;
  readonly daemonsetEvictionForEmptyNodes: boolean;
  readonly daemonsetEvictionForOccupiedNodes: boolean;
  readonly skipNodesWithSystemPods: boolean;
  readonly skipNodesWithLocalStorage: boolean;
  readonly skipNodesWithCustomControllerPods: boolean;
  /** How long after its creation a kube-system pod without a budget keeps its node. */
  readonly bspDisruptionTimeout: number;
  readonly minReplicaCount: number;
  readonly maxBulkSoftTaintCount: number;
  /** Every loop is made, though nothing has changed; for comparison. */
  readonly everyPass: boolean;
}

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** As of the flags' defaults. */
export const CLUSTER_AUTOSCALER_DEFAULTS: ClusterAutoscalerSettings = {
  scanInterval: 10 * SECOND,
  frequentLoops: true,
  expander: ['least-waste'],
  priorities: [],
  balanceSimilarNodeGroups: false,
  maxNodeProvisionTime: 15 * MINUTE,
  maxNodeStartupTime: 15 * MINUTE,
  maxNodesTotal: 0,
  maxNodesPerScaleUp: 1_000,
  newPodScaleUpDelay: 0,
  expendablePodsPriorityCutoff: -10,
  okTotalUnreadyCount: 3,
  maxTotalUnreadyPercentage: 45,
  initialNodeGroupBackoffDuration: 5 * MINUTE,
  maxNodeGroupBackoffDuration: 30 * MINUTE,
  nodeGroupBackoffResetTimeout: 3 * HOUR,
  scaleDownEnabled: true,
  scaleDownUtilizationThreshold: 0.5,
  scaleDownGpuUtilizationThreshold: 0.5,
  scaleDownUnneededTime: 10 * MINUTE,
  scaleDownUnreadyTime: 20 * MINUTE,
  scaleDownUnreadyEnabled: true,
  scaleDownDelayAfterAdd: 10 * MINUTE,
  scaleDownDelayAfterDelete: 0,
  scaleDownDelayAfterFailure: 3 * MINUTE,
  unremovableNodeRecheckTimeout: 5 * MINUTE,
  maxScaleDownParallelism: 10,
  maxDrainParallelism: 1,
  maxGracefulTermination: 10 * MINUTE,
  maxPodEvictionTime: 2 * MINUTE,
  nodeDeleteDelayAfterTaint: 5 * SECOND,
  cordonNodeBeforeTerminating: false,
  ignoreDaemonsetsUtilization: false,
  daemonsetEvictionForEmptyNodes: false,
  daemonsetEvictionForOccupiedNodes: true,
  skipNodesWithSystemPods: true,
  skipNodesWithLocalStorage: true,
  skipNodesWithCustomControllerPods: true,
  bspDisruptionTimeout: 1 * HOUR,
  minReplicaCount: 0,
  maxBulkSoftTaintCount: 10,
  everyPass: false,
};

/** Flags of kube-controller-manager that the node lifecycle controller reads. Times in microseconds. */
export interface NodeLifecycleSettings {
  readonly nodeMonitorPeriod: number;
  readonly nodeMonitorGracePeriod: number;
  readonly nodeStartupGracePeriod: number;
  /** Nodes a second and zone. */
  readonly nodeEvictionRate: number;
  readonly secondaryNodeEvictionRate: number;
  readonly largeClusterSizeThreshold: number;
  readonly unhealthyZoneThreshold: number;
  /**
   * How long the machine stands still when a pass has found one node silent: what falls due meanwhile begins together. A
   * machine with processors to spare does not.
   */
  readonly stallMicros: number;
  /**
   * What a pass takes at the least that has found several nodes silent. The tainting loop goes on beside it: where that is
   * longer than its period, one node a zone has its NoExecute taint before the pass ends with what the zones' states are.
   */
  readonly longPassMicros: number;
  /** Every pass is made, also those of which arithmetic says that they find nothing to do. */
  readonly everyPass: boolean;
}

/** The defaults of v1.36 (kubernetes-behaviour.md 3.9). */
export const NODE_LIFECYCLE_DEFAULTS: NodeLifecycleSettings = {
  nodeMonitorPeriod: 5_000_000,
  nodeMonitorGracePeriod: 50_000_000,
  nodeStartupGracePeriod: 60_000_000,
  nodeEvictionRate: 0.1,
  secondaryNodeEvictionRate: 0.01,
  largeClusterSizeThreshold: 50,
  unhealthyZoneThreshold: 0.55,
  stallMicros: 0,
  longPassMicros: 0,
  everyPass: false,
};

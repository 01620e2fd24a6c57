import type { Distribution } from '../engine/samplers.ts';

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

export interface RateLimit {
  readonly qps: number;
  readonly burst: number;
}

/** The feature gates of Kubernetes that make a difference here, by Kubernetes' own names. */
export interface FeatureGates {
  readonly MaxUnavailableStatefulSet: boolean;
  readonly StaleControllerConsistencyDaemonSet: boolean;
  readonly StaleControllerConsistencyJob: boolean;
  readonly StaleControllerConsistencyReplicaSet: boolean;
  readonly StaleControllerConsistencyStatefulSet: boolean;
}

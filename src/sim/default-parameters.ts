import type { Distribution } from './engine/samplers.ts';
import type { Parameters } from './scenario/parameters.ts';

const MILLISECOND = 1_000;
const SECOND = 1_000_000;
const MEGABYTE = 1_000_000;

function constant(value: number): Distribution {
  return { kind: 'constant', value };
}

function uniform(min: number, max: number): Distribution {
  return { kind: 'uniform', min, max };
}

function lognormal(mean: number, cv: number): Distribution {
  return { kind: 'lognormal', mean, cv };
}

/**
 * What every hop takes when a scenario does not say otherwise. Times are microseconds.
 *
 * Section numbers refer to the project's sheet of Kubernetes behaviour. "Published" means that Kubernetes documents or
 * defaults the value, "recorded" that it was measured on real components, "model" that it is our own choice inside the
 * range the sheet gives. Every one of them can be set under `spec.cluster.parameters` (rate limits under
 * `spec.cluster.clientLimits`).
 */
export const DEFAULT_PARAMETERS: Parameters = {
  network: {
    /** One way between a client and the API server. Published: round trips inside a data centre take up to a few hundred microseconds (1.2). */
    clientToApiServer: constant(250),
  },
  apiServer: {
    /** A read of one object from the watch cache, up to 2 kB of it encoded. Model: 1 to 2 ms uncontended (2.2). */
    read: constant(1 * MILLISECOND),
    /**
     * Decoding, admission by the server's own plugins, validation and encoding of up to 2 kB of a write, without the commit.
     * Model: writes take 4 to 10 ms at the median in all (2.2); with the commit and the network below this gives about 5 ms.
     */
    write: lognormal(4 * MILLISECOND, 1),
    /** How much of `write` is admission. It says where the time goes and changes nothing. Model: a quarter, our choice, no source. */
    admissionShare: 0.25,
    /**
     * What admission webhooks add to a create, an update or a patch, all of them together; not to subresources, Leases and
     * Events, which the rules of webhooks seldom name. Published: a cluster has none unless somebody installs them (2.1).
     */
    webhooks: constant(0),
    /** A list, besides its objects. Model: 5 ms (2.2). */
    list: constant(5 * MILLISECOND),
    /**
     * What each kilobyte of an answer takes to encode: of a list all, of one object what is beyond 2 kB. Model: 1 to 2 µs an
     * object of ordinary size (2.2).
     */
    encodePerKilobyte: 2,
    /**
     * An object as it is stored and sent, on average: priority and fairness count the seats of a list by it. Recorded: pods of
     * 1.9 kB.
     */
    objectBytes: 2_000,
    /** `--shutdown-delay-duration`: after a SIGTERM `/readyz` fails so long before the server stops listening. Published: 0 (2.1). */
    shutdownDelayDuration: 0,
    /** From the start of an API server's process until it serves. Recorded: 2.4 to 6 s on a quiet machine (data/failover). */
    start: uniform(2_400 * MILLISECOND, 6 * SECOND),
  },
  etcd: {
    /** From proposal to applied. Model: p50 1.5 to 2 ms, p99 8 to 10 ms (1.2); this has p50 1.7 ms and p99 8.8 ms. */
    commit: lognormal(2_200, 0.8),
    /** One way between two members. Published: round trips inside a data centre take up to a few hundred microseconds (1.2). */
    peer: constant(150),
    /** From the start of a member's process until it takes part in raft. Recorded: 0.1 to 0.3 s with a small database (data/failover). */
    start: uniform(100 * MILLISECOND, 300 * MILLISECOND),
  },
  watch: {
    /**
     * From commit to the watcher's cache. Model: about 5 ms when nothing is loaded (2.2, 10.2). Its minimum is what no
     * change can undercut: changes that follow within the spread travel together.
     */
    delivery: uniform(2 * MILLISECOND, 8 * MILLISECOND),
  },
  controllerManager: {
    /** What one sync of a controller computes before its first request. Model (10.2: a controller's step takes 10 ms, most of it the request). */
    sync: constant(500),
    /** Each controller's own token bucket. Published: 20 a second, burst 30 (2.7). */
    client: { qps: 20, burst: 30 },
    /** Until the caches of a controller manager that has just begun to lead are filled. Model: two looks 100 ms apart (10.8). */
    cacheSync: uniform(100 * MILLISECOND, 200 * MILLISECOND),
    /** What each object in them adds, in microseconds. Model: some seconds in big clusters (10.8). */
    cacheSyncPerObject: 20,
    /** `--endpointslice-updates-batch-period`. Published: 0 (3.8). */
    endpointSliceBatchPeriod: 0,
    /** `--node-monitor-period`. Published: 5 s (3.9). */
    nodeMonitorPeriod: 5 * SECOND,
    /** `--node-monitor-grace-period`. Published: 50 s since v1.32, 40 s before (3.9). */
    nodeMonitorGracePeriod: 50 * SECOND,
    /** `--node-startup-grace-period`. Published: 60 s (3.9). */
    nodeStartupGracePeriod: 60 * SECOND,
    /** `--node-eviction-rate`, nodes a second and zone. Published: 0.1 (3.9). */
    nodeEvictionRate: 0.1,
    /** `--secondary-node-eviction-rate`, in a large zone that is partly disrupted. Published: 0.01 (3.9). */
    secondaryNodeEvictionRate: 0.01,
    /** `--large-cluster-size-threshold`, nodes of a zone. Published: 50 (3.9). */
    largeClusterSizeThreshold: 50,
    /** `--unhealthy-zone-threshold`, the part of a zone's nodes. Published: 0.55 (3.9). */
    unhealthyZoneThreshold: 0.55,
    /** `--horizontal-pod-autoscaler-sync-period`. Published: 15 s (3.7). */
    horizontalPodAutoscalerSyncPeriod: 15 * SECOND,
    /** `--horizontal-pod-autoscaler-downscale-stabilization`. Published: 5 min (3.7). */
    horizontalPodAutoscalerDownscaleStabilization: 300 * SECOND,
    /** `--horizontal-pod-autoscaler-tolerance`. Published: 0.1 (3.7). */
    horizontalPodAutoscalerTolerance: 0.1,
    /** `--horizontal-pod-autoscaler-cpu-initialization-period`. Published: 5 min (3.7). */
    horizontalPodAutoscalerCpuInitializationPeriod: 300 * SECOND,
    /** `--horizontal-pod-autoscaler-initial-readiness-delay`. Published: 30 s (3.7). */
    horizontalPodAutoscalerInitialReadinessDelay: 30 * SECOND,
    /** `--terminated-pod-gc-threshold`. Published: 12,500 (3.11). */
    terminatedPodGCThreshold: 12_500,
  },
  scheduler: {
    /** One scheduling cycle, from taking the pod to the decision. Model: 1 to 5 ms (10.2). */
    cycle: lognormal(2 * MILLISECOND, 0.5),
    /** What each node looked at adds to a cycle. Model: nothing; the real code needs 2 to 5 µs on two cores. */
    cyclePerNode: 0,
    /** The scheduler's token bucket. Published: 50 a second, burst 100 (2.7). */
    client: { qps: 50, burst: 100 },
  },
  kubelet: {
    /** Admission handlers and cgroups. Model: 10 to 30 ms (4.9). */
    admission: uniform(10 * MILLISECOND, 30 * MILLISECOND),
    /** Until the volumes of a pod with any volume are seen mounted. Recorded: the first poll, 300 ms (4.2). */
    volumeWait: constant(300 * MILLISECOND),
    /** Sandbox and network set-up. Model: 150 to 500 ms (4.9). */
    sandbox: uniform(150 * MILLISECOND, 500 * MILLISECOND),
    /** Model: creating and starting a container take 100 to 300 ms together (4.9). */
    containerCreate: uniform(50 * MILLISECOND, 150 * MILLISECOND),
    containerStart: uniform(50 * MILLISECOND, 150 * MILLISECOND),
    /** From a change on the node until its status write leaves. Recorded: 5 to 30 ms (4.2). */
    statusDelay: uniform(5 * MILLISECOND, 30 * MILLISECOND),
    /** From the end of the last container until the pod is taken away. Recorded: 0.3 to 1.5 s (4.6). */
    teardown: uniform(300 * MILLISECOND, 1_500 * MILLISECOND),
    /** Relisting of containers. Published: 1 s (4.1). */
    plegPeriod: 1 * SECOND,
    /** From one renewal of a node's Lease to the next, without its jitter of 4 %. Published: 10 s (4.1). */
    leaseRenewPeriod: 10 * SECOND,
    /** From one report of an unchanged node status to the next. Published: 5 min (4.1). */
    nodeStatusReportPeriod: 300 * SECOND,
    /** Each kubelet's token bucket. Published: 50 a second, burst 100 (2.7). */
    client: { qps: 50, burst: 100 },
  },
  image: {
    /** Manifest and authorisation round trips of a pull. Model: 0.3 to 1 s (4.9). */
    registryRoundTrip: uniform(300 * MILLISECOND, 1 * SECOND),
    /** Bytes on the wire of an image nothing is said about; drawn once an image. Model: our choice, no source. */
    sizeBytes: lognormal(100 * MEGABYTE, 0.8),
    /** How fast a node pulls. Model: 25 to 100 MB/s (4.9). */
    bandwidthBytesPerSecond: 50 * MEGABYTE,
    /** How fast a node unpacks what it has pulled. Model: 50 to 150 MB/s (4.9). */
    unpackBytesPerSecond: 100 * MEGABYTE,
  },
  metricsServer: {
    /** metrics-server's `--metric-resolution`. Published: 15 s in its manifests, 60 s in the binary (3.7). */
    scrapePeriod: 15 * SECOND,
  },
  storage: {
    /** How long a driver takes to make or delete a volume of any class. Model: a few seconds, our choice, no source. */
    provisioning: 5 * SECOND,
  },
  cloud: {
    /** From asking for a machine until its kubelet starts. Model: 30 s to 5 min by cloud and image (10.6); our mean has no source. */
    provisioning: lognormal(60 * SECOND, 0.3),
    /** From the registration of its Node until it is Ready: the network of pods comes up. Model: our choice, no source. */
    nodeReady: uniform(5 * SECOND, 15 * SECOND),
    /** From asking for the end of a machine until it is gone. Model: our choice, no source. */
    deletion: uniform(20 * SECOND, 60 * SECOND),
    /** The share of machines that run and never register. Model: none. */
    registrationFailureRatio: 0,
  },
  /** Whether components write Events, which takes requests of their clients. Published: they do. */
  events: true,
  featureGates: {
    /** A StatefulSet's `maxUnavailable` counts; off, the API server drops it. Published: beta and off in v1.36 (3.3). */
    MaxUnavailableStatefulSet: false,
    /** The controller does nothing for an object until its cache shows what it wrote itself. Published: on since v1.36 (2.6). */
    StaleControllerConsistencyDaemonSet: true,
    StaleControllerConsistencyJob: true,
    StaleControllerConsistencyReplicaSet: true,
    StaleControllerConsistencyStatefulSet: true,
  },
};

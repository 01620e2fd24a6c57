import { z } from 'zod';
import { DEFAULT_PARAMETERS } from '../sim/default-parameters.ts';
import type { Parameters, RateLimit } from '../sim/scenario/parameters.ts';
import { byteDistribution, bytesPerSecond, count, duration, durationDistribution, positiveDuration } from './fields.ts';

const rateLimit = z
  .union([
    z.literal('unlimited'),
    z.strictObject({
      qps: z.number().positive().max(1e9).describe('Requests a second.'),
      burst: z.int().min(1).max(1e9).describe('Requests at once after a pause.'),
    }),
  ])
  .describe('The token bucket of a client of the API server.');

export const clientLimitsSchema = z.strictObject({
  controllerManager: rateLimit.optional(),
  scheduler: rateLimit.optional(),
  kubelet: rateLimit.optional(),
});

const time = durationDistribution.optional();
const rate = z.number().min(0).max(1e6).describe('So many a second.');

/** Named as `Parameters`; a test holds the two together. */
export const parametersSchema = z
  .strictObject({
    network: z.strictObject({ clientToApiServer: time }).optional(),
    apiServer: z
      .strictObject({
        read: time,
        write: time,
        list: time,
        admissionShare: z.number().min(0).max(1).optional(),
        webhooks: time,
        encodePerKilobyte: duration.optional(),
        objectBytes: count(100_000_000).optional(),
        shutdownDelayDuration: duration.optional(),
        start: time,
      })
      .optional(),
    etcd: z.strictObject({ commit: time, peer: time, start: time }).optional(),
    watch: z.strictObject({ delivery: time }).optional(),
    controllerManager: z
      .strictObject({
        sync: time,
        cacheSync: time,
        cacheSyncPerObject: duration.optional(),
        endpointSliceBatchPeriod: duration.optional(),
        nodeMonitorPeriod: positiveDuration.optional(),
        nodeMonitorGracePeriod: positiveDuration.optional(),
        nodeStartupGracePeriod: positiveDuration.optional(),
        nodeEvictionRate: rate.optional(),
        secondaryNodeEvictionRate: rate.optional(),
        largeClusterSizeThreshold: count(1_000_000_000).optional(),
        unhealthyZoneThreshold: z.number().min(0).max(1).optional(),
        horizontalPodAutoscalerSyncPeriod: positiveDuration.optional(),
        horizontalPodAutoscalerDownscaleStabilization: duration.optional(),
        horizontalPodAutoscalerTolerance: z.number().min(0).max(1_000).optional(),
        horizontalPodAutoscalerCpuInitializationPeriod: duration.optional(),
        horizontalPodAutoscalerInitialReadinessDelay: duration.optional(),
        terminatedPodGCThreshold: count(1_000_000_000).optional(),
      })
      .optional(),
    metricsServer: z.strictObject({ scrapePeriod: positiveDuration.optional() }).optional(),
    storage: z.strictObject({ provisioning: duration.optional() }).optional(),
    cloud: z
      .strictObject({
        provisioning: time,
        nodeReady: time,
        deletion: time,
        registrationFailureRatio: z.number().min(0).max(1).optional(),
      })
      .optional(),
    scheduler: z.strictObject({ cycle: time, cyclePerNode: duration.optional() }).optional(),
    kubelet: z
      .strictObject({
        admission: time,
        volumeWait: time,
        sandbox: time,
        containerCreate: time,
        containerStart: time,
        statusDelay: time,
        teardown: time,
        plegPeriod: positiveDuration.optional(),
        leaseRenewPeriod: positiveDuration.optional(),
        nodeStatusReportPeriod: positiveDuration.optional(),
      })
      .optional(),
    image: z
      .strictObject({
        registryRoundTrip: time,
        sizeBytes: byteDistribution.optional(),
        bandwidthBytesPerSecond: bytesPerSecond.optional(),
        unpackBytesPerSecond: bytesPerSecond.optional(),
      })
      .optional(),
    events: z.boolean().optional().describe('Whether components write Events.'),
    featureGates: z
      .strictObject({
        MaxUnavailableStatefulSet: z.boolean().optional(),
        StaleControllerConsistencyDaemonSet: z.boolean().optional(),
        StaleControllerConsistencyJob: z.boolean().optional(),
        StaleControllerConsistencyReplicaSet: z.boolean().optional(),
        StaleControllerConsistencyStatefulSet: z.boolean().optional(),
      })
      .optional()
      .describe('Feature gates of Kubernetes, for all components together.'),
  })
  .describe('How long each step takes. Defaults and their sources: docs/parameters.md.');

type WrittenParameters = z.output<typeof parametersSchema>;
type WrittenLimits = z.output<typeof clientLimitsSchema>;

/** The defaults with what the scenario sets in their place. */
export function mergeParameters(written: WrittenParameters | undefined, limits: WrittenLimits | undefined): Parameters {
  const defaults = DEFAULT_PARAMETERS;
  return {
    network: merge(defaults.network, written?.network),
    apiServer: merge(defaults.apiServer, written?.apiServer),
    etcd: merge(defaults.etcd, written?.etcd),
    watch: merge(defaults.watch, written?.watch),
    controllerManager: {
      ...merge(defaults.controllerManager, written?.controllerManager),
      client: limit(defaults.controllerManager.client, limits?.controllerManager),
    },
    scheduler: {
      ...merge(defaults.scheduler, written?.scheduler),
      client: limit(defaults.scheduler.client, limits?.scheduler),
    },
    kubelet: { ...merge(defaults.kubelet, written?.kubelet), client: limit(defaults.kubelet.client, limits?.kubelet) },
    image: merge(defaults.image, written?.image),
    metricsServer: merge(defaults.metricsServer, written?.metricsServer),
    storage: merge(defaults.storage, written?.storage),
    cloud: merge(defaults.cloud, written?.cloud),
    events: written?.events ?? defaults.events,
    featureGates: merge(defaults.featureGates, written?.featureGates),
  };
}

/** Members of `written` that are there win. */
function merge<T extends object>(defaults: T, written: { readonly [K in keyof T]?: T[K] | undefined } | undefined): T {
  const merged = { ...defaults };
  for (const name of Object.keys(written ?? {}) as (keyof T)[]) {
    const value = written?.[name];
    if (value !== undefined) merged[name] = value;
  }
  return merged;
}

function limit(standard: RateLimit | undefined, written: WrittenLimits['scheduler']): RateLimit | undefined {
  if (written === undefined) return standard;
  return written === 'unlimited' ? undefined : written;
}

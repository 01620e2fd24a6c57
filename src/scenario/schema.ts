import { z } from 'zod';
import {
  addIssue,
  byteDistribution,
  bytes,
  bytesPerSecond,
  duration,
  durationDistribution,
  positiveDuration,
  labels,
  quantity,
  resources,
} from './fields.ts';
import { autoscalerSchema } from './autoscaler.ts';
import { apiServerFaultSchema } from './api-server-faults.ts';
import { componentFaultSchema } from './component-faults.ts';
import { etcdFaultSchema } from './etcd-faults.ts';
import { cloudFaultSchema, cloudSchema, resizeSchema } from './cloud.ts';
import { metricSeriesSchema } from './metric-series.ts';
import { resourceName, taints } from './node-fields.ts';
import { networkFaultSchema } from './network-faults.ts';
import { runawayClientSchema } from './runaway-client.ts';

/** The `apiVersion` of a scenario. */
export const API_VERSION = 'orrery.dev/v1';

/** Integer bounded before anything is made of it. */
function count(most: number) {
  return z.int().min(0).max(most);
}

const labelSelector = z
  .strictObject({
    matchLabels: labels.optional(),
    matchExpressions: z
      .array(
        z.strictObject({
          key: z.string(),
          operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
          values: z.array(z.string()).optional(),
        }),
      )
      .optional(),
  })
  .describe('A Kubernetes label selector.');

const selector = z
  .union([labelSelector, labels.describe('Labels that must all be there.')])
  .meta({ id: 'Selector', description: 'Which pods: labels that must all be there, or a label selector.' });

const node = z
  .strictObject({
    name: resourceName.default('node').describe('Nodes are called NAME-0, NAME-1 and so on.'),
    count: count(1_000_000),
    zones: z
      .array(z.string().min(1))
      .default([])
      .describe('Dealt to the nodes in turn, as the label topology.kubernetes.io/zone.'),
    labels: labels.default({}),
    taints: taints.default([]),
    capacity: resources.describe('What each node has. `pods` is 110 and `ephemeral-storage` 100Gi unless said.'),
    allocatable: resources.optional().describe('What pods can have of it; everything unless said.'),
  })
  .describe('A number of equal nodes.');

const rateLimit = z
  .union([
    z.literal('unlimited'),
    z.strictObject({
      qps: z.number().positive().max(1e9).describe('Requests a second.'),
      burst: z.int().min(1).max(1e9).describe('Requests at once after a pause.'),
    }),
  ])
  .describe('The token bucket of a client of the API server.');

const time = durationDistribution.optional();
const rate = z.number().min(0).max(1e6).describe('So many a second.');

/** Named as `Parameters`; a test holds the two together. */
const parameters = z
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

const scheduler = z.strictObject({
  config: z
    .union([z.string().min(1), z.record(z.string(), z.unknown())])
    .optional()
    .describe('A KubeSchedulerConfiguration: the path of one, or the thing itself.'),
  policy: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Who decides: default, first-fit, best-fit, worst-fit, random, round-robin, most-allocated, strict-fifo, gpu-random, gpu-dot-product, gpu-clustering, gpu-packing, gpu-best-fit, fgd, or the path of a policy of your own (.js or .ts).',
    ),
});

const etcd = z
  .strictObject({
    members: z.literal([1, 3, 5, 7]).default(1).describe('How many members: 1, 3, 5 or 7.'),
    heartbeatInterval: positiveDuration.prefault('100ms').describe("A leader's word to its followers comes so often."),
    electionTimeout: positiveDuration
      .prefault('1s')
      .describe('Without one for so long, up to twice as long, a follower stands for election.'),
    preVote: z.boolean().default(true),
    quotaBackendBytes: bytes
      .refine((value) => value > 0, { error: 'must be more than zero', params: { code: 'out-of-range' } })
      .optional()
      .describe('How large the database may become: 2Gi unless said. Beyond it etcd raises its NOSPACE alarm.'),
    compactionInterval: duration
      .optional()
      .describe('How often the API servers compact the history away: 5m unless said; 0s: never.'),
  })
  .superRefine(({ heartbeatInterval, electionTimeout }, context) => {
    if (electionTimeout >= 5 * heartbeatInterval && electionTimeout <= 50_000_000) return;
    addIssue(context, {
      code: 'bad-etcd-timers',
      message: 'the election timeout must be at least 5 heartbeat intervals, and at most 50s',
      help: "etcd's own are 100ms and 1s; etcd refuses others than these, too",
    });
  })
  .describe('The members of etcd.');

const replicas = z
  .int()
  .min(1)
  .max(7)
  .optional()
  .describe('How many instances stand for election; one acts, the others stand by.');

const cluster = z.strictObject({
  nodes: z.array(node).max(10_000).optional().describe('Without it: three zones with room for everything.'),
  cloud: cloudSchema.optional(),
  autoscaler: autoscalerSchema.optional(),
  scheduler: scheduler.optional(),
  furtherSchedulers: z
    .array(scheduler)
    .max(16)
    .optional()
    .describe('Schedulers beside the first one, each a component of its own; pods choose by their schedulerName.'),
  controllers: z
    .array(z.string().min(1))
    .max(100)
    .optional()
    .describe(
      "Controllers of your own by their files (.js or .ts), and which of Kubernetes' run: names as of --controllers (*, name, -name). Nothing but files: all of them.",
    ),
  controlPlane: z
    .strictObject({
      apiServers: z
        .int()
        .min(1)
        .max(7)
        .default(1)
        .describe('API servers behind a load balancer. Who is connected to one stays there until it ends.'),
      healthCheck: z
        .strictObject({
          interval: positiveDuration.prefault('2s'),
          unhealthyThreshold: z.int().min(1).max(100).default(3),
          healthyThreshold: z.int().min(1).max(100).default(2),
        })
        .optional()
        .describe(
          'The load balancer asks each API server for /readyz, and gives new connections only to those that are ready. Without it it knows who listens, and no more.',
        ),
      etcd: etcd.optional(),
      controllerManagers: replicas,
      schedulers: replicas,
    })
    .optional()
    .describe('How many processes of each component there are, and what etcd is told.'),
  clientLimits: z
    .strictObject({
      controllerManager: rateLimit.optional(),
      scheduler: rateLimit.optional(),
      kubelet: rateLimit.optional(),
    })
    .optional()
    .describe("Rate limits of the clients of the API server; Kubernetes' own unless said."),
  parameters: parameters.optional(),
});

const workload = z
  .strictObject({
    name: resourceName,
    namespace: resourceName.default('default'),
    count: count(10_000_000),
    start: duration.prefault('0s'),
    interarrival: durationDistribution
      .optional()
      .describe('Time between two arrivals. Without it all arrive at `start`.'),
    templates: z
      .array(
        z.strictObject({
          weight: z.number().positive().max(1e9).default(1),
          labels: labels.default({}),
          annotations: z.record(z.string(), z.string()).default({}),
          spec: z.record(z.string(), z.unknown()).describe('A Kubernetes PodSpec.'),
        }),
      )
      .min(1)
      .describe('One is drawn for each pod, by weight.'),
    lifetime: durationDistribution
      .optional()
      .describe('How long containers run before they exit 0. Without it: for ever.'),
    deleteFinished: z.boolean().default(false),
  })
  .describe('Pods without an owner that arrive over time.');

const trace = z
  .strictObject({
    name: resourceName,
    namespace: resourceName.default('default'),
    file: z
      .string()
      .min(1)
      .describe('A CSV file of tasks as `orrery import` writes it, relative to the scenario; .csv.gz too.'),
    resample: count(10_000_000)
      .optional()
      .describe('So many pods, drawn by lot from the tasks with replacement: others under another seed.'),
    interarrival: durationDistribution
      .optional()
      .describe('Time between two arrivals, in place of the recorded times; the order stays.'),
    labels: labels.default({}),
    schedulerName: z.string().min(1).optional(),
    image: z.string().min(1).default('task:v1'),
    gpuResource: z
      .string()
      .min(1)
      .optional()
      .describe('Also ask for whole GPUs as this resource, for instance nvidia.com/gpu; else only in annotations.'),
    deleteFinished: z.boolean().default(true),
  })
  .describe('Pods as a trace recorded them: when each arrives, what it asks for and how long it runs.');

const after = z.strictObject({ after: durationDistribution });

const usageCurve = z
  .union([
    quantity.describe('The same all the time.'),
    z
      .array(z.strictObject({ at: duration, is: quantity }))
      .min(1)
      .refine((points) => points.every((point, i) => i === 0 || point.at > points[i - 1]!.at), {
        error: 'the points of a curve are in order of time',
        params: { code: 'out-of-range' },
      })
      .describe('Straight lines between points.'),
  ])
  .meta({ id: 'UsageCurve', description: 'A quantity, or one that changes over time.' });

const usages = z.record(z.string().min(1).max(253), usageCurve).default({});

const behaviour = z
  .strictObject({
    selector: selector,
    container: z.string().min(1).optional().describe('Only this container; all of them unless said.'),
    start: after.optional().describe("From the container's start until it counts as started and answers probes."),
    ready: after.optional().describe("From the container's start until it is ready."),
    exit: z
      .strictObject({
        after: durationDistribution,
        code: z.int().min(0).max(255).default(0),
        times: z
          .int()
          .min(1)
          .max(1e9)
          .optional()
          .describe('So many exits; later starts run on. Every time unless said.'),
      })
      .optional()
      .describe('The container ends by itself.'),
    stop: after.optional().describe('How long the container takes to end after SIGTERM.'),
    pull: z
      .strictObject({
        failures: z
          .union([z.int().min(0).max(1e9), z.literal('always')])
          .describe('Image pulls that fail before one succeeds.'),
      })
      .optional(),
    usage: z
      .strictObject({
        each: usages.describe('What each container uses: cpu, memory, or a custom metric by its name.'),
        shared: usages.describe('What the containers of all ready pods share equally.'),
      })
      .optional()
      .describe('What the metrics APIs report, for autoscalers.'),
  })
  .describe('What the containers of matching pods do. The first entry that matches a container counts.');

const nodeFault = (kind: 'NodeCrash' | 'NodeRestart' | 'NodeHang' | 'NodeNetworkPartition', what: string) =>
  z
    .strictObject({
      kind: z.literal(kind),
      node: z.string().min(1).optional().describe('The name of one node.'),
      nodes: z.array(z.string().min(1)).min(1).optional().describe('The names of nodes.'),
      count: count(1_000_000).optional().describe('So many nodes, by chance.'),
      duration:
        kind === 'NodeRestart'
          ? positiveDuration.prefault('60s').describe('From going down until the kubelet is back.')
          : positiveDuration.optional().describe('Without it: for good.'),
    })
    .superRefine((fault, context) => {
      const given = (['node', 'nodes', 'count'] as const).filter((name) => fault[name] !== undefined);
      if (given.length === 1) return;
      addIssue(context, {
        code: 'bad-fault',
        message: `${kind} has one of \`node\`, \`nodes\` and \`count\``,
        help: `write \`{ kind: ${kind}, node: node-0 }\``,
      });
    })
    .describe(what);

const zoneFault = (kind: 'ZoneOutage' | 'ZoneNetworkPartition', what: string) =>
  z
    .strictObject({
      kind: z.literal(kind),
      zone: z.string().min(1).describe('The value of the label topology.kubernetes.io/zone.'),
      duration: positiveDuration.optional().describe('Without it: for good.'),
    })
    .describe(what);

const fault = z
  .discriminatedUnion('kind', [
    nodeFault(
      'NodeCrash',
      'The nodes lose their power; with a duration they come back empty and start their pods anew.',
    ),
    nodeFault('NodeRestart', 'The nodes go down and come up again.'),
    nodeFault('NodeHang', 'The kubelets do nothing; containers go on and are picked up afterwards.'),
    nodeFault('NodeNetworkPartition', 'Nothing gets through between the nodes and the control plane.'),
    zoneFault('ZoneOutage', 'Every node of the zone loses its power.'),
    zoneFault('ZoneNetworkPartition', 'Nothing gets through between the nodes of the zone and the control plane.'),
    etcdFaultSchema,
    componentFaultSchema,
    apiServerFaultSchema,
    networkFaultSchema,
    runawayClientSchema,
    cloudFaultSchema,
  ])
  .describe(
    'What the world does to nodes, to the cloud, to members of etcd, to the processes of the control plane and to the network between them.',
  );

const timeline = z
  .strictObject({
    at: duration,
    kubectl: z
      .string()
      .min(1)
      .optional()
      .describe('apply -f PATH, scale, set image or delete, as on a command line.')
      .meta({ examples: ['set image deployment/checkout server=checkout:v2', 'scale deployment/web --replicas=5'] }),
    fault: fault.optional(),
    resize: resizeSchema.optional(),
    etcdctl: z
      .enum(['alarm disarm', 'compact', 'defrag'])
      .optional()
      .describe(
        "To all members of etcd at once: take the NOSPACE alarm back, forget the history up to now, or give the database file's free pages back.",
      ),
  })
  .superRefine((entry, context) => {
    const things = [entry.kubectl, entry.fault, entry.resize, entry.etcdctl].filter((thing) => thing !== undefined);
    if (things.length === 1) return;
    addIssue(context, {
      code: 'bad-timeline',
      message: 'an entry of the timeline has one of `kubectl`, `fault`, `resize` and `etcdctl`',
      help: 'write `{ at: 5m, kubectl: … }` or `{ at: 5m, fault: { kind: NodeCrash, node: node-0 } }`',
    });
  });
const sentence = z
  .string()
  .min(1)
  .meta({
    examples: [
      'every Deployment is available',
      'service/checkout has endpoints',
      'at most 3 pods matching app=web are Pending',
    ],
  });

const expectation = z
  .strictObject({
    at: duration.optional().describe('The moment at which `that` must hold.'),
    that: sentence.optional(),
    always: sentence.optional().describe('Must hold at every moment, from `from` on.'),
    from: duration.optional(),
    end: sentence.optional().describe('Must hold when the run ends.'),
  })
  .superRefine((entry, context) => {
    const kinds = (['at', 'always', 'end'] as const).filter((name) => entry[name] !== undefined);
    const refuse = (message: string) =>
      addIssue(context, {
        code: 'bad-expectation',
        message,
        help: 'write `{ at: 5m, that: … }`, `{ always: …, from: 1m }` or `{ end: … }`',
      });
    if (kinds.length === 0) refuse('an expectation says when it must hold: `at`, `always` or `end`');
    else if (kinds.length > 1)
      refuse(`an expectation has one of \`at\`, \`always\` and \`end\`, not ${kinds.join(' and ')}`);
    else if (kinds[0] === 'at' && entry.that === undefined) refuse('`at` needs `that`: what must hold then');
    else if (kinds[0] !== 'at' && entry.that !== undefined) refuse('`that` goes with `at`');
    else if (kinds[0] !== 'always' && entry.from !== undefined) refuse('`from` goes with `always`');
  });

const copies = z
  .strictObject({
    of: z
      .array(z.string().min(1))
      .min(1)
      .describe('Objects of the manifests that belong together, for instance [deployment/app, service/app].'),
    count: count(1_000_000),
  })
  .describe(
    'The objects are not applied themselves but COUNT times over, called NAME-0, NAME-1 and so on; wherever a label or a selector has the value NAME, a copy has its own name.',
  );

/** The whole scenario document. Objects are closed: an unknown member is an error. */
export const scenarioSchema = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Scenario'),
  metadata: z.strictObject({ name: resourceName }),
  spec: z.strictObject({
    question: z.string().optional().describe('What the scenario asks. Without it: the comment at the top of the file.'),
    duration: positiveDuration
      .optional()
      .describe('How long to simulate. Without it: until only periodic work is left.'),
    warmUp: positiveDuration
      .optional()
      .describe('What happens before does not count: latencies are of pods created from then on, means begin there.'),
    horizon: positiveDuration.prefault('1h').describe('The longest run when there is no duration.'),
    seed: z
      .union([z.int(), z.string().min(1).max(200)])
      .default(1)
      .transform(String)
      .describe('The same seed gives the same run.'),
    simulateEverything: z
      .boolean()
      .default(false)
      .describe(
        'Simulate heartbeats and passes that change nothing one by one, not by arithmetic. Slow; for comparison.',
      ),
    cluster: cluster.prefault({}),
    manifests: z
      .array(z.string().min(1))
      .default([])
      .describe('Files and folders of Kubernetes manifests, applied at the start; relative to this file.'),
    copies: z.array(copies).default([]),
    workload: z.array(workload).default([]),
    traces: z.array(trace).default([]),
    behaviour: z.array(behaviour).default([]),
    metrics: z.array(metricSeriesSchema).max(1_000).default([]),
    timeline: z.array(timeline).default([]).describe('What happens when.'),
    expect: z.array(expectation).default([]).describe('What must hold. A broken one ends in exit code 1.'),
  }),
});

export type ScenarioDocument = z.output<typeof scenarioSchema>;

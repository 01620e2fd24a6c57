import { join } from 'node:path';
import { readSchedulerConfiguration } from '../../src/policies/scheduling/configuration/read-configuration.ts';
import { DISABLED_BY_DEFAULT } from '../../src/policies/controllers/registry.ts';
import { defaultPolicies } from '../../src/policies/default-policies.ts';
import type { SchedulerConfiguration } from '../../src/policies/scheduling/configuration/configuration.ts';
import { Engine, type EventKind } from '../../src/sim/engine/engine.ts';
import type { PriorityClass } from '../../src/sim/api/core.ts';
import { decodeObject } from '../../src/sim/api/decode/decode-object.ts';
import type { Node } from '../../src/sim/api/node.ts';
import type { Pod } from '../../src/sim/api/pod.ts';
import type { Client, Response } from '../../src/sim/api/request.ts';
import type { EtcdSpec } from '../../src/sim/scenario/cluster.ts';
import type { Scenario } from '../../src/sim/scenario/scenario.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import type { RecordSink } from '../../src/sim/recorder/records.ts';
import { ELSEWHERE, neighbourOn, nodeOf } from './cluster.ts';
import { FakeKubelets } from './fake-kubelets.ts';
import { FakeMetrics } from './fake-metrics.ts';
import { parametersOf, settingsOf, type Settings } from './flags.ts';
import { Names } from './names.ts';
import { namespaceOf } from './namespace.ts';
import { Ordinals } from './ordinals.ts';
import type { RecordedInput, RecordedNode, Recording } from './recording.ts';
import { Timeline } from './timeline.ts';

const SECOND = 1_000_000;
/** The cluster has stood for so long at t=0: caches are full and nothing is under way. A full minute. */
const BEFORE_ZERO = 60 * SECOND;
/** Own nodes registered one after the other from so long before t=0 on. */
const REGISTERED_BEFORE = 2.5 * SECOND;
const BETWEEN_REGISTRATIONS = 15_000;
/** Where no alignment is named, t=0 lies so far behind a full second. */
const AFTER_FULL_SECOND = 50_000;

/**
 * Where many nodes fell silent about the same time, each recording's in a zone of its own, the machine had used up its
 * share of the processors when a pass had dealt with them: nothing happens in the recordings for so long, again and again.
 */
const STALL = 110_000;

/**
 * Recorded where the nodes of a whole cluster fell silent: from the first that became Unknown to the last whose pods were
 * told took 250 ms and more.
 */
const LONG_PASS = 250_000;

const HEALTHY_ELSEWHERE = [
  {
    Name: `${ELSEWHERE}-1`,
    Zone: ELSEWHERE,
    CPU: '8',
    Memory: '16Gi',
    Pods: '110',
    Labels: {},
    Taints: [{ key: 'orrery.dev/elsewhere', effect: 'NoSchedule' }],
  },
];

/** Recorded: kubectl creates an object 10 to 50 ms after the one before. */
const BETWEEN_MANIFESTS = 22_000;

const NO_SINK: RecordSink = { pod: () => undefined, event: () => undefined };

/** What a control plane has that is not as simple as can be. */
export interface Plant {
  readonly etcd?: EtcdSpec;
  /** Controller manager and scheduler stand for election. */
  readonly elects?: boolean;
  /** The fake kubelets do not give up. */
  readonly persists?: boolean;
}

/** A recording's cluster in the simulator: what its steps act on. */
export class World {
  readonly simulation: Simulation;
  readonly namespace: string;
  readonly settings: Settings;
  /** The folder of manifests that a step applies. */
  readonly manifests: string | undefined;
  readonly names: Names;
  readonly timeline: Timeline;
  readonly client: Client;
  readonly metrics: FakeMetrics;
  kubelets!: FakeKubelets;
  /** The moment of t=0. Microseconds. */
  readonly zero: number;
  readonly #timer: EventKind;

  constructor({ input, folder }: Recording, seed: string, plant: Plant = {}) {
    this.namespace = input.namespace ?? `${input.family}-${input.name}`;
    this.settings = settingsOf(input.flags);
    this.manifests = input.manifests === undefined ? undefined : join(folder, input.manifests);
    this.zero = BEFORE_ZERO + (input.align === 'minute' ? (input.alignOffset ?? 0) * SECOND : AFTER_FULL_SECOND);
    const ordinals = new Ordinals();
    this.names = new Names(this.namespace, ordinals);
    const own = input.cluster?.shared !== true;
    const shown = { namespace: this.namespace, nodes: own, leases: input.leases === true };
    this.timeline = new Timeline(this.names, shown, this.zero, input.family);
    const recorded = input.cluster?.nodes ?? [];
    const nodes = own ? [] : recorded.map((node) => nodeOf(node, 0));
    const others = neighbours(nodes, seed);
    if (stoodBesideOthers(input)) nodes.push(...HEALTHY_ELSEWHERE.map((node) => nodeOf(node, 0)));
    const { settings } = this;
    const policies = defaultPolicies({
      controllerNames: ['*', ...DISABLED_BY_DEFAULT],
      endpointSliceBatchMicros: settings.endpointSliceBatchMicros,
      featureGates: settings.featureGates,
      nodeLifecycle: stoodBesideOthers(input) ? { stallMicros: STALL } : { longPassMicros: LONG_PASS },
      ...(settings.terminatedPodGcThreshold === undefined
        ? {}
        : { terminatedPodGCThreshold: settings.terminatedPodGcThreshold }),
      ...(settings.binPackProfile ? { schedulerConfiguration: withBinPack() } : {}),
    });
    this.simulation = new Simulation(
      {
        ...scenarioOf(input, settings, plant.etcd),
        initial: [namespaceOf(this.namespace), namespaceOf(ELSEWHERE), ...nodes, ...others, ...leftOver(input)],
      },
      policies,
      NO_SINK,
      {
        seed,
        elects: plant.elects,
        nodeAgents: (needs) => (this.kubelets = new FakeKubelets(needs, ordinals, plant.persists)),
      },
    );
    const { api, engine } = this.simulation;
    api.observe(({ change, committedAt, revision }) => {
      ordinals.committed(change);
      this.timeline.committed(change, committedAt, revision);
    });
    api.observeEvents((note, committedAt) => this.timeline.eventWritten(note, committedAt));
    this.client = api.client('recorder', undefined);
    this.simulation.kubectl.betweenObjects = BETWEEN_MANIFESTS;
    this.metrics = new FakeMetrics(
      () => api.store.values('Pod'),
      () => engine.now,
    );
    // Without a step that says what is used there was no metrics server.
    if ((input.steps ?? []).some((step) => step['metrics'] !== undefined)) api.serveMetrics(this.metrics);
    this.#timer = engine.on('replay/timer', (_a, _b, act) => (act as () => void)());
    if (own) {
      recorded.forEach((node, i) => {
        this.at(i * BETWEEN_REGISTRATIONS - REGISTERED_BEFORE, () => this.register(node, () => undefined));
      });
    }
  }

  /** Milliseconds since t=0. */
  get millis(): number {
    return Math.round((this.simulation.engine.now - this.zero) / 1_000);
  }

  /** Does something so long after t=0, at once when that is over. */
  at(micros: number, act: () => void): void {
    const { engine } = this.simulation;
    engine.at(Math.max(engine.now, this.zero + micros), this.#timer, 0, 0, act);
  }

  after(micros: number, act: () => void): void {
    this.simulation.engine.after(micros, this.#timer, 0, 0, act);
  }

  /** A node registers itself: ready at once. Its kubelet looks after it from then on. */
  register(recorded: RecordedNode, then: (response: Response) => void): void {
    const object = nodeOf(recorded, this.simulation.engine.now);
    this.client.send({ verb: 'create', object }, (response) => {
      if (response.ok && response.object !== undefined) this.kubelets.addNode(response.object as Node);
      then(response);
    });
  }

  run(seconds: number): void {
    this.simulation.engine.run({ until: this.zero + seconds * SECOND });
  }
}

/**
 * The recordings about nodes of one zone were made in one cluster, each with a zone of its own, so that another zone was
 * always well. Nothing else is known of the others' nodes, and no pod may go there.
 */
function stoodBesideOthers({ family, cluster }: RecordedInput): boolean {
  return family === 'node-failure' && new Set(cluster?.nodes?.map(({ Zone }) => Zone)).size === 1;
}

function scenarioOf(input: RecordedInput, settings: Settings, etcd: EtcdSpec | undefined): Scenario {
  return {
    name: `${input.family}/${input.name}`,
    question: '',
    durationMicros: BEFORE_ZERO * 100,
    horizonMicros: BEFORE_ZERO * 100,
    seed: '1',
    cluster: { nodes: [], parameters: parametersOf(settings), scheduler: { configuration: undefined }, etcd },
    manifests: [],
    initial: [],
    workloads: [],
    behaviours: [],
    timeline: [],
    expectations: [],
  };
}

/** Other namespaces are active on the nodes of a shared cluster: none of them is as empty as another. */
function neighbours(nodes: readonly Node[], seed: string): Pod[] {
  const usage = new Engine({ seed }).keyed('replay/neighbours');
  return nodes.map((node, i) => neighbourOn(node, 100 + Math.floor(usage.uniform(i, 0) * 2_000)));
}

/**
 * Every scenario was recorded twice on its cluster. Its namespace went in between, its PriorityClasses are of no
 * namespace and stayed.
 */
function leftOver({ steps = [] }: RecordedInput): PriorityClass[] {
  const created = steps.flatMap((step) => (step['create'] ?? []) as readonly { readonly kind: string }[]);
  return created
    .filter(({ kind }) => kind === 'PriorityClass')
    .map((raw) => decodeObject(raw, () => undefined) as PriorityClass);
}

/** The two profiles of the recordings' scheduler: the default one, and one that packs. */
function withBinPack(): SchedulerConfiguration {
  const resources = [
    { name: 'cpu', weight: 1 },
    { name: 'memory', weight: 1 },
  ];
  const args = { scoringStrategy: { type: 'MostAllocated', resources } };
  const raw = {
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    profiles: [
      { schedulerName: 'default-scheduler' },
      { schedulerName: 'bin-pack', pluginConfig: [{ name: 'NodeResourcesFit', args }] },
    ],
  };
  const problems: string[] = [];
  const configuration = readSchedulerConfiguration(raw, (problem) => problems.push(problem.message));
  if (configuration === undefined) throw new Error(problems.join('; '));
  return configuration;
}

import { declareCustomResource } from './api/custom-object.ts';
import { keyOf, type ApiObject } from './api/kinds.ts';
import type { Pod } from './api/pod.ts';
import type { ClientRateLimit } from './api/request.ts';
import { systemObjects } from './api/system-objects.ts';
import { SimulatedApiServer } from './control-plane/api-server/api-server.ts';
import { ApiServerFaults } from './control-plane/api-server/instances/api-server-faults.ts';
import { Cloud } from './cloud/cloud.ts';
import { machineRecords } from './cloud/machine-records.ts';
import type { Hosts } from './cloud/machines.ts';
import { ControllerManager } from './control-plane/controller-manager.ts';
import { Etcdctl } from './control-plane/etcd/etcdctl.ts';
import { addQuietWrites } from './control-plane/etcd/quiet-writes.ts';
import { EventBroadcaster } from './control-plane/event-recorder.ts';
import { ComponentFaults, componentOf } from './control-plane/process/component-faults.ts';
import { NetworkFaults } from './control-plane/network/network-faults.ts';
import { controllerManagers, schedulers } from './control-plane/process/components.ts';
import type { ComponentApi } from './control-plane/process/process-api.ts';
import { Replicas } from './control-plane/process/replicas.ts';
import type { SchedulingAttempt } from './control-plane/scheduler/attempt.ts';
import { Scheduler } from './control-plane/scheduler/scheduler.ts';
import { assert } from './engine/assert.ts';
import type { Clockwork } from './engine/clockwork.ts';
import { Engine } from './engine/engine.ts';
import { Faults } from './faults/faults.ts';
import { RunawayClients } from './faults/runaway-clients.ts';
import { Expectations } from './invariants/expectations.ts';
import { Kubelets, type KubeletsNeeds, type NodeAgents } from './node/kubelets.ts';
import { nodesOfPool } from './node/pool-nodes.ts';
import type { ControllerFactory, ControllerProcess } from './policy-api/controllers.ts';
import type { SchedulingPolicyFactory } from './policy-api/scheduler.ts';
import type { QueueMetrics } from './recorder/queue-metrics.ts';
import { Recorder } from './recorder/recorder.ts';
import type { DecisionRecord, RecordSink } from './recorder/records.ts';
import type { RunEnd, RunRecord } from './recorder/run-record.ts';
import type { Scenario } from './scenario/scenario.ts';
import type { WorkloadSpec } from './scenario/workload.ts';
import { Arrivals } from './workload/arrivals.ts';
import { drawTasks } from './workload/draw-tasks.ts';
import { Behaviours } from './workload/behaviour.ts';
import { Kubectl } from './workload/kubectl.ts';
import { MetricSeries } from './workload/metric-series.ts';
import { MetricsServer } from './workload/metrics-server.ts';

/** Every decision that can be swapped, as a run is handed it. */
export interface Policies {
  readonly scheduler: SchedulingPolicyFactory;
  /** Schedulers beside it, each a component with a queue, a cache and a client of its own. */
  readonly furtherSchedulers?: readonly SchedulingPolicyFactory[];
  readonly controllers: readonly ControllerFactory[];
  /** Components beside kube-controller-manager that run controllers, as cloud controller manager and autoscalers do. */
  readonly addOns?: readonly ControllerProcess[];
}

export interface SimulationOptions {
  /** In place of the scenario's seed. */
  readonly seed?: string | undefined;
  /** Stops earlier than the scenario would, in microseconds of simulated time. */
  readonly untilMicros?: number | undefined;
  /** Pods whose every scheduling attempt goes to the sink, explained. Explaining one takes as long as the plain search. */
  readonly explains?: ((pod: Pod) => boolean) | undefined;
  /** Who runs the pods of the nodes. Absent: kubelets. */
  readonly nodeAgents?: ((needs: KubeletsNeeds) => NodeAgents) | undefined;
  /**
   * Controller manager and scheduler stand for election even where nothing can take their Leases from them, and nobody
   * starts them again when they have lost them.
   */
  readonly elects?: boolean | undefined;
}

/** Those of which several may stand for election, as the network knows them. */
const COMPONENTS: Readonly<Record<string, ReturnType<typeof componentOf>>> = {
  'kube-controller-manager': 'controllerManagers',
  'kube-scheduler': 'schedulers',
};

/**
 * A run: one scenario, one seed. Puts the parts together, gives everyone their real neighbours, and turns the crank.
 * Everything that happens afterwards, happens through events.
 */
export class Simulation {
  readonly engine: Engine;
  readonly api: SimulatedApiServer;
  readonly recorder: Recorder;
  /** Every one there was: the default scheduler's instances and lives, and those beside it. */
  readonly #schedulers: Scheduler[] = [];
  readonly #scenario: Scenario;
  readonly #seed: string;
  readonly #expectations: Expectations;
  readonly kubectl: Kubectl;
  /** Those that stand for election. */
  readonly components: { readonly [C in ReturnType<typeof componentOf>]: Replicas | undefined };
  readonly #elects: boolean;
  readonly #cloud: Cloud | undefined;
  /** Once there is a cloud whose machines have to be run. */
  #kubelets: Kubelets | undefined;
  readonly #end: number;
  readonly #endReason: RunEnd;
  readonly #commandFailures: { at: number; text: string; message: string }[] = [];
  #lastChangeAt = 0;
  #stopped: RunEnd | undefined;

  constructor(scenario: Scenario, policies: Policies, sink: RecordSink, options: SimulationOptions = {}) {
    this.#scenario = scenario;
    this.#seed = options.seed ?? scenario.seed;
    this.#elects = options.elects ?? false;
    for (const resource of scenario.customResources ?? []) declareCustomResource(resource);
    const engine = (this.engine = new Engine({ seed: this.#seed }));
    const { parameters } = scenario.cluster;
    const { etcd, apiServers: instances, healthCheck } = scenario.cluster;
    const api = (this.api = new SimulatedApiServer(engine, parameters, { etcd, instances, healthCheck }));
    this.recorder = new Recorder(sink, scenario.warmUpMicros);
    this.#expectations = new Expectations(scenario.expectations);
    const { controlPlane } = this.recorder;
    api.observeRequests(controlPlane);
    api.observeFairness(controlPlane.fairness);
    api.instances.observe(controlPlane);
    controlPlane.servers = () => (api.instances.areSpecial ? api.instances.loads() : []);
    api.observeWatches((kind, ofNode) => controlPlane.lagsOf(kind, ofNode));
    api.etcd.observer = (micros) => controlPlane.committed(micros);
    controlPlane.database = (at) => api.store.figures(at);
    api.observe(({ change, committedAt }) => {
      // Leases are renewed for ever, by each that leads and by each node that is not quiet.
      if (change.object.kind !== 'Lease') this.#lastChangeAt = committedAt;
      this.recorder.committed(change, committedAt);
      if (scenario.expectations.length > 0) this.#expectations.committed(change, committedAt);
    });

    api.observeEvents((note, committedAt) => {
      this.#lastChangeAt = committedAt;
      this.recorder.eventWritten(note, committedAt);
    });

    const ownEnd = scenario.durationMicros ?? scenario.horizonMicros;
    const ownReason: RunEnd = scenario.durationMicros === undefined ? 'horizon' : 'duration';
    const cut = options.untilMicros !== undefined && options.untilMicros < ownEnd;
    this.#end = cut ? options.untilMicros : ownEnd;
    this.#endReason = cut ? 'until' : ownReason;

    this.#cloud = this.#makeCloud();
    this.#install();
    const schedulers = this.#addSchedulers(policies.scheduler, sink, options);
    (policies.furtherSchedulers ?? []).forEach((policy, i) => {
      this.#addScheduler(`scheduler-${i + 2}`, policy, sink, options);
    });
    const controllerManagers = this.#addControllerManagers(policies.controllers);
    this.components = { controllerManagers, schedulers };
    const workloads = scenario.workloads.map((spec) => drawTasks(engine, spec));
    const behaviours = new Behaviours(engine, scenario.behaviours, workloads);
    this.#serveMetrics(behaviours);
    const agents = options.nodeAgents ?? ((needs: KubeletsNeeds): NodeAgents => new Kubelets(needs));
    const kubelets = agents({
      engine,
      api,
      parameters,
      behaviours,
      everyHeartbeat: scenario.simulateEverything,
      recorderFor: (nodeName) => {
        const client = api.client(`kubelet-events/${nodeName}`, parameters.kubelet.client, `kubelet/${nodeName}`);
        return new EventBroadcaster(engine, client, `kubelet, ${nodeName}`, parameters.events);
      },
    });
    for (const node of api.store.values('Node')) kubelets.addNode(node);
    addQuietWrites(api.store, parameters, scenario.simulateEverything === true);
    const { faults = [] } = scenario;
    this.#addAddOns(policies.addOns ?? []);
    if (faults.length > 0 || this.#cloud !== undefined) {
      assert(kubelets instanceof Kubelets, 'faults and clouds need the kubelets of the simulation');
      this.#kubelets = kubelets;
    }
    if (faults.length > 0) {
      new Faults(
        engine,
        {
          machines: this.#kubelets!,
          etcd: api.etcd,
          components: new ComponentFaults(this.components),
          apiServers: new ApiServerFaults(api.instances),
          network: new NetworkFaults({
            engine,
            network: api.network,
            instances: api.instances,
            etcd: api.etcd,
            machines: this.#kubelets!,
            replicas: {
              'kube-controller-manager': this.components.controllerManagers,
              'kube-scheduler': this.components.schedulers,
            },
            nodes: () => api.store.values('Node'),
          }),
          clients: new RunawayClients(engine, api),
          cloud: this.#cloud,
          nodes: () => api.store.values('Node'),
        },
        faults,
      );
    }
    if (scenario.etcdctl !== undefined && scenario.etcdctl.length > 0) new Etcdctl(engine, api.store, scenario.etcdctl);
    this.kubectl = new Kubectl(engine, api, (failure) => this.#commandFailures.push(failure));
    this.#plan(workloads);
  }

  /** The default scheduler; of several instances the first. */
  get scheduler(): Scheduler {
    return this.#schedulers[0]!;
  }

  /** Machines that come and go; undefined: the scenario has none. */
  get cloud(): Cloud | undefined {
    return this.#cloud;
  }

  /** Simulated time in microseconds. */
  get now(): number {
    return this.engine.now;
  }

  /** When the run will end at the latest, in microseconds. */
  get end(): number {
    return this.#end;
  }

  /**
   * When a run ended that has nothing more to do, in microseconds. One with a duration of its own lasts that long, even if
   * nothing happens in the rest of it; one without is over with the last change.
   */
  get endedAt(): number {
    if (this.#stopped !== 'quiescent') return this.engine.now;
    return this.#endReason === 'horizon' ? this.#lastChangeAt : this.#end;
  }

  /**
   * Goes on for at most `maxEvents` events.
   *
   * @returns whether there is more to do
   */
  advance(maxEvents: number): boolean {
    if (this.#stopped !== undefined) return false;
    const reason = this.engine.run({ until: this.#end, maxEvents });
    if (reason === 'events') return true;
    this.#stopped = reason === 'quiescent' ? 'quiescent' : reason === 'until' ? this.#endReason : 'interrupted';
    return false;
  }

  /** Ends the run where it stands: what has been recorded is whole up to this moment. */
  interrupt(): void {
    this.#stopped = 'interrupted';
  }

  /** Closes the books. To be called once, when `advance` has nothing more to do. */
  finish(): RunRecord {
    const { engine, api, recorder, endedAt } = this;
    const recording = recorder.finish(endedAt);
    const objects = new Map<ApiObject['kind'], number>();
    for (const kind of ['Pod', 'Node', 'Deployment', 'ReplicaSet', 'Service', 'EndpointSlice', 'Event'] as const) {
      objects.set(kind, api.store.count(kind));
    }
    return {
      scenario: this.#scenario.name,
      question: this.#scenario.question,
      seed: this.#seed,
      endedAt,
      warmUpMicros: this.#scenario.warmUpMicros ?? 0,
      stopped: this.#stopped ?? 'interrupted',
      quiescentSince: this.#lastChangeAt,
      fingerprint: engine.fingerprint.toString(),
      engineEvents: engine.dispatched,
      requests: api.requests,
      revisions: api.store.revision,
      schedulingAttempts: this.#schedulers.reduce((sum, one) => sum + one.attempts, 0),
      podsCreated: recording.lives.created,
      podsScheduled: recording.lives.scheduled,
      podsReady: recording.lives.everReady,
      podsRemoved: recording.lives.removed,
      objects,
      last: recording.last,
      nodes: recording.nodes,
      gpus: recording.gpus,
      samples: recording.samples,
      sampleIntervalMicros: recording.sampleIntervalMicros,
      rollouts: recording.rollouts,
      jobs: recording.jobs,
      durations: recording.durations,
      pending: recording.pending,
      controlPlane: recording.controlPlane,
      expectations: this.#expectations.finish(endedAt),
      commandFailures: this.#commandFailures,
      machines: machineRecords(this.#cloud?.lives ?? [], endedAt),
    };
  }

  /** Where the scenario says what anything measures, somebody measures it. */
  #serveMetrics(behaviours: Behaviours): void {
    const { engine, api } = this;
    const { metrics = [], cluster } = this.#scenario;
    const series = metrics.length === 0 ? undefined : new MetricSeries(api, metrics);
    const turns = [behaviours.lastUsageTurn, series?.lastTurn].filter((turn) => turn !== undefined);
    if (turns.length === 0) return;
    const { scrapePeriod } = cluster.parameters.metricsServer;
    api.serveMetrics(new MetricsServer(engine, api, behaviours, scrapePeriod, Math.max(...turns), series));
  }

  #makeCloud(): Cloud | undefined {
    const { cloud, parameters } = this.#scenario.cluster;
    if (cloud === undefined) return undefined;
    const hosts: Hosts = {
      boot: (node) => this.#kubelets!.boot(node),
      scrap: (nodeName) => this.#kubelets!.scrap(nodeName),
    };
    return new Cloud(this.engine, cloud, parameters.cloud, hosts, this.#scenario.resizes ?? []);
  }

  #addAddOns(addOns: readonly ControllerProcess[]): void {
    const { engine, api } = this;
    const observeQueue = (name: string): QueueMetrics => this.recorder.controlPlane.queueOf(name, engine);
    for (const { process, client, controllers } of addOns) {
      const options = { process, client, cloud: this.#cloud, observeQueue };
      new ControllerManager(engine, api, this.#scenario.cluster.parameters, controllers, options);
    }
  }

  /**
   * Whether several stand for election, or one that may be struck, or lose its Lease for etcd's sake: else there is nobody
   * to tell it from.
   */
  #isElected(component: ReturnType<typeof componentOf>): boolean {
    const { cluster, faults = [] } = this.#scenario;
    if ((cluster[component] ?? 1) > 1 || this.#elects) return true;
    return faults.some(
      ({ fault }) =>
        fault.kind.startsWith('Etcd') ||
        ('replica' in fault && componentOf(fault) === component) ||
        ('from' in fault &&
          [fault.from, fault.to].some(
            (place) => place.component === 'etcd' || COMPONENTS[place.component] === component,
          )),
    );
  }

  #addControllerManagers(factories: readonly ControllerFactory[]): Replicas | undefined {
    const { engine, api } = this;
    const { parameters, controllerManagers: replicas = 1 } = this.#scenario.cluster;
    const observeQueue = (name: string): QueueMetrics => this.recorder.controlPlane.queueOf(name, engine);
    if (this.#isElected('controllerManagers')) {
      const component = controllerManagers(replicas, parameters, factories, undefined, observeQueue, this.#cloud);
      return new Replicas(engine, api, component, !this.#elects);
    }
    new ControllerManager(engine, api, parameters, factories, { observeQueue, cloud: this.#cloud });
    return undefined;
  }

  #addSchedulers(policy: SchedulingPolicyFactory, sink: RecordSink, options: SimulationOptions): Replicas | undefined {
    const { engine, api } = this;
    if (this.#isElected('schedulers')) {
      const make = (process: Clockwork, processApi: ComponentApi): Scheduler =>
        this.#addScheduler('scheduler', policy, sink, options, { engine: process, api: processApi, standby: true });
      return new Replicas(engine, api, schedulers(this.#scenario.cluster.schedulers ?? 1, make), !this.#elects);
    }
    this.#addScheduler('scheduler', policy, sink, options);
    return undefined;
  }

  #addScheduler(
    name: string,
    policy: SchedulingPolicyFactory,
    sink: RecordSink,
    { explains }: SimulationOptions,
    place: { readonly engine: Clockwork; readonly api: ComponentApi; readonly standby?: boolean } = this,
  ): Scheduler {
    const { engine, api, standby = false } = place;
    const { parameters } = this.#scenario.cluster;
    const source = name === 'scheduler' ? 'default-scheduler' : name;
    const recorder = (limit: ClientRateLimit | undefined): EventBroadcaster =>
      new EventBroadcaster(engine, api.client(`${name}/events`, limit, name), source, parameters.events, false);
    const scheduler = new Scheduler({ engine, api, parameters, policy, recorder, explains, name, standby });
    scheduler.onAttempt = (attempt) => {
      this.recorder.attempted(attempt.pod.metadata.uid, attempt.message ?? '');
      if (explains?.(attempt.pod) === true) sink.decision?.(decisionRecord(attempt));
    };
    this.#schedulers.push(scheduler);
    return scheduler;
  }

  /** What is there before anything happens: namespaces, nodes, and a cluster as it was found. */
  #install(): void {
    const { api } = this;
    const { initial, cluster } = this.#scenario;
    for (const object of systemObjects(initial)) api.install(object);
    for (const object of initial) api.install(object);
    for (const pool of cluster.nodes) for (const node of nodesOfPool(pool)) api.install(node);
    for (const node of this.#cloud?.nodes() ?? []) api.install(node);
  }

  /** What will happen from outside: manifests, arrivals, commands, and the moments somebody wants to look. */
  #plan(workloads: readonly WorkloadSpec[]): void {
    const { engine } = this;
    const { manifests, timeline } = this.#scenario;
    if (manifests.length > 0) {
      this.kubectl.at(0, { text: 'apply the manifests', command: { verb: 'apply', objects: manifests } });
    }
    for (const entry of timeline) this.kubectl.at(entry.atMicros, entry);
    new Arrivals(engine, this.api, workloads);
    const moments = this.#expectations.moments();
    const due = engine.on('invariants/expectation-due', (i) => this.#expectations.dueAt(moments[i]!));
    moments.forEach((moment, i) => engine.at(moment, due, i));
  }
}

function decisionRecord(attempt: SchedulingAttempt): DecisionRecord {
  const { pod, at, attempts, result, nodeName, message, victims, explanation } = attempt;
  return {
    at,
    namespace: pod.metadata.namespace,
    pod: pod.metadata.name,
    attempt: attempts,
    result,
    node: nodeName ?? '',
    message: message ?? '',
    nominatedNode: victims[0]?.spec.nodeName ?? '',
    victims: victims.map(keyOf),
    explanation,
  };
}

import { assert } from '../engine/assert.ts';
import type { Engine, EventKind } from '../engine/engine.ts';
import { stableHash } from '../engine/stable-hash.ts';
import type { KeyedDraws } from '../engine/streams.ts';
import type { Node } from '../api/node.ts';
import type { Pod } from '../api/pod.ts';
import type { ApiServer, EventRecorder } from '../api/request.ts';
import type { Parameters } from '../scenario/parameters.ts';
import type { ContainerRecord } from './container.ts';
import type { ContainerBehaviours } from './container-behaviour.ts';
import { containerCreated, containerStarted, postStartDone } from './container-start.ts';
import { SampledRuntime, type ContainerRuntime } from './container-runtime.ts';
import { Kubelet } from './kubelet.ts';
import { Heartbeats } from './heartbeats.ts';
import { Machine } from './machine.ts';
import { NewMachines } from './new-machines.ts';
import { NodeDuration } from './node-durations.ts';
import { NodeLink, registerLostRequests } from './node-link.ts';
import { NodeNetwork } from './node-network.ts';
import type { NodeServices } from './node-services.ts';
import { registerNode, reportNode } from './node-status.ts';
import type { PodWorker } from './pod-worker.ts';
import { containerOfOperand, Prober, probeOfOperand } from './prober.ts';
import { WorkerSlots } from './worker-slots.ts';

export interface KubeletsNeeds {
  readonly engine: Engine;
  readonly api: ApiServer;
  readonly recorderFor: (nodeName: string) => EventRecorder;
  readonly parameters: Parameters;
  readonly behaviours: ContainerBehaviours;
  /** Heartbeats are simulated one by one. */
  readonly everyHeartbeat?: boolean | undefined;
  /** Absent: one whose calls take what the parameters say. */
  readonly runtime?: ContainerRuntime;
}

/**
 * Whoever runs what is bound to nodes. It sees pods and nodes through the API server's watches and answers through
 * clients of its own, as kubelets do.
 */
export interface NodeAgents {
  /** Takes charge of a node and of the pods that are bound to it already. */
  addNode(node: Node): unknown;
}

/** All kubelets of a cluster: it registers their kinds of events once, and hands each event to the pod it is about. */
export class Kubelets implements NodeAgents {
  readonly #needs: KubeletsNeeds;
  readonly #services: NodeServices;
  readonly #machines: Machine[] = [];
  readonly #byName = new Map<string, Machine>();
  readonly #heartbeats: Heartbeats;
  readonly #lostRequests: EventKind;
  readonly #reconnected: EventKind;
  readonly #reconnections: KeyedDraws;
  readonly #network = new NodeNetwork();
  #newMachines: NewMachines | undefined;
  #anyLinkWasCut = false;
  readonly #anyNeedsStatusOf = (pod: Pod): boolean => this.#anyLinkWasCut || hasReadinessGates(pod);

  constructor(needs: KubeletsNeeds) {
    this.#needs = needs;
    this.#services = this.#makeServices();
    const { engine, api, parameters } = needs;
    this.#heartbeats = new Heartbeats(engine, api, parameters, needs.everyHeartbeat === true, (name) =>
      this.#report(this.#machine(name)),
    );
    this.#lostRequests = registerLostRequests(engine);
    this.#reconnected = engine.on('kubelet/reconnected', (index, life) =>
      this.#speakAgain(this.#machines[index]!, life),
    );
    this.#reconnections = engine.keyed('kubelet/reconnection');
    api.watch({
      kind: 'Node',
      receive: (change) => {
        const machine = this.#byName.get(change.object.metadata.name);
        if (machine === undefined || change.type === 'DELETED') return;
        machine.node = change.object as Node;
        if (machine.reachable) machine.kubelet.node = machine.node;
      },
    });
  }

  /** Starts the kubelet of a node. Pods that are bound to it already are taken over. */
  addNode(node: Node): Kubelet {
    const { kubelet } = this.#install(node);
    this.#heartbeats.goesOn(node.metadata.name);
    return kubelet;
  }

  /** A machine that has just booted: its kubelet starts and registers the Node, which becomes ready a little later. */
  boot(registration: Node): void {
    const { engine, parameters } = this.#needs;
    const machine = this.#install(registration);
    this.#heartbeats.begins(machine.kubelet.name);
    registerNode(machine.client, registration, () => engine.now);
    this.#newMachines ??= new NewMachines(engine, parameters.cloud.nodeReady, (index) => {
      const grown = this.#machines[index]!;
      grown.isStarting = false;
      if (grown.reachable && grown.runs) this.#report(grown);
    });
    this.#newMachines.started(machine);
  }

  /** A machine that is taken away for good, and whatever runs on it. Its name comes never again. */
  scrap(nodeName: string): void {
    const machine = this.#byName.get(nodeName);
    if (machine === undefined) return;
    this.powerOff(nodeName);
    this.#heartbeats.forgets(nodeName);
    this.#byName.delete(nodeName);
    this.#network.release(machine.addresses);
  }

  #install(node: Node): Machine {
    const { engine, api, parameters, recorderFor } = this.#needs;
    const { name } = node.metadata;
    assert(!this.#byName.has(name), `two nodes are named ${name}`);
    const link = new NodeLink(engine, this.#lostRequests);
    const client = link.client(api.client('kubelet/' + name, parameters.kubelet.client));
    const recorder = recorderFor(name);
    const index = this.#machines.length;
    const addresses = this.#network.addressesOf(node);
    const kubelet = new Kubelet(this.#services, index, node, client, link, recorder, addresses);
    const machine = new Machine(index, node, link, client, recorder, addresses, kubelet);
    this.#machines.push(machine);
    this.#byName.set(name, machine);
    api.watch({
      kind: 'Pod',
      nodeName: name,
      needsStatusOf: (pod) => link.wasCut || hasReadinessGates(pod),
      anyNeedsStatusOf: this.#anyNeedsStatusOf,
      receive: (change) => {
        if (!link.hold(change)) machine.kubelet.receive(change);
      },
    });
    return machine;
  }

  kubelet(nodeName: string): Kubelet | undefined {
    return this.#byName.get(nodeName)?.kubelet;
  }

  // ---- What happens to machines. Faults may overlap: a node is well when the last one is over.

  has(nodeName: string): boolean {
    return this.#byName.has(nodeName);
  }

  powerOff(nodeName: string): void {
    const machine = this.#machine(nodeName);
    machine.faults.power++;
    this.#settle(machine);
    machine.goDown(this.#needs.engine.now);
  }

  powerOn(nodeName: string): void {
    this.#machine(nodeName).faults.power--;
    this.#settle(this.#machine(nodeName));
  }

  stopKubelet(nodeName: string): void {
    this.#machine(nodeName).faults.kubelet++;
    this.#settle(this.#machine(nodeName));
  }

  startKubelet(nodeName: string): void {
    this.#machine(nodeName).faults.kubelet--;
    this.#settle(this.#machine(nodeName));
  }

  cutOff(nodeName: string): void {
    this.#machine(nodeName).faults.network++;
    this.#settle(this.#machine(nodeName));
  }

  connect(nodeName: string): void {
    this.#machine(nodeName).faults.network--;
    this.#settle(this.#machine(nodeName));
  }

  #machine(nodeName: string): Machine {
    const machine = this.#byName.get(nodeName);
    assert(machine !== undefined, `no machine is called ${nodeName}`);
    return machine;
  }

  #settle(machine: Machine): void {
    const { power, kubelet, network } = machine.faults;
    const { name } = machine.node.metadata;
    const mayRun = power === 0 && kubelet === 0;
    const reachable = mayRun && network === 0;
    if (machine.reachable && !reachable) {
      machine.reachable = false;
      machine.link.cut();
      this.#anyLinkWasCut = true;
      this.#heartbeats.fallsSilent(name);
    }
    if (machine.runs && !mayRun) machine.stopKubelet();
    if (machine.reachable || !reachable) return;
    machine.reachable = true;
    machine.link.mend();
    // Without the control plane a kubelet that starts would not know what to do.
    if (machine.runs) this.#catchUp(machine);
    else this.#start(machine);
  }

  /** The kubelet starts: it says so at once, and takes over what it finds. */
  #start(machine: Machine): void {
    const { node, link, client, recorder, addresses, index } = machine;
    const images = machine.kubelet.imagesSoFar;
    machine.runs = true;
    machine.kubelet = new Kubelet(this.#services, index, node, client, link, recorder, addresses, images);
    const { pods, remains } = machine.found(link.takeHeld());
    this.#heartbeats.begins(node.metadata.name);
    this.#report(machine);
    machine.kubelet.takeOver(pods, remains);
  }

  /** The network is back: what waited comes in, and the kubelet is heard of at its next attempt. */
  #catchUp(machine: Machine): void {
    const { engine, parameters } = this.#needs;
    const { kubelet, link, index } = machine;
    kubelet.node = machine.node;
    for (const change of link.takeHeld()) kubelet.receive(change);
    const life = ++machine.reconnections;
    const wait = this.#reconnections.uniform(stableHash(kubelet.name), life) * parameters.kubelet.leaseRenewPeriod;
    engine.after(Math.floor(wait), this.#reconnected, index, life);
  }

  #speakAgain(machine: Machine, life: number): void {
    if (!machine.reachable || !machine.runs || machine.reconnections !== life) return;
    this.#heartbeats.begins(machine.node.metadata.name);
    this.#report(machine);
  }

  #report({ client, node, isStarting }: Machine): void {
    if (isStarting) registerNode(client, node, () => this.#needs.engine.now);
    else reportNode(client, node, () => this.#needs.engine.now);
  }

  /** How many pods kubelets have work with at present. */
  get podCount(): number {
    return this.#services.workers.live;
  }

  #makeServices(): NodeServices {
    const { engine, parameters, behaviours } = this.#needs;
    const workers = new WorkerSlots();
    const onPod = (name: string, act: (worker: PodWorker) => void): EventKind =>
      engine.on('kubelet/' + name, (slot) => act(workers.at(slot)));
    const onContainer = (
      name: string,
      act: (worker: PodWorker, container: ContainerRecord, ref: unknown) => void,
    ): EventKind =>
      engine.on('kubelet/' + name, (slot, index, ref) => {
        const worker = workers.at(slot);
        act(worker, worker.containers[index]!, ref);
      });
    const duration = (name: keyof Parameters['kubelet'] & keyof NodeServices['durations']): NodeDuration =>
      new NodeDuration(engine, 'kubelet/' + name, parameters.kubelet[name]);
    const probeTick = engine.on('kubelet/probe', (slot, operand) => {
      const worker = workers.at(slot);
      prober.probe(slot, worker.containers[containerOfOperand(operand)]!, probeOfOperand(operand), worker);
    });
    const prober = new Prober(engine, probeTick);
    return {
      engine,
      parameters,
      behaviours,
      workers,
      prober,
      runtime: this.#needs.runtime ?? new SampledRuntime(engine, parameters, behaviours),
      jitter: engine.keyed('kubelet/requeue'),
      phases: engine.keyed('kubelet/ticker-phase'),
      durations: {
        admission: duration('admission'),
        volumeWait: duration('volumeWait'),
        statusDelay: duration('statusDelay'),
        teardown: duration('teardown'),
      },
      kinds: {
        admitted: onPod('admitted', (worker) => worker.admitted()),
        volumesMounted: onPod('volumes-mounted', (worker) => worker.sync.volumesMounted()),
        sandboxCreated: engine.on('kubelet/sandbox-created', (slot, _, error) =>
          workers.at(slot).sync.sandboxCreated(error as string | undefined),
        ),
        containerCreated: onContainer('container-created', (worker, container, error) =>
          containerCreated(worker, container, error as string | undefined),
        ),
        containerStarted: onContainer('container-started', (worker, container, error) =>
          containerStarted(worker, container, error as string | undefined),
        ),
        postStartDone: onContainer('post-start-done', (worker, container, ok) =>
          postStartDone(worker, container, ok === true),
        ),
        containerExited: onContainer('container-exited', (worker, container) => {
          const life = container.life!;
          worker.containerEnded(container, life.exitCode, life.exitReason ?? '');
        }),
        becameReady: onContainer('became-ready', (worker, container) => worker.becameReady(container)),
        preStopDone: onContainer('pre-stop-done', (worker, container, ok) =>
          worker.termination.preStopDone(container, ok === true),
        ),
        turnOver: onContainer('sidecar-turn-over', (worker, container) => worker.termination.turnOver(container)),
        stopped: onContainer('container-stopped', (worker, container) =>
          worker.containerEnded(container, container.stopCode, ''),
        ),
        relist: onPod('relist', (worker) => worker.relist()),
        requeued: onPod('requeued', (worker) => worker.requeued()),
        deadline: onPod('deadline', (worker) => worker.deadlinePassed()),
        terminate: onPod('terminate', (worker) => worker.termination.begin()),
        reclaimed: onPod('reclaimed', (worker) => worker.termination.reclaimed()),
        sendStatus: onPod('send-status', (worker) => worker.writer.send()),
        retryDelete: onPod('retry-delete', (worker) => worker.termination.retryDelete()),
        imagePulled: engine.on('kubelet/image-pulled', (machine) => this.#machines[machine]!.kubelet.images.finish()),
      },
    };
  }
}

/** Other components' writes to a pod's status matter to its kubelet only where gates wait for them. */
function hasReadinessGates({ spec: { readinessGates } }: Pod): boolean {
  return readinessGates !== undefined && readinessGates.length > 0;
}

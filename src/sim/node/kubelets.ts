import { assert } from '../engine/assert.ts';
import type { Engine, EventKind } from '../engine/engine.ts';
import { stableHash } from '../engine/stable-hash.ts';
import type { KeyedDraws } from '../engine/streams.ts';
import type { Node } from '../api/node.ts';
import type { Pod } from '../api/pod.ts';
import type { ApiServer, EventRecorder } from '../api/request.ts';
import { resourcesOf } from '../api/pod-requests.ts';
import type { Parameters } from '../scenario.ts';
import { formatAddress, parseAddress } from './address-pool.ts';
import type { ContainerRecord } from './container.ts';
import type { ContainerBehaviours } from './container-behaviour.ts';
import { containerCreated, containerStarted, postStartDone } from './container-start.ts';
import { SampledRuntime, type ContainerRuntime } from './container-runtime.ts';
import { Kubelet, type NodeAddresses } from './kubelet.ts';
import { Heartbeats } from './heartbeats.ts';
import { Machine } from './machine.ts';
import { NodeDuration } from './node-durations.ts';
import { NodeLink, registerLostRequests } from './node-link.ts';
import type { NodeServices } from './node-services.ts';
import { reportNode } from './node-status.ts';
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

/** Nodes live in 172.16.0.0/12, pods in 10.0.0.0/8; a Node may say otherwise. */
const FIRST_HOST = 0xac100001;
const PODS_FROM = 0x0a000000;
const PODS_TO = 0x0b000000;
/** A node's block holds twice as many addresses as pods, so that a freed one rests a while, and at least a /24. */
const LEAST_POD_BLOCK = 256;

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
  #nextBlock = PODS_FROM;
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
    const { engine, api, parameters, recorderFor } = this.#needs;
    const { name } = node.metadata;
    assert(!this.#byName.has(name), `two nodes are named ${name}`);
    const link = new NodeLink(engine, this.#lostRequests);
    const client = link.client(api.client('kubelet/' + name, parameters.kubelet.client));
    const recorder = recorderFor(name);
    const index = this.#machines.length;
    const addresses = this.#addressesOf(node, index);
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
    this.#heartbeats.goesOn(name);
    return kubelet;
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

  #report({ client, node }: Machine): void {
    reportNode(client, node, () => this.#needs.engine.now);
  }

  /** How many pods kubelets have work with at present. */
  get podCount(): number {
    return this.#services.workers.live;
  }

  #addressesOf(node: Node, index: number): NodeAddresses {
    const hostIP =
      node.status.addresses?.find((one) => one.type === 'InternalIP')?.address ?? formatAddress(FIRST_HOST + index);
    const cidr = node.spec.podCIDR?.split('/');
    const base = parseAddress(cidr?.[0] ?? '');
    const bits = Number(cidr?.[1]);
    if (!Number.isNaN(base) && bits >= 8 && bits <= 30) {
      const podCount = 1 << (32 - bits);
      return { hostIP, podBase: base - (base % podCount), podCount };
    }
    let podCount = LEAST_POD_BLOCK;
    while (podCount < 2 * resourcesOf(node.status.allocatable).pods) podCount *= 2;
    const podBase = Math.ceil(this.#nextBlock / podCount) * podCount;
    this.#nextBlock = podBase + podCount;
    assert(this.#nextBlock <= PODS_TO, 'the pod network 10.0.0.0/8 has no block left');
    return { hostIP, podBase, podCount };
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

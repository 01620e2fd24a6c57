import type { Change } from '../api/change.ts';
import { keyOf } from '../api/kinds.ts';
import type { Node } from '../api/node.ts';
import { isPodTerminal, type Pod, type PodSpec } from '../api/pod.ts';
import type { ApiObject } from '../api/kinds.ts';
import type { Client, EventRecorder } from '../api/request.ts';
import { stableHash } from '../engine/stable-hash.ts';
import { AddressPool } from './address-pool.ts';
import { NodeUsage, refusalOf } from './admission.ts';
import { ImageStore } from './image-store.ts';
import type { NodeLink } from './node-link.ts';
import type { NodeServices } from './node-services.ts';
import type { PodRemains } from './pod-remains.ts';
import { PodWorker } from './pod-worker.ts';
import { nextTick } from './prober.ts';

const SYNC_LOOP_PERIOD = 1_000_000;

/** Where a node stands in the networks of nodes and pods. */
export interface NodeAddresses {
  readonly hostIP: string;
  /** The block of pod addresses. */
  readonly podBase: number;
  readonly podCount: number;
}

/** The kubelet of one node: it admits the pods its watch brings and gives each a worker. */
export class Kubelet {
  readonly services: NodeServices;
  readonly name: string;
  readonly index: number;
  readonly client: Client;
  readonly link: NodeLink;
  readonly hostIP: string;
  /** Its own Node as its watch last showed it. */
  node: Node;

  readonly #recorder: EventRecorder;
  readonly #addresses: NodeAddresses;
  readonly #usage = new NodeUsage();
  readonly #workers = new Map<string, PodWorker>();
  /** Pods that are through but still in the API: what the watch brings of them later is old news. */
  readonly #ended = new Set<string>();
  readonly #relistOrigin: number;
  readonly #tickOrigin: number;
  #pool: AddressPool | undefined;
  #images: ImageStore | undefined;

  constructor(
    services: NodeServices,
    index: number,
    node: Node,
    client: Client,
    link: NodeLink,
    recorder: EventRecorder,
    addresses: NodeAddresses,
    images?: ImageStore,
  ) {
    this.services = services;
    this.name = node.metadata.name;
    this.index = index;
    this.node = node;
    this.client = client;
    this.link = link;
    this.#images = images;
    this.#recorder = recorder;
    this.#addresses = addresses;
    this.hostIP = addresses.hostIP;
    const entity = stableHash(node.metadata.name);
    const { plegPeriod } = services.parameters.kubelet;
    // Each kubelet's tickers started at a moment of their own.
    this.#relistOrigin = Math.floor(services.phases.uniform(entity, 0) * plegPeriod);
    this.#tickOrigin = Math.floor(services.phases.uniform(entity, 1) * SYNC_LOOP_PERIOD);
  }

  /** How many pods it still has work with. */
  get podCount(): number {
    return this.#workers.size;
  }

  get usage(): Readonly<NodeUsage> {
    return this.#usage;
  }

  get images(): ImageStore {
    if (this.#images === undefined) {
      const { engine, kinds } = this.services;
      this.#images = new ImageStore(engine, kinds.imagePulled, this.index, stableHash(this.name));
      for (const image of this.node.status.images ?? []) for (const name of image.names) this.#images.preload(name);
    }
    return this.#images;
  }

  receive(change: Change): void {
    const pod = change.object as Pod;
    const { uid } = pod.metadata;
    const worker = this.#workers.get(uid);
    if (change.type === 'DELETED') {
      this.#ended.delete(uid);
      worker?.removed();
    } else if (worker !== undefined) {
      worker.update(pod);
    } else if (!this.#ended.has(uid) && !isPodTerminal(pod)) {
      this.#found(pod, change.key ?? keyOf(pod));
    }
  }

  /** The pods that are bound to the node when the kubelet starts, with what is left of them on it. */
  takeOver(pods: Iterable<Pod>, remains: ReadonlyMap<string, PodRemains>): void {
    for (const pod of pods) if (!isPodTerminal(pod)) this.#found(pod, keyOf(pod), remains.get(pod.metadata.uid));
  }

  /** The kubelet ends. Gives the pods it knew as its watch last showed them, and what is left of them on the node. */
  abandon(): { readonly pods: readonly Pod[]; readonly remains: ReadonlyMap<string, PodRemains> } {
    const pods: Pod[] = [];
    const remains = new Map<string, PodRemains>();
    for (const [uid, worker] of this.#workers) {
      const left = worker.abandon();
      if (!worker.apiGone) pods.push(worker.pod);
      if (left !== undefined) remains.set(uid, left);
      this.services.workers.release(worker.slot);
    }
    this.#workers.clear();
    this.#images?.abandon();
    return { pods, remains };
  }

  /** The images of the node, where any was asked for: they outlive the kubelet. */
  get imagesSoFar(): ImageStore | undefined {
    return this.#images;
  }

  /** A pod this kubelet does not know: new, or from before its time. */
  #found(pod: Pod, key: string, remains?: PodRemains): void {
    const { metadata } = pod;
    const { workers } = this.services;
    const slot = workers.reserve();
    const worker = new PodWorker(this, slot, key, stableHash(key), pod);
    workers.set(slot, worker);
    this.#workers.set(metadata.uid, worker);
    if (remains !== undefined) {
      if (remains.podIP !== undefined && pod.spec.hostNetwork !== true) this.#addressPool.claim(remains.podIP);
      this.#charge(worker);
      worker.adopt(remains);
      return;
    }
    if (pod.status.phase === 'Running') {
      if (pod.status.podIP !== undefined) this.#addressPool.claim(pod.status.podIP);
      this.#charge(worker);
      worker.adopt();
      return;
    }
    const refusal = refusalOf(pod, this.node, this.#usage);
    if (refusal !== undefined) {
      worker.reject(refusal.reason, refusal.message);
      return;
    }
    this.#charge(worker);
    worker.admit();
  }

  #charge(worker: PodWorker): void {
    worker.charged = true;
    this.#usage.charge(worker.pod);
  }

  /** The pod's containers have all ended: it counts no more. */
  discharge(worker: PodWorker): void {
    if (!worker.charged) return;
    worker.charged = false;
    this.#usage.discharge(worker.pod);
  }

  forget(worker: PodWorker): void {
    this.discharge(worker);
    this.#workers.delete(worker.uid);
    if (!worker.apiGone) this.#ended.add(worker.uid);
    this.services.workers.release(worker.slot);
  }

  record(about: ApiObject, type: 'Normal' | 'Warning', reason: string, message: string): void {
    if (this.services.parameters.events && this.link.isUp) this.#recorder.record(about, type, reason, message);
  }

  /** Nearly every pod mounts something: its service account's token, unless it says otherwise. */
  mountsVolumes(spec: PodSpec): boolean {
    return spec.automountServiceAccountToken !== false || (spec.volumes ?? []).length > 0;
  }

  takeAddress(): string | undefined {
    return this.#addressPool.take();
  }

  giveAddress(address: string): void {
    this.#addressPool.give(address);
  }

  get #addressPool(): AddressPool {
    return (this.#pool ??= new AddressPool(this.#addresses.podBase, this.#addresses.podCount));
  }

  /** The first relist of all containers (PLEG) at or after a time. */
  nextRelist(time: number): number {
    return nextTick(this.#relistOrigin, this.services.parameters.kubelet.plegPeriod, time);
  }

  /** The first tick of the sync loop at or after a time: where waits between syncs end. */
  nextSyncTick(time: number): number {
    return nextTick(this.#tickOrigin, SYNC_LOOP_PERIOD, time);
  }

  /** The next tick of something periodic that started with the kubelet. */
  nextTick(period: number): number {
    return nextTick(this.#tickOrigin, period, this.services.engine.now + 1);
  }
}

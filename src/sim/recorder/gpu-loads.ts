import type { Change } from '../api/change.ts';
import type { Node } from '../api/node.ts';
import { isPodTerminal, type Pod } from '../api/pod.ts';
import { podRequests, resourcesOf } from '../api/pod-requests.ts';
import { devicesFor } from '../gpu/devices.ts';
import { addFragmentation, fragmentation, noFragmentation, type Fragmentation } from '../gpu/fragmentation.ts';
import { devicesOf, gpuNodeSpecOf, gpuUseOf } from '../gpu/gpu-names.ts';
import { GpuNode } from '../gpu/gpu-node.ts';
import { MILLI_PER_GPU, type GpuRequest } from '../gpu/gpu-request.ts';
import { LearnedPods } from '../gpu/learned-pods.ts';

/** The devices of a cluster, in thousandths of a GPU; or that times microseconds, over a run. */
export interface GpuState {
  readonly allocatable: number;
  readonly allocated: number;
  /** What is left, by whether the pods that the cluster is asked for can use it. */
  readonly left: Readonly<Fragmentation>;
}

interface Holding {
  readonly node: GpuNode;
  /** What is left of it now: all of it, and by its use. */
  free: number;
  left: Fragmentation;
  /** Since when. */
  since: number;
  allocatableMicros: number;
  freeMicros: number;
  readonly leftMicros: Fragmentation;
}

interface Use {
  readonly holding: Holding;
  readonly request: GpuRequest;
  readonly devices: readonly number[];
}

/**
 * Follows the devices of every node with GPUs: which pods have which, and whether what is left can serve the pods that
 * the cluster is asked for, which are those seen so far. Costs nothing where no node has a GPU.
 */
export class GpuLoads {
  readonly #holdings = new Map<string, Holding>();
  readonly #uses = new Map<string, Use>();
  readonly #learned = new LearnedPods();
  #typical = this.#learned.typical;
  #state: GpuState | undefined;

  addNode(node: Node, at: number): void {
    const spec = gpuNodeSpecOf(node, resourcesOf(node.status.allocatable));
    if (spec.gpus === 0) return;
    const made = new GpuNode(spec);
    this.#holdings.set(spec.name, {
      node: made,
      free: freeOf(made),
      left: fragmentation(made, this.#typical),
      since: at,
      allocatableMicros: 0,
      freeMicros: 0,
      leftMicros: noFragmentation(),
    });
    this.#state = undefined;
  }

  /** Forgets what was before `at`. */
  beginToCount(at: number): void {
    for (const holding of this.#holdings.values()) {
      holding.since = at;
      holding.allocatableMicros = 0;
      holding.freeMicros = 0;
      Object.assign(holding.leftMicros, noFragmentation());
    }
  }

  observe({ type, object: pod }: Change<'Pod'>, at: number): void {
    if (this.#holdings.size === 0) return;
    const { uid } = pod.metadata;
    if (type === 'ADDED') this.#learn(pod, at);
    const use = this.#uses.get(uid);
    const holding = this.#holdings.get(pod.spec.nodeName ?? '');
    const holds = holding !== undefined && type !== 'DELETED' && !isPodTerminal(pod);
    if (holds && use === undefined) this.#take(pod, holding, at);
    else if (!holds && use !== undefined) this.#release(uid, use, at);
  }

  /** The devices now; absent where there are none. */
  state(): GpuState | undefined {
    if (this.#holdings.size === 0) return undefined;
    if (this.#state !== undefined) return this.#state;
    const left = noFragmentation();
    let allocatable = 0;
    let free = 0;
    for (const { node, free: its, left: one } of this.#holdings.values()) {
      addFragmentation(left, one, 1);
      allocatable += MILLI_PER_GPU * node.left.length;
      free += its;
    }
    return (this.#state = { allocatable, allocated: allocatable - free, left });
  }

  /** The devices over the whole run up to `at`, each state by the microseconds it lasted. */
  finish(at: number): GpuState | undefined {
    if (this.#holdings.size === 0) return undefined;
    const left = noFragmentation();
    let allocatable = 0;
    let free = 0;
    for (const holding of this.#holdings.values()) {
      settle(holding, at);
      allocatable += holding.allocatableMicros;
      free += holding.freeMicros;
      addFragmentation(left, holding.leftMicros, 1);
    }
    return { allocatable, allocated: allocatable - free, left };
  }

  #learn(pod: Pod, at: number): void {
    this.#learned.see(pod.metadata.uid, gpuUseOf({ pod, specRequests: podRequests(pod) }));
    if (this.#learned.typical === this.#typical) return;
    this.#typical = this.#learned.typical;
    for (const holding of this.#holdings.values()) this.#changed(holding, at);
  }

  #take(pod: Pod, holding: Holding, at: number): void {
    const { node } = holding;
    const request = gpuUseOf({ pod, specRequests: podRequests(pod) });
    // A pod that nobody has given a device has those it would be given.
    const devices = (devicesOf(pod) ?? devicesFor(request, node)).filter((device) => device < node.left.length);
    this.#uses.set(pod.metadata.uid, { holding, request, devices });
    node.add(request, devices);
    this.#changed(holding, at);
  }

  #release(uid: string, { holding, request, devices }: Use, at: number): void {
    this.#uses.delete(uid);
    holding.node.remove(request, devices);
    this.#changed(holding, at);
  }

  #changed(holding: Holding, at: number): void {
    settle(holding, at);
    holding.free = freeOf(holding.node);
    holding.left = fragmentation(holding.node, this.#typical);
    this.#state = undefined;
  }
}

/** Closes the books of a node up to `at`; what is left of it must not have been counted anew yet. */
function settle(holding: Holding, at: number): void {
  const elapsed = at - holding.since;
  holding.since = at;
  holding.freeMicros += holding.free * elapsed;
  holding.allocatableMicros += MILLI_PER_GPU * holding.node.left.length * elapsed;
  addFragmentation(holding.leftMicros, holding.left, elapsed);
}

function freeOf({ left }: GpuNode): number {
  let free = 0;
  for (const milli of left) free += milli;
  return free;
}

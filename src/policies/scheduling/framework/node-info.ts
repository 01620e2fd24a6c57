import type { Node } from '../../../sim/api/node.ts';
import type { HostPort, MutableNodeInfo, PodInfo, Resources } from '../../../sim/policy-api/scheduling.ts';
import { claimKeys } from './claim-keys.ts';
import { PodFacts } from './pod-info.ts';
import { resourcesOf } from '../../../sim/api/pod-requests.ts';

interface ImageState {
  readonly sizeBytes: number;
  readonly numNodes: number;
}

const NO_IMAGES: ReadonlyMap<string, ImageState> = new Map();
const NO_SCALARS: ReadonlyMap<string, number> = new Map();
const NO_CLAIMS: ReadonlyMap<string, number> = new Map();
const ANY_ADDRESS = '0.0.0.0';

/** Sums of requests that grow and shrink with the pods of a node. */
class RequestSum implements Resources {
  milliCpu = 0;
  memoryBytes = 0;
  ephemeralStorageBytes = 0;
  /** Not counted: a node's number of pods is the length of its list. */
  readonly pods = 0;
  #scalar: Map<string, number> | undefined;

  get scalar(): ReadonlyMap<string, number> {
    return this.#scalar ?? NO_SCALARS;
  }

  add(requests: Resources, sign: 1 | -1): void {
    this.milliCpu += sign * requests.milliCpu;
    this.memoryBytes += sign * requests.memoryBytes;
    this.ephemeralStorageBytes += sign * requests.ephemeralStorageBytes;
    if (requests.scalar.size === 0) return;
    this.#scalar ??= new Map();
    for (const [name, amount] of requests.scalar) {
      this.#scalar.set(name, (this.#scalar.get(name) ?? 0) + sign * amount);
    }
  }

  copyFrom(other: RequestSum): void {
    this.milliCpu = other.milliCpu;
    this.memoryBytes = other.memoryBytes;
    this.ephemeralStorageBytes = other.ephemeralStorageBytes;
    this.#scalar = other.#scalar === undefined ? undefined : new Map(other.#scalar);
  }
}

/** A node and the pods the scheduler believes to be on it, with the sums it needs kept as pods come and go. */
export class NodeState implements MutableNodeInfo {
  readonly name: string;
  /** The node's place in the columns; -1 while it has none. */
  slot = -1;
  generation = 0;
  readonly pods: PodInfo[] = [];
  readonly podsWithAffinity: PodInfo[] = [];
  readonly podsWithRequiredAntiAffinity: PodInfo[] = [];
  readonly requested = new RequestSum();
  nonZeroMilliCpu = 0;
  nonZeroMemoryBytes = 0;
  allocatable: Resources;
  /** Counts as they were when the cache last showed this node to a cycle. */
  images: ReadonlyMap<string, ImageState> = NO_IMAGES;
  frozenImages = -1;
  #node: Node;
  #usedPorts: HostPort[] | undefined;
  #claimUses: Map<string, number> | undefined;

  constructor(node: Node) {
    this.#node = node;
    this.name = node.metadata.name;
    this.allocatable = resourcesOf(node.status.allocatable);
  }

  get node(): Node {
    return this.#node;
  }

  set node(node: Node) {
    if (node.status.allocatable !== this.#node.status.allocatable)
      this.allocatable = resourcesOf(node.status.allocatable);
    this.#node = node;
    this.generation++;
  }

  get claimUses(): ReadonlyMap<string, number> {
    return this.#claimUses ?? NO_CLAIMS;
  }

  imageState(name: string): ImageState | undefined {
    return this.images.get(name);
  }

  usesPort(port: HostPort): boolean {
    if (this.#usedPorts === undefined) return false;
    return this.#usedPorts.some(
      (used) =>
        used.port === port.port &&
        used.protocol === port.protocol &&
        (port.ip === ANY_ADDRESS || used.ip === ANY_ADDRESS || used.ip === port.ip),
    );
  }

  addPod(pod: PodInfo): void {
    this.pods.push(pod);
    if (hasAffinity(pod)) this.podsWithAffinity.push(pod);
    if (pod.requiredAntiAffinityTerms.length > 0) this.podsWithRequiredAntiAffinity.push(pod);
    this.#count(pod, 1);
  }

  removePod(pod: PodInfo): boolean {
    const removed = swapOut(this.pods, pod);
    if (removed === undefined) return false;
    if (this.podsWithAffinity.length > 0) swapOut(this.podsWithAffinity, pod);
    if (this.podsWithRequiredAntiAffinity.length > 0) swapOut(this.podsWithRequiredAntiAffinity, pod);
    this.#count(removed, -1);
    return true;
  }

  /** A new version of a pod that counts as the old one did: it goes to the end of the lists, as when removed and added. */
  replacePod(old: PodInfo, pod: PodInfo): void {
    this.generation++;
    swapOut(this.pods, old);
    this.pods.push(pod);
    if (hasAffinity(pod)) {
      swapOut(this.podsWithAffinity, old);
      this.podsWithAffinity.push(pod);
    }
    if (pod.requiredAntiAffinityTerms.length > 0) {
      swapOut(this.podsWithRequiredAntiAffinity, old);
      this.podsWithRequiredAntiAffinity.push(pod);
    }
  }

  clone(): NodeState {
    const copy = new NodeState(this.#node);
    copy.pods.push(...this.pods);
    copy.podsWithAffinity.push(...this.podsWithAffinity);
    copy.podsWithRequiredAntiAffinity.push(...this.podsWithRequiredAntiAffinity);
    copy.requested.copyFrom(this.requested);
    copy.nonZeroMilliCpu = this.nonZeroMilliCpu;
    copy.nonZeroMemoryBytes = this.nonZeroMemoryBytes;
    copy.allocatable = this.allocatable;
    copy.images = this.images;
    if (this.#usedPorts !== undefined) copy.#usedPorts = [...this.#usedPorts];
    if (this.#claimUses !== undefined) copy.#claimUses = new Map(this.#claimUses);
    return copy;
  }

  #count(pod: PodInfo, sign: 1 | -1): void {
    this.generation++;
    this.requested.add(pod.requests, sign);
    this.nonZeroMilliCpu += sign * pod.nonZeroMilliCpu;
    this.nonZeroMemoryBytes += sign * pod.nonZeroMemoryBytes;
    for (const port of pod.hostPorts) this.#countPort(port, sign);
    if (!hasVolumes(pod)) return;
    for (const key of claimKeys(pod)) this.#countClaim(key, sign);
  }

  /** A set, not a multiset: taking away one of two equal entries clears it (semantics sheet 3.7). */
  #countPort(port: HostPort, sign: 1 | -1): void {
    const used = (this.#usedPorts ??= []);
    const index = used.findIndex(
      (other) => other.port === port.port && other.protocol === port.protocol && other.ip === port.ip,
    );
    if (sign > 0 && index < 0) used.push(port);
    if (sign < 0 && index >= 0) used.splice(index, 1);
  }

  #countClaim(key: string, sign: 1 | -1): void {
    const uses = (this.#claimUses ??= new Map<string, number>());
    const count = (uses.get(key) ?? 0) + sign;
    if (count === 0) uses.delete(key);
    else uses.set(key, count);
  }
}

function hasAffinity(pod: PodInfo): boolean {
  if (pod instanceof PodFacts) return pod.facts.hasPodAffinity;
  const { affinity } = pod.pod.spec;
  return affinity?.podAffinity !== undefined || affinity?.podAntiAffinity !== undefined;
}

function hasVolumes(pod: PodInfo): boolean {
  return pod instanceof PodFacts ? pod.facts.hasVolumes : pod.pod.spec.volumes !== undefined;
}

/** Removes the pod of the same uid by moving the last one into its place, as kube-scheduler does. */
function swapOut(pods: PodInfo[], pod: PodInfo): PodInfo | undefined {
  let index = pods.indexOf(pod);
  if (index < 0) {
    const { uid } = pod.pod.metadata;
    index = pods.findIndex((other) => other.pod.metadata.uid === uid);
    if (index < 0) return undefined;
  }
  const removed = pods[index];
  const last = pods.pop()!;
  if (index < pods.length) pods[index] = last;
  return removed;
}

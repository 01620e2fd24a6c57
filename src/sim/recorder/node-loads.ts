import { LABEL_ZONE, type Node } from '../api/node.ts';
import { resourcesOf } from '../api/pod-requests.ts';
import type { NodeRecord, PodRecord } from './records.ts';

const MEBIBYTE = 1024 * 1024;

/** What the pods on each node ask for, and its integral over time. */
export class NodeLoads {
  readonly #nodes = new Map<string, NodeRecord>();
  #countedFrom = 0;
  requestedMilliCpu = 0;
  requestedMemoryBytes = 0;

  addNode(node: Node, at: number): void {
    const allocatable = resourcesOf(node.status.allocatable);
    this.#nodes.set(node.metadata.name, {
      name: node.metadata.name,
      zone: node.metadata.labels[LABEL_ZONE] ?? '',
      allocatableMilliCpu: allocatable.milliCpu,
      allocatableMemoryBytes: allocatable.memoryBytes,
      allocatablePods: allocatable.pods,
      registeredAt: at,
      removedAt: -1,
      pods: 0,
      peakPods: 0,
      podsEver: 0,
      requestedMilliCpu: 0,
      requestedMemoryBytes: 0,
      peakRequestedMilliCpu: 0,
      milliCpuMicros: 0,
      mebibyteMicros: 0,
      changedAt: at,
      countedFrom: Math.max(at, this.#countedFrom),
    });
  }

  /** The Node is gone: what it was on average is over its life. */
  removeNode(name: string, at: number): void {
    const node = this.#settle(name, at);
    if (node !== undefined) node.removedAt = at;
  }

  /** Forgets what was before `at`: integrals, peaks, pods that are gone. */
  beginToCount(at: number): void {
    this.#countedFrom = at;
    for (const node of this.#nodes.values()) {
      node.milliCpuMicros = 0;
      node.mebibyteMicros = 0;
      node.changedAt = at;
      node.countedFrom = at;
      node.podsEver = node.pods;
      node.peakPods = node.pods;
      node.peakRequestedMilliCpu = node.requestedMilliCpu;
    }
  }

  take(pod: PodRecord, at: number): void {
    const node = this.#settle(pod.node, at);
    if (node === undefined) return;
    node.pods++;
    node.podsEver++;
    node.requestedMilliCpu += pod.requestedMilliCpu;
    node.requestedMemoryBytes += pod.requestedMemoryBytes;
    this.requestedMilliCpu += pod.requestedMilliCpu;
    this.requestedMemoryBytes += pod.requestedMemoryBytes;
    if (node.pods > node.peakPods) node.peakPods = node.pods;
    if (node.requestedMilliCpu > node.peakRequestedMilliCpu) node.peakRequestedMilliCpu = node.requestedMilliCpu;
  }

  release(pod: PodRecord, at: number): void {
    const node = this.#settle(pod.node, at);
    if (node === undefined) return;
    node.pods--;
    node.requestedMilliCpu -= pod.requestedMilliCpu;
    node.requestedMemoryBytes -= pod.requestedMemoryBytes;
    this.requestedMilliCpu -= pod.requestedMilliCpu;
    this.requestedMemoryBytes -= pod.requestedMemoryBytes;
  }

  /** All nodes, with their integrals up to `at`, in order of appearance. */
  finish(at: number): readonly NodeRecord[] {
    for (const name of this.#nodes.keys()) this.#settle(name, at);
    return [...this.#nodes.values()];
  }

  #settle(name: string, at: number): NodeRecord | undefined {
    const node = this.#nodes.get(name);
    if (node === undefined) return undefined;
    if (node.removedAt >= 0) return node;
    const elapsed = at - node.changedAt;
    node.milliCpuMicros += node.requestedMilliCpu * elapsed;
    node.mebibyteMicros += (node.requestedMemoryBytes / MEBIBYTE) * elapsed;
    node.changedAt = at;
    return node;
  }
}

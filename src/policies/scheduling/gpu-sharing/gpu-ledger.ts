import type { NodeInfo, PodInfo } from '../../../sim/policy-api/scheduling.ts';
import { devicesFor } from '../../../sim/gpu/devices.ts';
import { devicesOf, gpuNodeSpecOf, gpuRequestOf } from '../../../sim/gpu/gpu-names.ts';
import { GpuNode } from '../../../sim/gpu/gpu-node.ts';
import type { GpuRequest } from '../../../sim/gpu/gpu-request.ts';

interface Entry {
  readonly generation: number;
  readonly node: GpuNode;
}

/**
 * The devices of a cluster as its pods tell: their annotations say which ones they have. Pods that are about to be bound
 * do not say so yet; for them it is remembered.
 */
export class GpuLedger {
  readonly #entries = new WeakMap<NodeInfo, Entry>();
  readonly #requests = new WeakMap<PodInfo, GpuRequest>();
  readonly #chosen = new Map<string, readonly number[]>();

  /** The devices given to a pod until its binding is seen. */
  choose(uid: string, devices: readonly number[]): void {
    this.#chosen.set(uid, devices);
  }

  chosen(uid: string): readonly number[] | undefined {
    return this.#chosen.get(uid);
  }

  forget(uid: string): void {
    this.#chosen.delete(uid);
  }

  requestOf(pod: PodInfo): GpuRequest {
    let request = this.#requests.get(pod);
    if (request === undefined) this.#requests.set(pod, (request = gpuRequestOf(pod)));
    return request;
  }

  /** What is left of a node: the same object as long as the node is the same. To be looked at only. */
  nodeOf(info: NodeInfo): GpuNode {
    const known = this.#entries.get(info);
    if (known !== undefined && known.generation === info.generation) return known.node;
    const node = this.without(info, undefined);
    this.#entries.set(info, { generation: info.generation, node });
    return node;
  }

  /** What would be left of a node if a pod were not there. */
  without(info: NodeInfo, uid: string | undefined): GpuNode {
    const node = new GpuNode(gpuNodeSpecOf(info.node, info.allocatable));
    for (const pod of info.pods) {
      if (pod.pod.metadata.uid !== uid) node.add(this.requestOf(pod), this.#devices(pod, node));
    }
    return node;
  }

  /** A pod that nobody has given a device, for instance one that was there before, has those it would be given. */
  #devices(info: PodInfo, node: GpuNode): readonly number[] {
    const { uid } = info.pod.metadata;
    const bound = devicesOf(info.pod);
    if (bound === undefined) return this.#chosen.get(uid) ?? devicesFor(this.requestOf(info), node);
    this.#chosen.delete(uid);
    return bound.filter((device) => device < node.left.length);
  }
}

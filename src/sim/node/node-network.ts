import { assert } from '../engine/assert.ts';
import type { Node } from '../api/node.ts';
import { resourcesOf } from '../api/pod-requests.ts';
import { formatAddress, parseAddress } from './address-pool.ts';
import type { NodeAddresses } from './kubelet.ts';

/** Nodes live in 172.16.0.0/12, pods in 10.0.0.0/8; a Node may say otherwise. */
const FIRST_HOST = 0xac100001;
const PODS_FROM = 0x0a000000;
const PODS_TO = 0x0b000000;
/** A node's block holds twice as many addresses as pods, so that a freed one rests a while, and at least a /24. */
const LEAST_POD_BLOCK = 256;

/** Deals out the addresses of nodes, and blocks of addresses to their pods. */
export class NodeNetwork {
  #nextHost = FIRST_HOST;
  #nextBlock = PODS_FROM;
  /** Blocks whose nodes are gone, by size. */
  readonly #free = new Map<number, number[]>();
  readonly #dealt = new Set<number>();

  addressesOf(node: Node): NodeAddresses {
    const host = this.#nextHost++;
    const hostIP = node.status.addresses?.find((one) => one.type === 'InternalIP')?.address ?? formatAddress(host);
    const cidr = node.spec.podCIDR?.split('/');
    const base = parseAddress(cidr?.[0] ?? '');
    const bits = Number(cidr?.[1]);
    if (!Number.isNaN(base) && bits >= 8 && bits <= 30) {
      const podCount = 1 << (32 - bits);
      return { hostIP, podBase: base - (base % podCount), podCount };
    }
    let podCount = LEAST_POD_BLOCK;
    while (podCount < 2 * resourcesOf(node.status.allocatable).pods) podCount *= 2;
    const podBase = this.#free.get(podCount)?.shift() ?? this.#newBlock(podCount);
    this.#dealt.add(podBase);
    return { hostIP, podBase, podCount };
  }

  /** The node is gone: its pods' block may serve another. */
  release({ podBase, podCount }: NodeAddresses): void {
    if (!this.#dealt.delete(podBase)) return;
    const free = this.#free.get(podCount);
    if (free === undefined) this.#free.set(podCount, [podBase]);
    else free.push(podBase);
  }

  #newBlock(podCount: number): number {
    const podBase = Math.ceil(this.#nextBlock / podCount) * podCount;
    this.#nextBlock = podBase + podCount;
    assert(this.#nextBlock <= PODS_TO, 'the pod network 10.0.0.0/8 has no block left');
    return podBase;
  }
}

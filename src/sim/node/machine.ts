import type { Change } from '../api/change.ts';
import type { Node } from '../api/node.ts';
import type { Pod } from '../api/pod.ts';
import type { Client, EventRecorder } from '../api/request.ts';
import type { Kubelet, NodeAddresses } from './kubelet.ts';
import type { NodeLink } from './node-link.ts';
import { killRemains, type PodRemains } from './pod-remains.ts';

/** What a node is besides its kubelet: it stays when that one goes. */
export class Machine {
  readonly index: number;
  readonly link: NodeLink;
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly addresses: NodeAddresses;
  /** Its Node as the API last had it. */
  node: Node;
  kubelet: Kubelet;
  /** Whether the kubelet is at work, and whether it can be reached. */
  runs = true;
  reachable = true;
  /** It has just booted for the first time: its Node is not ready yet. */
  isStarting = false;
  /** How often its network has come back. */
  reconnections = 0;
  /** Faults that hold at present: the power is off, the kubelet stands still, the network is cut. */
  readonly faults = { power: 0, kubelet: 0, network: 0 };
  #pods = new Map<string, Pod>();
  #remains = new Map<string, PodRemains>();

  constructor(
    index: number,
    node: Node,
    link: NodeLink,
    client: Client,
    recorder: EventRecorder,
    addresses: NodeAddresses,
    kubelet: Kubelet,
  ) {
    this.index = index;
    this.node = node;
    this.link = link;
    this.client = client;
    this.recorder = recorder;
    this.addresses = addresses;
    this.kubelet = kubelet;
  }

  /** The kubelet ends: what it knew and what it leaves behind are kept for the next one. */
  stopKubelet(): void {
    this.link.endLife();
    const { pods, remains } = this.kubelet.abandon();
    this.#pods = new Map(pods.map((pod) => [pod.metadata.uid, pod]));
    this.#remains = new Map(remains);
    this.runs = false;
  }

  /** The power goes: no container survives. */
  goDown(now: number): void {
    for (const [uid, remains] of this.#remains) this.#remains.set(uid, killRemains(remains, now));
  }

  /** What a kubelet that starts now finds: the pods bound to the node by now, and what is left of them. */
  found(held: readonly Change[]): { readonly pods: readonly Pod[]; readonly remains: ReadonlyMap<string, PodRemains> } {
    for (const { type, object } of held) {
      const { uid } = object.metadata;
      if (type === 'DELETED') this.#pods.delete(uid);
      else this.#pods.set(uid, object as Pod);
    }
    const result = { pods: [...this.#pods.values()], remains: this.#remains };
    this.#pods = new Map();
    this.#remains = new Map();
    return result;
  }
}

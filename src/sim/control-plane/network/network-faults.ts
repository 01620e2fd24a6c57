import type { Engine, EventKind } from '../../engine/engine.ts';
import { LABEL_ZONE, type Node } from '../../api/node.ts';
import type { NetworkFault, NetworkPlace } from '../../scenario/faults.ts';
import type { Instances } from '../api-server/instances/instances.ts';
import { nameOf } from '../etcd/etcd-client.ts';
import type { EtcdService } from '../etcd/etcd-service.ts';
import type { Replicas } from '../process/replicas.ts';
import { delayOf, type Delay, type Network } from './network.ts';

/** A kubelet gives a silent connection up after so long, and dials again: 30 s and 15 s of Go's HTTP/2. */
const SILENCE_MICROS = 45_000_000;

/** Nodes whose kubelets are cut off from all that they know of the control plane. */
export interface CutOffNodes {
  has(nodeName: string): boolean;
  cutOff(nodeName: string): void;
  connect(nodeName: string): void;
}

export interface NetworkFaultsNeeds {
  readonly engine: Engine;
  readonly network: Network;
  readonly instances: Instances;
  readonly etcd: EtcdService;
  readonly machines: CutOffNodes;
  readonly replicas: Readonly<Record<'kube-controller-manager' | 'kube-scheduler', Replicas | undefined>>;
  readonly nodes: () => Iterable<Node>;
}

/** A fault that holds, with whoever was meant when it began. */
interface Holding {
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly delay: Delay | undefined;
  /** Nodes that it cuts off now. */
  readonly nodes: Set<string>;
}

/** Carries faults of the network between components out, and takes them back. */
export class NetworkFaults {
  readonly #needs: NetworkFaultsNeeds;
  readonly #holding = new Map<NetworkFault, Holding>();
  #redials: EventKind | undefined;

  constructor(needs: NetworkFaultsNeeds) {
    this.#needs = needs;
  }

  begin(fault: NetworkFault): void {
    const { etcd } = this.#needs;
    const delay = fault.kind === 'NetworkLatency' ? delayOf(fault.latency) : undefined;
    const holding: Holding = { from: this.#names(fault.from), to: this.#names(fault.to), delay, nodes: new Set() };
    this.#holding.set(fault, holding);
    if (touchesEtcd(fault)) etcd.links().hold(true);
    this.#apply(fault, holding, true);
    if (delay === undefined) this.#cutNodesOff(fault, holding);
  }

  end(fault: NetworkFault): void {
    const holding = this.#holding.get(fault);
    if (holding === undefined) return;
    this.#holding.delete(fault);
    this.#apply(fault, holding, false);
    if (touchesEtcd(fault)) this.#needs.etcd.links().hold(false);
    for (const name of holding.nodes) this.#needs.machines.connect(name);
    holding.nodes.clear();
  }

  #apply(fault: NetworkFault, { from, to, delay }: Holding, on: boolean): void {
    const { network, instances, etcd } = this.#needs;
    const amongMembers = fault.from.component === 'etcd' && fault.to.component === 'etcd';
    const one = (a: string, b: string): void => {
      if (a === b) return;
      if (amongMembers) {
        const links = etcd.links();
        if (delay === undefined) links.cut(memberOf(a), memberOf(b), on);
        else links.delay(memberOf(a), memberOf(b), delay.draw, on);
      } else if (delay === undefined) network.cut(a, b, on);
      else network.delay(a, b, delay, on);
    };
    for (const a of from) for (const b of to) one(a, b);
    if (fault.bothWays && !sameMembers(fault)) for (const a of from) for (const b of to) one(b, a);
    if (amongMembers) return;
    if (touchesEtcd(fault)) etcd.networkChanged();
    else for (const name of [...from, ...to]) if (!name.startsWith('kube-apiserver-')) instances.look(name);
  }

  /**
   * Kubelets that talk to the servers concerned hear nothing. TCP needs packets both ways, so it is nearly the same which of
   * them vanish. After a while each dials again, and finds another server where there is one that is not concerned.
   */
  #cutNodesOff(fault: NetworkFault, holding: Holding): void {
    const { engine, instances, machines } = this.#needs;
    const nodes = [...holding.from, ...holding.to].flatMap((name) =>
      name.startsWith('kubelet/') ? [name.slice(8)] : [],
    );
    if (nodes.length === 0) return;
    const servers = new Set([...holding.from, ...holding.to].filter((name) => name.startsWith('kube-apiserver-')));
    for (const node of nodes) {
      const server = instances.serverOf(`kubelet/${node}`);
      if (!machines.has(node) || (server !== undefined && !servers.has(instances.all[server]!.name))) continue;
      holding.nodes.add(node);
      machines.cutOff(node);
    }
    if (servers.size === instances.all.length) return;
    this.#redials ??= engine.on('network/kubelets-dial', (_a, _b, ref) => this.#redial(ref as NetworkFault));
    engine.after(SILENCE_MICROS, this.#redials, 0, 0, fault);
  }

  #redial(fault: NetworkFault): void {
    const holding = this.#holding.get(fault);
    const { instances, machines } = this.#needs;
    for (const node of holding?.nodes ?? []) {
      instances.redial(`kubelet/${node}`);
      machines.connect(node);
    }
    holding?.nodes.clear();
  }

  #names(place: NetworkPlace): readonly string[] {
    const { etcd, instances, replicas, nodes } = this.#needs;
    switch (place.component) {
      case 'etcd':
        return place.which === 'every' ? etcd.memberNames() : [nameOf(etcd.memberNamed(place.which))];
      case 'kube-apiserver':
        return instances.all
          .filter(({ index }) => place.which === 'every' || index === place.which)
          .map(({ name }) => name);
      case 'kube-controller-manager':
      case 'kube-scheduler':
        return replicas[place.component]?.namesOf(place.which) ?? [];
      case 'node':
        return [`kubelet/${place.name}`];
      case 'zone':
        return [...nodes()]
          .filter(({ metadata }) => metadata.labels[LABEL_ZONE] === place.name)
          .map(({ metadata }) => `kubelet/${metadata.name}`);
      case 'client':
        return [place.name];
    }
  }
}

/** Each pair is there twice already. */
function sameMembers({ from, to }: NetworkFault): boolean {
  return from.component === 'etcd' && to.component === 'etcd' && from.which === 'every' && to.which === 'every';
}

function touchesEtcd({ from, to }: NetworkFault): boolean {
  return from.component === 'etcd' || to.component === 'etcd';
}

function memberOf(name: string): number {
  return Number(name.slice('etcd-'.length));
}

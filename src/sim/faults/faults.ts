import type { Engine } from '../engine/engine.ts';
import type { KeyedDraws } from '../engine/streams.ts';
import { LABEL_ZONE, type Node } from '../api/node.ts';
import type {
  ApiServerFault,
  CloudFault,
  ComponentFault,
  EtcdFault,
  Fault,
  MachineFault,
  NetworkFault,
  RunawayClientFault,
} from '../scenario/faults.ts';
import type { FaultEntry } from '../scenario/timeline.ts';
import { effectOf, type Effect, type Machines } from './effects.ts';

/** A fault that holds: what it has done to which nodes. */
interface Holding {
  readonly effect: Effect;
  readonly nodes: readonly string[];
}

/** Whoever suffers the faults of etcd. */
export interface EtcdMembers {
  begin(fault: EtcdFault): void;
  end(fault: EtcdFault): void;
}

/** Whoever suffers the faults of the processes of the control plane. */
export interface Components {
  begin(fault: ComponentFault): void;
  end(fault: ComponentFault): void;
}

/** Whoever suffers the faults of API servers. */
export interface ApiServers {
  begin(fault: ApiServerFault): void;
  end(fault: ApiServerFault): void;
}

/** Whatever lies between those who talk to each other. */
export interface Networks {
  begin(fault: NetworkFault): void;
  end(fault: NetworkFault): void;
}

/** Clients from outside that go wrong. */
export interface Clients {
  begin(fault: RunawayClientFault): void;
  end(fault: RunawayClientFault): void;
}

/** The cloud that runs out of machines. */
export interface CloudUnderFaults {
  begin(fault: CloudFault): void;
  end(fault: CloudFault): void;
}

/** What faults can strike. */
export interface FaultTargets {
  readonly machines: Machines;
  readonly etcd: EtcdMembers;
  readonly components: Components;
  readonly apiServers: ApiServers;
  readonly network: Networks;
  readonly clients: Clients;
  /** Absent: the scenario has none. */
  readonly cloud?: CloudUnderFaults | undefined;
  /** The cluster's nodes at the time of asking. */
  readonly nodes: () => Iterable<Node>;
}

/**
 * Carries out the faults of a scenario. A fault begins at its time and, where it has a duration, ends after it; faults
 * may overlap, and a node is well again when the last one that struck it is over.
 */
export class Faults {
  readonly #machines: Machines;
  readonly #etcd: EtcdMembers;
  readonly #components: Components;
  readonly #apiServers: ApiServers;
  readonly #network: Networks;
  readonly #clients: Clients;
  readonly #cloud: CloudUnderFaults | undefined;
  readonly #nodes: () => Iterable<Node>;
  readonly #entries: readonly FaultEntry[];
  readonly #holding: (Holding | undefined)[];
  readonly #draws: KeyedDraws;

  constructor(engine: Engine, targets: FaultTargets, entries: readonly FaultEntry[]) {
    this.#machines = targets.machines;
    this.#etcd = targets.etcd;
    this.#components = targets.components;
    this.#apiServers = targets.apiServers;
    this.#network = targets.network;
    this.#clients = targets.clients;
    this.#cloud = targets.cloud;
    this.#nodes = targets.nodes;
    this.#entries = entries;
    this.#holding = entries.map(() => undefined);
    this.#draws = engine.keyed('faults/targets');
    const begins = engine.on('faults/begins', (i) => this.#begin(i));
    const ends = engine.on('faults/ends', (i) => this.#end(i));
    entries.forEach(({ atMicros, fault }, i) => {
      engine.at(atMicros, begins, i);
      if (fault.durationMicros !== undefined) engine.at(atMicros + fault.durationMicros, ends, i);
    });
  }

  #begin(index: number): void {
    const { fault } = this.#entries[index]!;
    if ('member' in fault) {
      this.#etcd.begin(fault);
      return;
    }
    if ('replica' in fault) {
      this.#components.begin(fault);
      return;
    }
    if (isOfApiServers(fault)) {
      this.#apiServers.begin(fault);
      return;
    }
    if (isOfTheNetwork(fault)) {
      this.#network.begin(fault);
      return;
    }
    if (fault.kind === 'RunawayClient') {
      this.#clients.begin(fault);
      return;
    }
    if (fault.kind === 'CloudStockOut') {
      this.#cloud?.begin(fault);
      return;
    }
    const effect = effectOf(fault.kind);
    const nodes = this.#targets(fault, index);
    this.#holding[index] = { effect, nodes };
    for (const name of nodes) effect.begin(this.#machines, name);
  }

  #end(index: number): void {
    const { fault } = this.#entries[index]!;
    if ('member' in fault) {
      this.#etcd.end(fault);
      return;
    }
    if ('replica' in fault) {
      this.#components.end(fault);
      return;
    }
    if (isOfApiServers(fault)) {
      this.#apiServers.end(fault);
      return;
    }
    if (isOfTheNetwork(fault)) {
      this.#network.end(fault);
      return;
    }
    if (fault.kind === 'RunawayClient') {
      this.#clients.end(fault);
      return;
    }
    if (fault.kind === 'CloudStockOut') {
      this.#cloud?.end(fault);
      return;
    }
    const holding = this.#holding[index];
    this.#holding[index] = undefined;
    // A machine of the cloud may be gone by now.
    const { effect, nodes } = holding ?? { nodes: [] };
    for (const name of nodes) if (this.#machines.has(name)) effect!.end(this.#machines, name);
  }

  #targets(fault: MachineFault, index: number): readonly string[] {
    if ('nodes' in fault) return fault.nodes.filter((name) => this.#machines.has(name));
    const there: string[] = [];
    for (const { metadata } of this.#nodes()) {
      const struck = !('zone' in fault) || metadata.labels[LABEL_ZONE] === fault.zone;
      if (struck && this.#machines.has(metadata.name)) there.push(metadata.name);
    }
    return 'count' in fault ? this.#some(there, fault.count, index) : there;
  }

  /** So many of them by chance, each as likely as the other. */
  #some(names: readonly string[], count: number, index: number): readonly string[] {
    const rest = [...names];
    const chosen: string[] = [];
    while (chosen.length < count && rest.length > 0) {
      const at = Math.floor(this.#draws.uniform(index, chosen.length) * rest.length);
      chosen.push(...rest.splice(at, 1));
    }
    return chosen;
  }
}

function isOfApiServers(fault: Fault): fault is ApiServerFault {
  return fault.kind.startsWith('ApiServer');
}

function isOfTheNetwork(fault: Fault): fault is NetworkFault {
  return fault.kind === 'NetworkPartition' || fault.kind === 'NetworkLatency';
}

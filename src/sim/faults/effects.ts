import type { MachineFault } from '../scenario/faults.ts';

/** What can happen to the machines under the nodes. Each call has its opposite; they may nest. */
export interface Machines {
  has(nodeName: string): boolean;
  /** Containers and kubelet are gone at once; the node comes back empty and starts its pods anew. */
  powerOff(nodeName: string): void;
  powerOn(nodeName: string): void;
  /** The kubelet does nothing; containers go on, and are picked up when it is back. */
  stopKubelet(nodeName: string): void;
  startKubelet(nodeName: string): void;
  /** Nothing gets through between the node and the control plane, in either direction; both go on by themselves. */
  cutOff(nodeName: string): void;
  connect(nodeName: string): void;
}

export interface Effect {
  readonly begin: (machines: Machines, nodeName: string) => void;
  readonly end: (machines: Machines, nodeName: string) => void;
}

const POWER: Effect = {
  begin: (machines, name) => machines.powerOff(name),
  end: (machines, name) => machines.powerOn(name),
};

const KUBELET: Effect = {
  begin: (machines, name) => machines.stopKubelet(name),
  end: (machines, name) => machines.startKubelet(name),
};

const NETWORK: Effect = {
  begin: (machines, name) => machines.cutOff(name),
  end: (machines, name) => machines.connect(name),
};

/** What each kind of fault does to the nodes it strikes. */
const EFFECTS: { readonly [K in MachineFault['kind']]: Effect } = {
  NodeCrash: POWER,
  NodeRestart: POWER,
  ZoneOutage: POWER,
  NodeHang: KUBELET,
  NodeNetworkPartition: NETWORK,
  ZoneNetworkPartition: NETWORK,
};

export function effectOf(kind: MachineFault['kind']): Effect {
  return EFFECTS[kind];
}

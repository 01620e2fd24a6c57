import type { Distribution } from '../engine/samplers.ts';
import type { ResourceList } from '../api/pod.ts';
import type { Taint } from '../api/node.ts';

/** The cloud under the cluster. */
export interface CloudSpec {
  readonly nodeGroups: readonly NodeGroupSpec[];
  /** Machines that can be had one by one. */
  readonly instanceTypes: readonly InstanceTypeSpec[];
}

/** Equal machines, as many as somebody wants between two bounds. */
export interface NodeGroupSpec {
  /** Machines and Nodes are called `<name>-<n>`, n from 0. */
  readonly name: string;
  readonly minSize: number;
  readonly maxSize: number;
  /** How many there are when the run begins. */
  readonly size: number;
  /** Absent: no zone label. */
  readonly zone: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly capacity: ResourceList;
  readonly allocatable: ResourceList;
  /** Of one machine. Absent: nobody counts. */
  readonly pricePerHour: number | undefined;
  /** From asking for a machine until its kubelet starts. Absent: as the parameter says. */
  readonly provisioning: Distribution | undefined;
}

export interface InstanceTypeSpec {
  readonly name: string;
  readonly zones: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly capacity: ResourceList;
  readonly allocatable: ResourceList;
  readonly pricePerHour: number;
  /** From asking for a machine until its kubelet starts. Absent: as the parameter says. */
  readonly provisioning: Distribution | undefined;
}

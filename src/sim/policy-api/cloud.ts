import type { Labels } from '../api/meta.ts';
import type { Node } from '../api/node.ts';
import type { ResourceList } from '../api/pod.ts';

/**
 * What an autoscaler asks of the cloud under a cluster. Calls are answered at once and from what is true now; what they
 * start takes its time.
 */
export interface CloudProvider {
  /** In the order of the scenario. */
  nodeGroups(): readonly CloudNodeGroup[];
  /** The group that has a machine of this name, if any has. */
  groupOf(nodeName: string): CloudNodeGroup | undefined;
  /** What machines can be had one by one, without a group. */
  instanceTypes(): readonly CloudInstanceType[];
  /** Makes one machine, which registers this Node. Gives why it does not; undefined: it does. */
  launch(order: LaunchOrder): InstanceError | undefined;
  /** Takes the machine of this Node away. */
  terminate(nodeName: string): void;
  /** Of the machine under the Node of this name; undefined: the cloud knows nothing of it, it is somebody else's. */
  stateOf(nodeName: string): MachineState | undefined;
}

/** A kind of machine, with what a Node on one has. */
export interface CloudInstanceType {
  readonly name: string;
  /** Where it can be had. */
  readonly zones: readonly string[];
  readonly labels: Labels;
  readonly capacity: ResourceList;
  readonly allocatable: ResourceList;
  /** For an hour, in whatever money the scenario counts. */
  readonly pricePerHour: number;
}

export interface LaunchOrder {
  /** For whom, in reports. */
  readonly pool: string;
  readonly instanceType: string;
  readonly zone: string;
  readonly node: Node;
}

/** A machine that runs may have no Node, and a Node no machine any more. */
export type MachineState = 'creating' | 'running' | 'deleting' | 'gone';

/** Machines that are all alike, as many as somebody wants. */
export interface CloudNodeGroup {
  readonly id: string;
  readonly minSize: number;
  readonly maxSize: number;
  /** How many machines there should be. */
  readonly targetSize: number;
  /** Of one machine, in whatever money the scenario counts; undefined: nobody says. */
  readonly pricePerHour: number | undefined;
  /** A Node as its machines register it, ready; its name is nobody's. */
  readonly template: Node;
  /** The machines that are there, in the order in which they were asked for. */
  instances(): readonly CloudInstance[];
  /** So many machines more. A RangeError where that would be more than `maxSize`. */
  increaseSize(by: number): void;
  /** Takes back so many machines that were asked for and are not there yet. Gives how many. */
  decreaseTargetSize(by: number): number;
  /** Takes machines away, and wants so many fewer. */
  deleteNodes(names: readonly string[]): void;
}

/** Why a machine could not be made. */
export interface InstanceError {
  /** Of the cloud: no such machines are left, or something else. */
  readonly class: 'OutOfResources' | 'Other';
  readonly code: string;
  readonly message: string;
}

export interface CloudInstance {
  /** The name of its Node, too. */
  readonly name: string;
  readonly state: Exclude<MachineState, 'gone'>;
  readonly error: InstanceError | undefined;
}

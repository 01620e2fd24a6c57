import type { Node } from '../api/node.ts';
import type { CloudInstance, CloudNodeGroup, InstanceError } from '../policy-api/cloud.ts';
import type { NodeGroupSpec } from '../scenario/cloud.ts';
import type { MachineLife } from './machine-life.ts';
import { nodeOfGroup } from './machine-node.ts';
import type { MachineOrder, Machines } from './machines.ts';

/**
 * A group of equal machines, as an instance group or a scale set is one. Its machines are called `<group>-<n>`, n from 0;
 * no name comes twice.
 */
export class NodeGroup implements CloudNodeGroup {
  readonly spec: NodeGroupSpec;
  readonly template: Node;
  readonly #machines: Machines;
  readonly #refusal: () => InstanceError | undefined;
  /** Those that are there, or asked for. */
  #members: MachineLife[] = [];
  #named = 0;

  /** `refusal` says why the cloud makes no machine of this group at present. */
  constructor(spec: NodeGroupSpec, machines: Machines, refusal: () => InstanceError | undefined) {
    this.spec = spec;
    this.#machines = machines;
    this.#refusal = refusal;
    this.template = nodeOfGroup(spec, `template-node-for-${spec.name}`);
    for (let i = 0; i < spec.size; i++) this.#members.push(machines.found(this.#order(undefined)));
  }

  get id(): string {
    return this.spec.name;
  }
  get minSize(): number {
    return this.spec.minSize;
  }
  get maxSize(): number {
    return this.spec.maxSize;
  }
  get pricePerHour(): number | undefined {
    return this.spec.pricePerHour;
  }

  get targetSize(): number {
    return this.#there().filter(({ state }) => state !== 'deleting').length;
  }

  instances(): readonly CloudInstance[] {
    return this.#there() as readonly (MachineLife & CloudInstance)[];
  }

  /** The Nodes of the machines that are there when the run begins. */
  nodes(): readonly Node[] {
    return this.#members.map(({ node }) => node);
  }

  increaseSize(by: number): void {
    if (!Number.isInteger(by) || by < 1) throw new RangeError(`size increase must be positive, not ${by}`);
    const size = this.targetSize + by;
    if (size > this.maxSize) throw new RangeError(`size increase is too large - desired: ${size} max: ${this.maxSize}`);
    for (let i = 0; i < by; i++) this.#members.push(this.#machines.start(this.#order(this.#refusal())));
  }

  decreaseTargetSize(by: number): number {
    const waiting = this.#there().filter(({ state }) => state === 'creating');
    const taken = waiting.slice(Math.max(0, waiting.length - by));
    for (const life of taken) this.#machines.stop(life);
    return taken.length;
  }

  deleteNodes(names: readonly string[]): void {
    const wanted = new Set(names);
    for (const life of this.#there()) if (wanted.has(life.name)) this.#machines.stop(life);
  }

  #there(): readonly MachineLife[] {
    this.#members = this.#members.filter(({ state }) => state !== 'gone');
    return this.#members;
  }

  #order(error: InstanceError | undefined): MachineOrder {
    const { name, zone = '', pricePerHour, provisioning } = this.spec;
    const node = nodeOfGroup(this.spec, `${name}-${this.#named++}`);
    return { pool: name, zone, node, pricePerHour, provisioning, error };
  }
}

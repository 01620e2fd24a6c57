import type { Engine } from '../engine/engine.ts';
import type { Node } from '../api/node.ts';
import type {
  CloudInstanceType,
  CloudNodeGroup,
  CloudProvider,
  InstanceError,
  LaunchOrder,
  MachineState,
} from '../policy-api/cloud.ts';
import type { CloudFault } from '../scenario/faults.ts';
import type { CloudSpec, InstanceTypeSpec } from '../scenario/cloud.ts';
import type { Parameters } from '../scenario/parameters.ts';
import type { ResizeEntry } from '../scenario/timeline.ts';
import { providerIdOf } from './machine-node.ts';
import { Machines, type Hosts } from './machines.ts';
import type { MachineLife } from './machine-life.ts';
import { NodeGroup } from './node-group.ts';

/**
 * The cloud under a cluster: node groups of machines that come when they are wanted and go when they are not, and the
 * times at which it has none to give.
 */
export class Cloud implements CloudProvider {
  readonly #machines: Machines;
  readonly #groups = new Map<string, NodeGroup>();
  readonly #types: ReadonlyMap<string, InstanceTypeSpec>;
  /** What it is out of at present; one entry may be there several times. */
  readonly #shortages: CloudFault[] = [];

  constructor(
    engine: Engine,
    spec: CloudSpec,
    parameters: Parameters['cloud'],
    hosts: Hosts,
    resizes: readonly ResizeEntry[] = [],
  ) {
    this.#machines = new Machines(engine, parameters, hosts);
    this.#types = new Map(spec.instanceTypes.map((type) => [type.name, type]));
    for (const group of spec.nodeGroups) {
      this.#groups.set(group.name, new NodeGroup(group, this.#machines, () => this.#refusal(group.name, group.zone)));
    }
    if (resizes.length === 0) return;
    const due = engine.on('cloud/resize-due', (i) => this.resize(resizes[i]!.nodeGroup, resizes[i]!.size));
    resizes.forEach(({ atMicros }, i) => engine.at(atMicros, due, i));
  }

  /** Every machine there ever was, in the order in which they were asked for. */
  get lives(): readonly MachineLife[] {
    return this.#machines.lives;
  }

  /** The Nodes of the machines that are there when the run begins. */
  nodes(): readonly Node[] {
    return [...this.#groups.values()].flatMap((group) => group.nodes());
  }

  nodeGroups(): readonly NodeGroup[] {
    return [...this.#groups.values()];
  }

  groupOf(nodeName: string): CloudNodeGroup | undefined {
    const life = this.#machines.get(nodeName);
    return life === undefined || life.instanceType !== '' ? undefined : this.#groups.get(life.pool);
  }

  instanceTypes(): readonly CloudInstanceType[] {
    return [...this.#types.values()];
  }

  launch({ pool, instanceType, zone, node }: LaunchOrder): InstanceError | undefined {
    const type = this.#types.get(instanceType)!;
    const error = this.#refusal(instanceType, zone);
    if (error !== undefined) return error;
    const { pricePerHour, provisioning } = type;
    const spec = { ...node.spec, providerID: providerIdOf(node.metadata.name) };
    this.#machines.start({ pool, zone, node: { ...node, spec }, instanceType, pricePerHour, provisioning, error });
    return undefined;
  }

  terminate(nodeName: string): void {
    const life = this.#machines.get(nodeName);
    if (life !== undefined) this.#machines.stop(life);
  }

  stateOf(nodeName: string): MachineState | undefined {
    return this.#machines.get(nodeName)?.state;
  }

  /** What an administrator does: as many machines as `size`, within the group's bounds; those that came last go first. */
  resize(groupName: string, size: number): void {
    const group = this.#groups.get(groupName)!;
    const wanted = Math.min(Math.max(size, group.minSize), group.maxSize);
    const more = wanted - group.targetSize;
    if (more > 0) group.increaseSize(more);
    if (more >= 0) return;
    const there = group.instances().filter(({ state }) => state !== 'deleting');
    group.deleteNodes(there.slice(more).map(({ name }) => name));
  }

  // ---- Faults: the cloud is out of machines of a group, or of all in a zone.

  begin(fault: CloudFault): void {
    this.#shortages.push(fault);
  }

  end(fault: CloudFault): void {
    const at = this.#shortages.indexOf(fault);
    if (at >= 0) this.#shortages.splice(at, 1);
  }

  #refusal(group: string, zone: string | undefined): InstanceError | undefined {
    const out = this.#shortages.some((one) => ('zone' in one ? one.zone === zone : one.nodeGroup === group));
    if (!out) return undefined;
    const where = zone === undefined ? '' : ` in zone ${zone}`;
    return { class: 'OutOfResources', code: 'STOCKOUT', message: `no machines of ${group} are left${where}` };
  }
}

import type { Status } from '../../../sim/policy-api/status.ts';
import { NodeToStatus } from '../framework/fit-error.ts';
import type { NodeSnapshot } from '../framework/snapshot.ts';
import { TAKEN } from '../plugins/node-ports.ts';
import type { NodeColumns } from './node-columns.ts';
import type { PodProgram } from './pod-program.ts';
import type { ProfileForm } from './profile-form.ts';
import { NO_ROOM } from './usual-usage.ts';

/**
 * Why no node takes a pod, over columns: for every node the status of the first plugin, in the profile's order, that
 * refuses it. Nodes share statuses, so that a text over all nodes costs as much as there are different ones; the map by
 * name is made when somebody asks for it.
 */
export class ColumnRefusals extends NodeToStatus {
  readonly #snapshot: NodeSnapshot;
  readonly #columns: NodeColumns;
  readonly #start: number;
  /** By place in the snapshot. */
  readonly #statuses: Status[] = [];
  readonly #counts = new Map<Status, number>();

  constructor(
    snapshot: NodeSnapshot,
    columns: NodeColumns,
    form: ProfileForm,
    program: PodProgram,
    affinityFilters: boolean,
    start: number,
  ) {
    super();
    this.#snapshot = snapshot;
    this.#columns = columns;
    this.#start = start;
    const refusal = refusalBy(columns, form, program, affinityFilters);
    const { order } = columns;
    for (let i = 0; i < order.length; i++) {
      const status = refusal(order[i]!);
      this.#statuses.push(status);
      this.#counts.set(status, (this.#counts.get(status) ?? 0) + 1);
    }
  }

  override get size(): number {
    return this.#statuses.length;
  }

  override get(nodeName: string): Status {
    const slot = this.#snapshot.get(nodeName)?.slot;
    return slot === undefined ? this.absent : this.#statuses[this.#columns.position[slot]!]!;
  }

  override tally(): Iterable<readonly [Status, number]> {
    return this.#counts;
  }

  /** In the order in which the search met the nodes. */
  protected override fill(): Map<string, Status> {
    const { nodes } = this.#snapshot;
    const map = new Map<string, Status>();
    for (let i = 0; i < nodes.length; i++) {
      const at = (this.#start + i) % nodes.length;
      map.set(nodes[at]!.name, this.#statuses[at]!);
    }
    return map;
  }
}

/** The same status object for the same answer of a plugin. */
const named = new Map<string, WeakMap<Status, Status>>();

function by(plugin: string, status: Status): Status {
  let known = named.get(plugin);
  if (known === undefined) named.set(plugin, (known = new WeakMap()));
  let own = known.get(status);
  if (own === undefined) known.set(status, (own = { code: status.code, reasons: status.reasons, plugin }));
  return own;
}

function refusalBy(
  columns: NodeColumns,
  form: ProfileForm,
  program: PodProgram,
  affinityFilters: boolean,
): (slot: number) => Status {
  const { statics, usage, ports, hardSpread, affinity } = program;
  return (slot) => {
    const group = statics.group[slot]!;
    const refused = group < 0 ? statics.refusals[-1 - group]! : undefined;
    for (const { plugin, role } of form.filters) {
      switch (role) {
        case 'static':
          if (refused?.plugin === plugin) return refused.status;
          break;
        case 'usage':
          if (usage.compute(slot) === NO_ROOM) return usage.refusal(slot);
          break;
        case 'ports':
          if (ports.some((port) => columns.nodes[slot]!.usesPort(port))) return by(plugin.name, TAKEN);
          break;
        case 'spread':
          if (hardSpread?.allows(slot) === false) return by(plugin.name, hardSpread.refusal(slot));
          break;
        case 'affinity':
          if (affinityFilters && !affinity!.allows(slot)) return by(plugin.name, affinity!.refusal(slot));
          break;
        case 'images':
        case 'idle':
          break;
      }
    }
    throw new RangeError('the node takes the pod');
  };
}

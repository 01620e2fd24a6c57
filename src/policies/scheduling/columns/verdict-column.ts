import type { NodeColumns } from './node-columns.ts';
import type { StaticColumn } from './static-column.ts';
import { NO_ROOM, type UsageColumn } from './usage-column.ts';

/** No room, or a plugin that looks at the node object alone refuses. */
export const REFUSED = -1;
/** Something about the node has changed: to be computed anew. */
export const STALE = -2;
/** A cell of a node that takes the pod is its group of nodes above these bits, and its usage value in them. */
export const VALUE_BITS = 20;
export const VALUE_MASK = (1 << VALUE_BITS) - 1;
/** More groups do not go into a cell. */
export const MOST_GROUPS_IN_CELL = 2 ** (31 - VALUE_BITS) - 1;

/**
 * HOT. The verdict on each node, in the snapshot's order, for pods of one size and one kind of template: refused, or the
 * group of nodes it belongs to and the value of what is in use on it.
 *
 * Invariant: a cell that is not STALE equals what usage and static column say of the node. Cells of changed nodes are
 * found in the columns' log. Guarded by bench/placement and the property tests of plain against columns.
 */
export class VerdictColumn {
  cells = new Int32Array(0);
  readonly #columns: NodeColumns;
  readonly #usage: UsageColumn;
  readonly #statics: StaticColumn;
  #orderVersion = -1;
  /** How much of the log has been read. */
  #read = 0;

  constructor(columns: NodeColumns, usage: UsageColumn, statics: StaticColumn) {
    this.#columns = columns;
    this.#usage = usage;
    this.#statics = statics;
  }

  /** Marks what has changed. To be called before the cells are read in a cycle. */
  prepare(): void {
    const columns = this.#columns;
    this.#statics.refresh();
    this.#usage.reserve();
    const { order, log, logged } = columns;
    if (this.#orderVersion !== columns.orderVersion) {
      this.#orderVersion = columns.orderVersion;
      this.cells = new Int32Array(order.length).fill(STALE);
    } else if (logged - this.#read > Math.min(log.length, order.length)) {
      this.cells.fill(STALE);
    } else {
      const { cells } = this;
      const mask = log.length - 1;
      for (let i = this.#read; i < logged; i++) cells[log[i & mask]!] = STALE;
    }
    this.#read = logged;
  }

  /** The cell of a place in the order, computed where it is stale. */
  at(place: number): number {
    const cell = this.cells[place]!;
    return cell === STALE ? this.compute(place) : cell;
  }

  compute(place: number): number {
    const slot = this.#columns.order[place]!;
    const group = this.#statics.group[slot]!;
    let cell = REFUSED;
    if (group >= 0) {
      const value = this.#usage.compute(slot);
      if (value !== NO_ROOM) cell = (group << VALUE_BITS) | value;
    }
    this.cells[place] = cell;
    return cell;
  }
}

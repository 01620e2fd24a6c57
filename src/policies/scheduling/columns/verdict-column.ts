import type { NodeColumns } from './node-columns.ts';
import type { StaticColumn } from './static-column.ts';
import type { UsageColumn } from './usage-column.ts';
import * as layout from './cell-layout.ts';

// Read into constants of this module, which the compiler folds; those of another one it reads anew at every use.
const { REFUSED, STALE, VALUE_BITS } = layout;

/**
 * So many changes are computed at once when they are read: nearly every one of them will be looked at, and a search that
 * meets no stale cell runs without a halt. Of more, many are overtaken before anybody looks.
 */
const FEW_CHANGES = 256;
const SLOTS = new Int32Array(FEW_CHANGES);
const VALUES = new Int32Array(FEW_CHANGES);

/** What follows from cells, and is told when they change. */
export interface CellFollower {
  /** A cell that was `old` is another one now; STALE is not told of twice. */
  changed(place: number, old: number, cell: number): void;
  /** A cell has become STALE. */
  outdated(place: number): void;
  /** All cells have. */
  anew(): void;
}

/**
 * HOT. The verdict on each node, in the snapshot's order, for pods of one size and one kind of template: refused, or the
 * group of nodes it belongs to and the value of what is in use on it.
 *
 * Invariant: a cell that is not STALE equals what usage and static column say of the node. Cells of changed nodes are
 * found in the columns' log. Guarded by bench/placement and the property tests of plain against columns.
 */
export class VerdictColumn {
  cells = new Int32Array(0);
  /** Is kept in step with the cells. */
  follower: CellFollower | undefined;
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

  /** Takes in what has changed. To be called before the cells are read in a cycle. */
  prepare(): void {
    const columns = this.#columns;
    this.#statics.refresh();
    this.#usage.reserve();
    const { order, log, logged } = columns;
    const changes = logged - this.#read;
    if (this.#orderVersion !== columns.orderVersion) {
      this.#orderVersion = columns.orderVersion;
      this.cells = new Int32Array(order.length).fill(STALE);
      this.follower?.anew();
    } else if (changes > Math.min(log.length, order.length)) {
      this.cells.fill(STALE);
      this.follower?.anew();
    } else if (changes <= FEW_CHANGES) {
      this.#computeChanges(log, logged);
    } else {
      this.#markChanges(log, logged);
    }
    this.#read = logged;
  }

  #computeChanges(log: Int32Array, logged: number): void {
    const { cells, follower } = this;
    const { order } = this.#columns;
    const { group } = this.#statics;
    const mask = log.length - 1;
    const count = logged - this.#read;
    for (let i = 0; i < count; i++) SLOTS[i] = order[log[(this.#read + i) & mask]!]!;
    this.#usage.computeAll(SLOTS, count, VALUES);
    for (let i = 0; i < count; i++) {
      const place = log[(this.#read + i) & mask]!;
      const cell = cellOf(group[SLOTS[i]!]!, VALUES[i]!);
      const old = cells[place]!;
      if (cell === old) continue;
      cells[place] = cell;
      if (follower !== undefined) follower.changed(place, old, cell);
    }
  }

  #markChanges(log: Int32Array, logged: number): void {
    const { cells, follower } = this;
    const mask = log.length - 1;
    for (let i = this.#read; i < logged; i++) {
      const place = log[i & mask]!;
      cells[place] = STALE;
      follower?.outdated(place);
    }
  }

  /** The cell of a place in the order, computed where it is stale. */
  at(place: number): number {
    const cell = this.cells[place]!;
    return cell === STALE ? this.compute(place) : cell;
  }

  compute(place: number): number {
    const slot = this.#columns.order[place]!;
    const group = this.#statics.group[slot]!;
    return (this.cells[place] = group < 0 ? REFUSED : cellOf(group, this.#usage.compute(slot)));
  }
}

function cellOf(group: number, value: number): number {
  return group < 0 || value < 0 ? REFUSED : (group << VALUE_BITS) | value;
}

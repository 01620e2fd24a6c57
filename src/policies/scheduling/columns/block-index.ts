import type { NodeColumns } from './node-columns.ts';
import type { StaticColumn } from './static-column.ts';
import { NO_ROOM, type UsageColumn } from './usage-column.ts';

/** More groups than bits are not summed up. */
export const MOST_GROUPS = 32;

/**
 * HOT. What blocks of neighbouring nodes, in the snapshot's order, have for pods of one size and one kind of template: how
 * many nodes take the pod, of which groups they are, and the best usage value of each group.
 *
 * Invariant: a block's summary equals what its rows say, as long as the block's stamp holds. Guarded by
 * bench/placement with percentageOfNodesToScore 100 and the property tests of plain against columns.
 */
export class BlockIndex {
  /** By block. */
  takers = new Int32Array(0);
  groupMask = new Int32Array(0);
  /** By block and group; NO_ROOM where the block has no node of the group that takes the pod. */
  best = new Int32Array(0);
  groups = 0;
  readonly #columns: NodeColumns;
  readonly #usage: UsageColumn;
  readonly #statics: StaticColumn;
  #stamps = new Int32Array(0);
  #orderVersion = -1;

  constructor(columns: NodeColumns, usage: UsageColumn, statics: StaticColumn) {
    this.#columns = columns;
    this.#usage = usage;
    this.#statics = statics;
  }

  /** Usage and static column are current. */
  prepare(): void {
    const { orderVersion, blockStamp } = this.#columns;
    const groups = this.#statics.groups.length;
    if (this.#orderVersion === orderVersion && this.groups === groups) return;
    this.#orderVersion = orderVersion;
    this.groups = groups;
    const blocks = blockStamp.length;
    this.takers = new Int32Array(blocks);
    this.groupMask = new Int32Array(blocks);
    this.best = new Int32Array(blocks * groups);
    this.#stamps = new Int32Array(blocks);
  }

  /** Brings a block up to date and returns how many of its nodes take the pod. */
  takersOf(block: number): number {
    const stamp = this.#columns.blockStamp[block]!;
    if (this.#stamps[block] !== stamp) {
      this.#stamps[block] = stamp;
      this.#sumUp(block);
    }
    return this.takers[block]!;
  }

  #sumUp(block: number): void {
    const { order, blockShift } = this.#columns;
    const usage = this.#usage;
    const { group } = this.#statics;
    const { best, groups } = this;
    const first = block << blockShift;
    const end = Math.min(order.length, (block + 1) << blockShift);
    const base = block * groups;
    best.fill(NO_ROOM, base, base + groups);
    let takers = 0;
    let mask = 0;
    for (let at = first; at < end; at++) {
      const slot = order[at]!;
      const g = group[slot]!;
      if (g < 0) continue;
      const value = usage.at(slot);
      if (value === NO_ROOM) continue;
      takers++;
      mask |= 1 << g;
      if (value > best[base + g]!) best[base + g] = value;
    }
    this.takers[block] = takers;
    this.groupMask[block] = mask;
  }
}

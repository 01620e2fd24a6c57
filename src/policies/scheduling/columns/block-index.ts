import type { NodeColumns } from './node-columns.ts';
import type { StaticColumn } from './static-column.ts';
import { VALUE_BITS, VALUE_MASK, type VerdictColumn } from './verdict-column.ts';

/** More groups than bits are not summed up. */
export const MOST_GROUPS = 32;
/** A block has no node of a group that takes the pod. */
export const NO_TAKER = -1;

/**
 * HOT. What blocks of neighbouring nodes, in the snapshot's order, have for pods of one size and one kind of template: how
 * many nodes take the pod, of which groups they are, and the best usage value of each group.
 *
 * Invariant: a block's summary equals what its verdicts say, as long as the block's stamp holds. Guarded by
 * bench/placement with percentageOfNodesToScore 100 and the property tests of plain against columns.
 */
export class BlockIndex {
  /** By block. */
  takers = new Int32Array(0);
  groupMask = new Int32Array(0);
  /** By block and group. */
  best = new Int32Array(0);
  groups = 0;
  readonly #columns: NodeColumns;
  readonly #verdicts: VerdictColumn;
  readonly #statics: StaticColumn;
  #stamps = new Int32Array(0);
  #orderVersion = -1;

  constructor(columns: NodeColumns, verdicts: VerdictColumn, statics: StaticColumn) {
    this.#columns = columns;
    this.#verdicts = verdicts;
    this.#statics = statics;
  }

  /** The verdicts are prepared. */
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
    const verdicts = this.#verdicts;
    const { best, groups } = this;
    const end = Math.min(order.length, (block + 1) << blockShift);
    const base = block * groups;
    best.fill(NO_TAKER, base, base + groups);
    let takers = 0;
    let mask = 0;
    for (let at = block << blockShift; at < end; at++) {
      const cell = verdicts.at(at);
      if (cell < 0) continue;
      const group = cell >> VALUE_BITS;
      const value = cell & VALUE_MASK;
      takers++;
      mask |= 1 << group;
      if (value > best[base + group]!) best[base + group] = value;
    }
    this.takers[block] = takers;
    this.groupMask[block] = mask;
  }
}

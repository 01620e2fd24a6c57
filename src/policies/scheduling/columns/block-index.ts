import type { NodeColumns } from './node-columns.ts';
import type { StaticColumn } from './static-column.ts';
import { STALE, VALUE_BITS, VALUE_MASK, type VerdictColumn } from './verdict-column.ts';

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
  /** By block: the stamp of the columns' block for which it was summed up. */
  stamps = new Int32Array(0);
  /** By block and group. */
  best = new Int32Array(0);
  groups = 0;
  readonly #columns: NodeColumns;
  readonly #verdicts: VerdictColumn;
  readonly #statics: StaticColumn;
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
    this.stamps = new Int32Array(blocks);
  }

  /** Brings a stale block up to date. */
  sumUp(block: number): void {
    const { order, blockShift, blockStamp } = this.#columns;
    const verdicts = this.#verdicts;
    const { cells } = verdicts;
    const { best, groups } = this;
    const end = Math.min(order.length, (block + 1) << blockShift);
    const base = block * groups;
    for (let g = 0; g < groups; g++) best[base + g] = NO_TAKER;
    let takers = 0;
    let mask = 0;
    let at = block << blockShift;
    for (;;) {
      let isStale = false;
      for (; at < end; at++) {
        const cell = cells[at]!;
        if (cell < 0) {
          isStale = cell === STALE;
          if (isStale) break;
          continue;
        }
        const group = cell >> VALUE_BITS;
        const value = cell & VALUE_MASK;
        takers++;
        mask |= 1 << group;
        if (value > best[base + group]!) best[base + group] = value;
      }
      if (!isStale) break;
      verdicts.compute(at);
    }
    this.takers[block] = takers;
    this.groupMask[block] = mask;
    this.stamps[block] = blockStamp[block]!;
  }
}

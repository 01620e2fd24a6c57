import { NO_TAKER, type BlockIndex } from './block-index.ts';
import type { NodeColumns } from './node-columns.ts';
import type { PodProgram } from './pod-program.ts';
import { preOrderRanks } from './pre-order-ranks.ts';
import { STALE, VALUE_BITS, VALUE_MASK, type VerdictColumn } from './verdict-column.ts';

export interface BlockChoice {
  /** In the order. */
  readonly place: number;
  /** Candidates passed before the search ended. */
  readonly walked: number;
}

/**
 * HOT. A search that wants many nodes, for pods about which cells alone decide: whole blocks are passed by their
 * summaries, and only the blocks that hold the best total are looked into. The same nodes are found and the same one is
 * chosen as by walking them one by one. Guarded by bench/placement with percentageOfNodesToScore 100 and the property
 * tests of plain against columns.
 */
export class BlockSearch {
  readonly #columns: NodeColumns;
  /** What was passed, in order, as triples: 1 for whole blocks or 0 for single places, from, to. */
  readonly #stretches: number[] = [];
  #found = 0;
  #mask = 0;
  #best = -Infinity;
  #bestRank = 0;
  #bestPlace = -1;

  constructor(columns: NodeColumns) {
    this.#columns = columns;
  }

  /** `undefined`: no node takes the pod. */
  search(program: PodProgram, start: number, wanted: number): BlockChoice | undefined {
    const { blocks: index, verdicts } = program;
    index.prepare();
    const { blockShift, blockStamp, order } = this.#columns;
    const total = order.length;
    const first = start >> blockShift;
    const startOfFirst = first << blockShift;
    this.#stretches.length = 0;
    this.#found = 0;
    this.#mask = 0;
    let walked = 0;
    let goesOn = true;
    if (start > startOfFirst) {
      const end = Math.min(total, (first + 1) << blockShift);
      const passed = this.#passSingles(verdicts, start, end, wanted);
      walked += passed;
      goesOn = passed === end - start;
    }
    if (goesOn) {
      const from = start > startOfFirst ? first + 1 : first;
      const to = this.#passBlocks(index, from, blockStamp.length, wanted);
      walked += placesOf(from, to, blockShift, total);
      goesOn = to === blockStamp.length;
      if (!goesOn) walked += this.#passSingles(verdicts, to << blockShift, total, wanted);
    }
    if (goesOn) {
      const to = this.#passBlocks(index, 0, first, wanted);
      walked += placesOf(0, to, blockShift, total);
      if (to < first) walked += this.#passSingles(verdicts, to << blockShift, total, wanted);
      else if (start > startOfFirst) walked += this.#passSingles(verdicts, startOfFirst, start, wanted);
    }
    return this.#found === 0 ? undefined : { place: this.#choose(program), walked };
  }

  /** Passes whole blocks as long as no more than wanted are found. Returns the first block that was not passed. */
  #passBlocks(index: BlockIndex, from: number, to: number, wanted: number): number {
    const { takers, groupMask, stamps } = index;
    const { blockStamp } = this.#columns;
    let found = this.#found;
    let mask = this.#mask;
    let block = from;
    for (;;) {
      let stale = false;
      for (; block < to; block++) {
        if (stamps[block] !== blockStamp[block]) {
          stale = true;
          break;
        }
        const count = takers[block]!;
        if (found + count > wanted) break;
        found += count;
        mask |= groupMask[block]!;
      }
      if (!stale) break;
      index.sumUp(block);
    }
    this.#found = found;
    this.#mask = mask;
    if (block > from) this.#stretches.push(1, from, block);
    return block;
  }

  /** Passes place by place. Returns how many were passed before one more than wanted was met. */
  #passSingles(verdicts: VerdictColumn, from: number, to: number, wanted: number): number {
    let at = from;
    for (; at < to; at++) {
      const cell = verdicts.at(at);
      if (cell < 0) continue;
      if (this.#found === wanted) break;
      this.#found++;
      this.#mask |= 1 << (cell >> VALUE_BITS);
    }
    if (at > from) this.#stretches.push(0, from, at);
    return at - from;
  }

  /** The place of the highest total, and of equal ones the first in heap pre-order. */
  #choose({ statics, blocks: index, verdicts }: PodProgram): number {
    const addends = statics.totals.ofMask(this.#mask);
    const ranks = preOrderRanks(this.#found);
    this.#best = -Infinity;
    this.#bestRank = 0;
    let before = 0;
    const stretches = this.#stretches;
    for (let s = 0; s < stretches.length; s += 3) {
      const from = stretches[s + 1]!;
      const to = stretches[s + 2]!;
      before =
        stretches[s] === 1
          ? this.#chooseAmongBlocks(index, verdicts, from, to, before, addends, ranks)
          : this.#chooseAmong(verdicts, from, to, before, addends, ranks);
    }
    return this.#bestPlace;
  }

  #chooseAmongBlocks(
    index: BlockIndex,
    verdicts: VerdictColumn,
    from: number,
    to: number,
    before: number,
    addends: Float64Array,
    ranks: Int32Array,
  ): number {
    const { takers, best, groups } = index;
    const { blockShift } = this.#columns;
    let found = before;
    for (let block = from; block < to;) {
      let count = 0;
      let highest = -Infinity;
      const bar = this.#best;
      for (; block < to; block++) {
        count = takers[block]!;
        highest = -Infinity;
        for (let g = 0; g < groups; g++) {
          const value = best[block * groups + g]!;
          if (value !== NO_TAKER && value + addends[g]! > highest) highest = value + addends[g]!;
        }
        if (highest >= bar && count > 0) break;
        found += count;
      }
      if (block === to) break;
      if (highest > bar || leastRank(ranks, found, count) < this.#bestRank) {
        const end = Math.min(verdicts.cells.length, (block + 1) << blockShift);
        this.#chooseAmong(verdicts, block << blockShift, end, found, addends, ranks);
      }
      found += count;
      block++;
    }
    return found;
  }

  /** A block's summary may still hold when its cells are stale: they go stale all at once after many changes elsewhere. */
  #chooseAmong(
    verdicts: VerdictColumn,
    from: number,
    to: number,
    before: number,
    addends: Float64Array,
    ranks: Int32Array,
  ): number {
    const { cells } = verdicts;
    let found = before;
    for (let at = from; at < to; at++) {
      let cell = cells[at]!;
      if (cell === STALE) cell = verdicts.compute(at);
      if (cell < 0) continue;
      const total = (cell & VALUE_MASK) + addends[cell >> VALUE_BITS]!;
      const rank = ranks[found++]!;
      if (total < this.#best || (total === this.#best && rank > this.#bestRank)) continue;
      this.#best = total;
      this.#bestRank = rank;
      this.#bestPlace = at;
    }
    return found;
  }
}

/** How many places there are in blocks; the last block of all may be shorter. */
function placesOf(from: number, to: number, blockShift: number, total: number): number {
  return Math.min(total, to << blockShift) - Math.min(total, from << blockShift);
}

/** The lowest rank of `count` places from one on: ranks rise within a level of the heap. */
function leastRank(ranks: Int32Array, from: number, count: number): number {
  const level = 31 - Math.clz32(from + 1);
  const nextLevel = (2 << level) - 1;
  return from + count > nextLevel ? Math.min(ranks[from]!, ranks[nextLevel]!) : ranks[from]!;
}

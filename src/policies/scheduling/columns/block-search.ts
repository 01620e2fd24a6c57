import { NO_TAKER, type BlockIndex } from './block-index.ts';
import { grownIntegers, type NodeColumns } from './node-columns.ts';
import type { PodProgram } from './pod-program.ts';
import { preOrderRanks } from './pre-order-ranks.ts';
import { StaticTotals } from './static-totals.ts';
import { VALUE_BITS, VALUE_MASK } from './verdict-column.ts';

export interface BlockChoice {
  /** In the order. */
  readonly place: number;
  /** Candidates passed before the search ended. */
  readonly walked: number;
}

/**
 * HOT. A search that wants many nodes, for pods about which room and node object alone decide: whole blocks are passed by
 * their summaries, and only the blocks that hold the best total are looked into. The same nodes are found and the same one
 * is chosen as by walking them one by one. Guarded by bench/placement with percentageOfNodesToScore 100 and the property
 * tests of plain against columns.
 */
export class BlockSearch {
  readonly #columns: NodeColumns;
  readonly #totals = new StaticTotals();
  /** Blocks passed whole: their number, and how many nodes were found before them. */
  #blocks = new Int32Array(64);
  #before = new Int32Array(64);
  #blockCount = 0;
  /** Nodes found one by one, at the ends: their place, and how many were found before. */
  #singles = new Int32Array(256);
  #singlesBefore = new Int32Array(256);
  #singleCount = 0;
  #found = 0;
  #mask = 0;

  constructor(columns: NodeColumns) {
    this.#columns = columns;
  }

  /** `undefined`: no node takes the pod. */
  search(program: PodProgram, start: number, wanted: number): BlockChoice | undefined {
    const { blocks: index } = program;
    index.prepare();
    const total = this.#columns.order.length;
    const { blockShift, blockStamp } = this.#columns;
    const blocks = blockStamp.length;
    if (this.#blocks.length < blocks) {
      this.#blocks = new Int32Array(blocks);
      this.#before = new Int32Array(blocks);
    }
    this.#blockCount = 0;
    this.#singleCount = 0;
    this.#found = 0;
    this.#mask = 0;
    const first = start >> blockShift;
    const blockStart = first << blockShift;
    let walked = 0;
    let at = start;
    let block = first;
    if (start !== blockStart) {
      const end = Math.min(total, (first + 1) << blockShift);
      walked = this.#walk(program, start, end, wanted);
      if (walked < end - start) return this.#choose(program, walked);
      at = end;
      block = first + 1;
    }
    while (walked < total) {
      if (at >= total) {
        at = 0;
        block = 0;
      }
      // The block in which the search began: what lies before its start comes last.
      const end = block === first && walked > 0 ? start : Math.min(total, (block + 1) << blockShift);
      const takers = end - at === Math.min(total, (block + 1) << blockShift) - at ? index.takersOf(block) : -1;
      if (takers < 0 || this.#found + takers > wanted) {
        const passed = this.#walk(program, at, end, wanted);
        walked += passed;
        if (passed < end - at) break;
      } else {
        if (takers > 0) {
          this.#blocks[this.#blockCount] = block;
          this.#before[this.#blockCount++] = this.#found;
          this.#found += takers;
          this.#mask |= index.groupMask[block]!;
        }
        walked += end - at;
      }
      at = end;
      block++;
    }
    return this.#choose(program, walked);
  }

  /** Node by node from one place to another. Returns how many were passed before one more than wanted was met. */
  #walk({ verdicts }: PodProgram, from: number, to: number, wanted: number): number {
    for (let at = from; at < to; at++) {
      const cell = verdicts.at(at);
      if (cell < 0) continue;
      if (this.#found === wanted) return at - from;
      if (this.#singleCount === this.#singles.length) this.#reserveSingles();
      this.#singles[this.#singleCount] = at;
      this.#singlesBefore[this.#singleCount++] = this.#found++;
      this.#mask |= 1 << (cell >> VALUE_BITS);
    }
    return to - from;
  }

  #reserveSingles(): void {
    this.#singles = grownIntegers(this.#singles, 2 * this.#singles.length);
    this.#singlesBefore = grownIntegers(this.#singlesBefore, 2 * this.#singlesBefore.length);
  }

  #choose(program: PodProgram, walked: number): BlockChoice | undefined {
    if (this.#found === 0) return undefined;
    const { statics, blocks: index } = program;
    const { cells } = program.verdicts;
    const groups = statics.groups.length;
    this.#totals.reserve(groups);
    this.#totals.presentByMask(groups, this.#mask);
    this.#totals.sumUp(statics);
    const { addends } = this.#totals;
    const ranks = preOrderRanks(this.#found);
    this.#best = -Infinity;
    this.#bestRank = 0;
    this.#bestPlace = -1;
    for (let k = 0; k < this.#singleCount; k++) {
      const at = this.#singles[k]!;
      this.#offer(at, totalOf(cells[at]!, addends), ranks[this.#singlesBefore[k]!]!);
    }
    for (let k = 0; k < this.#blockCount; k++) {
      const block = this.#blocks[k]!;
      const highest = highestOf(index, block, groups, addends);
      if (highest < this.#best) continue;
      const before = this.#before[k]!;
      if (highest === this.#best && leastRank(ranks, before, index.takers[block]!) > this.#bestRank) continue;
      this.#lookInto(cells, block, before, addends, ranks);
    }
    return { place: this.#bestPlace, walked };
  }

  #best = -Infinity;
  #bestRank = 0;
  #bestPlace = -1;

  #offer(place: number, total: number, rank: number): void {
    if (total < this.#best || (total === this.#best && rank > this.#bestRank)) return;
    this.#best = total;
    this.#bestRank = rank;
    this.#bestPlace = place;
  }

  #lookInto(cells: Int32Array, block: number, before: number, addends: Float64Array, ranks: Int32Array): void {
    const { blockShift } = this.#columns;
    const end = Math.min(cells.length, (block + 1) << blockShift);
    let found = before;
    for (let at = block << blockShift; at < end; at++) {
      const cell = cells[at]!;
      if (cell >= 0) this.#offer(at, totalOf(cell, addends), ranks[found++]!);
    }
  }
}

function totalOf(cell: number, addends: Float64Array): number {
  return (cell & VALUE_MASK) + addends[cell >> VALUE_BITS]!;
}

/** The best total of a block's nodes. */
function highestOf(index: BlockIndex, block: number, groups: number, addends: Float64Array): number {
  const { best } = index;
  let highest = -Infinity;
  for (let g = 0; g < groups; g++) {
    const value = best[block * groups + g]!;
    if (value !== NO_TAKER && value + addends[g]! > highest) highest = value + addends[g]!;
  }
  return highest;
}

/** The lowest rank of `count` places from one on: ranks rise within a level of the heap. */
function leastRank(ranks: Int32Array, from: number, count: number): number {
  const level = 31 - Math.clz32(from + 1);
  const nextLevel = (2 << level) - 1;
  return from + count > nextLevel ? Math.min(ranks[from]!, ranks[nextLevel]!) : ranks[from]!;
}

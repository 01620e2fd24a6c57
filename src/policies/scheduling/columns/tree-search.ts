import type { NodeColumns } from './node-columns.ts';
import type { PodProgram } from './pod-program.ts';
import type { VerdictColumn } from './verdict-column.ts';
import type { VerdictTree } from './verdict-tree.ts';
import * as cells from './cell-layout.ts';
import * as layout from './summary-layout.ts';

// Read into constants of this module, which the compiler folds; those of another one it reads anew at every use.
const { VALUE_BITS, VALUE_MASK } = cells;
const { BEST, CHILDREN, CHILDREN_SHIFT, NO_TAKER } = layout;

export interface TreeChoice {
  /** In the order. */
  readonly place: number;
  /** Candidates passed before the search ended. */
  readonly walked: number;
}

/**
 * HOT. A search that wants many nodes, for pods about which cells alone decide: it passes stretches of nodes as long as it
 * can, in steps of powers of sixteen, each by its summary; then it goes the same way again and looks only into those that
 * hold the best total. The same nodes are found and the same one is chosen as by walking them one by one. Guarded by
 * bench/placement with percentageOfNodesToScore 100 and the property tests of plain against columns.
 */
export class TreeSearch {
  readonly #columns: NodeColumns;
  #wanted = 0;
  #found = 0;
  /** By group, the best value among the found. */
  #best = new Int32Array(0);
  #total = 0;
  #place = -1;
  /** Of the found, the number of the node at that place: where it stands in the heap. */
  #winner = 0;
  /** The level of the heap in which another tie is looked for, and the numbers that would win there. */
  #heapLevel = 0;
  #tiesFrom = 0;
  #tiesTo = 0;

  constructor(columns: NodeColumns) {
    this.#columns = columns;
  }

  /** `undefined`: no node takes the pod. */
  search(program: PodProgram, start: number, wanted: number): TreeChoice | undefined {
    const { tree, verdicts, statics } = program;
    tree.prepare();
    const places = this.#columns.order.length;
    const groups = statics.groups.length;
    if (this.#best.length < groups) this.#best = new Int32Array(2 * groups);
    this.#best.fill(NO_TAKER);
    this.#wanted = wanted;
    this.#found = 0;
    let end = this.#collect(tree, verdicts, start, places);
    const isAround = end === places && start > 0;
    if (isAround) end = this.#collect(tree, verdicts, 0, start);
    if (this.#found === 0) return undefined;

    let mask = 0;
    for (let g = 0; g < groups; g++) if (this.#best[g] !== NO_TAKER) mask |= 1 << g;
    const addends = statics.totals.ofMask(mask);
    this.#total = -Infinity;
    for (let g = 0; g < groups; g++) {
      if (this.#best[g] !== NO_TAKER) this.#total = Math.max(this.#total, this.#best[g]! + addends[g]!);
    }
    this.#place = -1;
    this.#tiesFrom = 0;
    this.#tiesTo = Infinity;
    this.#found = 0;
    const goesOn = this.#choose(tree, verdicts, addends, start, isAround ? places : end);
    if (goesOn && isAround) this.#choose(tree, verdicts, addends, 0, end);
    return { place: this.#place, walked: isAround ? places - start + end : end - start };
  }

  /** Returns where one more than wanted was met; `to` where that was nowhere. */
  #collect(tree: VerdictTree, verdicts: VerdictColumn, from: number, to: number): number {
    const { levels, summaries, stale, stride } = tree;
    const places = this.#columns.order.length;
    const best = this.#best;
    const wanted = this.#wanted;
    let found = this.#found;
    let at = from;
    // 0 are the cells, n the level n - 1 of the tree.
    let step = fittingStep(levels.length, 0, at, to, places);
    while (at < to) {
      if (step === 0) {
        const cell = verdicts.at(at);
        if (cell >= 0) {
          if (found === wanted) break;
          found++;
          const group = cell >> VALUE_BITS;
          if ((cell & VALUE_MASK) > best[group]!) best[group] = cell & VALUE_MASK;
        }
        at++;
      } else {
        const { shift, first } = levels[step - 1]!;
        const index = at >> shift;
        if (stale[first + index] === 1) tree.sumUp(step - 1, index);
        const row = (first + index) * stride;
        const takers = summaries[row]!;
        if (found + takers > wanted) {
          step--;
          continue;
        }
        found += takers;
        for (let i = BEST; i < stride; i++) {
          if (summaries[row + i]! > best[i - BEST]!) best[i - BEST] = summaries[row + i]!;
        }
        at = (index + 1) << shift;
      }
      step = fittingStep(levels.length, step, at, to, places);
    }
    this.#found = found;
    return Math.min(at, to);
  }

  /**
   * Finds the place of the best total that is first in heap pre-order. On each level of the heap the first one counts, and
   * only as long as it is left of all that is below the best so far. False: no other could win.
   */
  #choose(tree: VerdictTree, verdicts: VerdictColumn, addends: Float64Array, from: number, to: number): boolean {
    const { levels, summaries, stride } = tree;
    const { cells } = verdicts;
    const places = this.#columns.order.length;
    const total = this.#total;
    let found = this.#found;
    let at = from;
    let step = fittingStep(levels.length, 0, at, to, places);
    while (at < to) {
      if (found >= this.#tiesTo && !this.#descend(found)) return false;
      const tiesFrom = this.#tiesFrom;
      if (step === 0) {
        const tiesTo = this.#tiesTo;
        const end = Math.min(to, (at | (CHILDREN - 1)) + 1);
        let isTie = false;
        for (; at < end && found < tiesTo; at++) {
          const cell = cells[at]!;
          if (cell < 0) continue;
          isTie = found >= tiesFrom && (cell & VALUE_MASK) + addends[cell >> VALUE_BITS]! === total;
          if (isTie) break;
          found++;
        }
        if (isTie) this.#meet(at++, found++);
      } else {
        const { shift, first } = levels[step - 1]!;
        let index = at >> shift;
        const end = Math.min(to === places ? ((to - 1) >> shift) + 1 : to >> shift, (index | (CHILDREN - 1)) + 1);
        for (; index < end; index++) {
          const row = (first + index) * stride;
          const takers = summaries[row]!;
          if (found + takers > tiesFrom && holds(total, summaries, row, stride, addends)) break;
          found += takers;
        }
        at = index << shift;
        if (index < end) {
          step--;
          continue;
        }
      }
      step = fittingStep(levels.length, step, at, to, places);
    }
    this.#found = found;
    return true;
  }

  #meet(place: number, found: number): void {
    this.#place = place;
    this.#winner = found;
    this.#heapLevel = heapLevelOf(found);
    this.#tiesTo = found;
  }

  /** To the first level of the heap on which one found so late could win. False: there is none. */
  #descend(found: number): boolean {
    const level = heapLevelOf(this.#winner);
    if (this.#winner + 1 === 1 << level) return false;
    do {
      this.#heapLevel++;
      this.#tiesFrom = (1 << this.#heapLevel) - 1;
      this.#tiesTo = ((this.#winner + 1) << (this.#heapLevel - level)) - 1;
    } while (this.#tiesTo <= found);
    return true;
  }
}

/** The root of a binary heap is number 0, on level 0. */
function heapLevelOf(number: number): number {
  return 31 - Math.clz32(number + 1);
}

/** The longest step from a place that ends no later than `to`, and is no shorter than `least` unless it must be. */
function fittingStep(most: number, least: number, at: number, to: number, places: number): number {
  let step = least;
  while (step < most && fits(step + 1, at, to, places)) step++;
  while (step > 0 && !fits(step, at, to, places)) step--;
  return step;
}

function fits(step: number, at: number, to: number, places: number): boolean {
  const size = 1 << (step * CHILDREN_SHIFT);
  return (at & (size - 1)) === 0 && Math.min(at + size, places) <= to;
}

function holds(total: number, summaries: Int32Array, row: number, stride: number, addends: Float64Array): boolean {
  for (let i = BEST; i < stride; i++) {
    const value = summaries[row + i]!;
    if (value !== NO_TAKER && value + addends[i - BEST]! >= total) return true;
  }
  return false;
}

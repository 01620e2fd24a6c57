import type { PodProgram } from './pod-program.ts';
import { preOrderRanks } from './pre-order-ranks.ts';
import * as layout from './cell-layout.ts';

// Read into constants of this module, which the compiler folds; those of another one it reads anew at every use.
const { STALE, VALUE_BITS, VALUE_MASK } = layout;

/**
 * HOT. A search for pods about which cells alone decide, node by node: finds and chooses on one way.
 *
 * The totals hang on which groups of nodes are among the found ones, which is known only afterwards. It is nearly always
 * what it was the last time, so the walk reckons with that, and goes a second time where it was wrong. The inner loops
 * call nothing, so that the compiler keeps all they read in registers; the first is left for a stale cell.
 *
 * Invariant: the same nodes are found and the same one is chosen as by listing, adding up and comparing. Guarded by
 * bench/placement and the property tests of plain against columns.
 */
export class CellWalk {
  /** Of the last walk: how many nodes were found, of which groups (a bit each), and the winner's place; -1: none. */
  found = 0;
  groupMask = 0;
  place = -1;

  /** Returns how many nodes were passed before one more than `wanted` was met. */
  search(program: PodProgram, start: number, wanted: number): number {
    const { statics, verdicts } = program;
    const { cells } = verdicts;
    const expected = statics.totals.lastMask;
    const addends = statics.totals.ofMask(expected);
    const total = cells.length;
    const ranks = preOrderRanks(Math.min(wanted, total));
    let found = 0;
    let mask = 0;
    let best = -1;
    let bestRank = 0;
    let place = -1;
    let at = start;
    let end = total;
    for (;;) {
      let cell = 0;
      for (; at < end; at++) {
        cell = cells[at]!;
        if (cell < 0) {
          if (cell === STALE) break;
          continue;
        }
        if (found === wanted) break;
        const group = cell >> VALUE_BITS;
        mask |= 1 << group;
        const sum = (cell & VALUE_MASK) + addends[group]!;
        if (sum >= best) {
          const rank = ranks[found]!;
          if (sum > best || rank < bestRank) {
            best = sum;
            bestRank = rank;
            place = at;
          }
        }
        found++;
      }
      if (at < end) {
        if (cell !== STALE) break;
        verdicts.compute(at);
      } else if (end === total && start > 0) {
        at = 0;
        end = start;
      } else {
        break;
      }
    }
    const walked = end === total ? at - start : total - start + at;
    this.found = found;
    this.groupMask = mask;
    this.place = mask === expected ? place : this.#chooseAgain(program, start, walked);
    return walked;
  }

  /** The place of the highest total among the found, and of equal ones the first in heap pre-order. */
  #chooseAgain({ statics, verdicts }: PodProgram, start: number, walked: number): number {
    const { cells } = verdicts;
    const addends = statics.totals.ofMask(this.groupMask);
    const ranks = preOrderRanks(this.found);
    let best = -1;
    let bestRank = 0;
    let place = -1;
    let found = 0;
    for (let i = 0; i < walked; i++) {
      const at = start + i < cells.length ? start + i : start + i - cells.length;
      const cell = cells[at]!;
      if (cell < 0) continue;
      const sum = (cell & VALUE_MASK) + addends[cell >> VALUE_BITS]!;
      const rank = ranks[found++]!;
      if (sum < best || (sum === best && rank > bestRank)) continue;
      best = sum;
      bestRank = rank;
      place = at;
    }
    return place;
  }
}

import type { StaticColumn } from './static-column.ts';
import type { CellFollower, VerdictColumn } from './verdict-column.ts';
import * as cells from './cell-layout.ts';
import * as layout from './summary-layout.ts';

// Read into constants of this module, which the compiler folds; those of another one it reads anew at every use.
const { STALE, VALUE_BITS, VALUE_MASK } = cells;
const { BEST, CHILDREN, CHILDREN_SHIFT, NO_TAKER, TAKERS } = layout;

/** The vertices of one level, from left to right. */
export interface Level {
  /** A vertex covers places to this power of two. */
  readonly shift: number;
  /** The number of its first vertex. */
  readonly first: number;
  readonly count: number;
}

/**
 * HOT. What stretches of neighbouring nodes, in the snapshot's order, have for pods of one size and one kind of template, as
 * a tree whose vertices sum up sixteen below them: a search over all nodes asks its top.
 *
 * Invariant: a vertex that is not stale equals what its cells say, and a stale one has only stale ones above it. A change
 * of a cell is followed upwards as far as it changes anything. Guarded by bench/placement with percentageOfNodesToScore
 * 100 and the property tests of plain against columns.
 */
export class VerdictTree implements CellFollower {
  /** From the lowest to the one with a single vertex. */
  levels: readonly Level[] = [];
  /** Vertex by vertex, level by level: rows of `stride` numbers. */
  summaries = new Int32Array(0);
  stale = new Uint8Array(0);
  stride = BEST;
  readonly #verdicts: VerdictColumn;
  readonly #statics: StaticColumn;
  #places = -1;
  #sum = new Int32Array(BEST);

  constructor(verdicts: VerdictColumn, statics: StaticColumn) {
    this.#verdicts = verdicts;
    this.#statics = statics;
  }

  /** The verdicts are prepared: from now on the tree follows them. */
  prepare(): void {
    const verdicts = this.#verdicts;
    const places = verdicts.cells.length;
    const stride = BEST + this.#statics.groups.length;
    if (this.#places !== places || this.stride !== stride) this.#grow(places, stride);
    else if (verdicts.follower !== this) this.anew();
    verdicts.follower = this;
  }

  #grow(places: number, stride: number): void {
    const levels: Level[] = [];
    let first = 0;
    for (let shift = CHILDREN_SHIFT; ; shift += CHILDREN_SHIFT) {
      const count = ((places - 1) >> shift) + 1;
      levels.push({ shift, first, count });
      first += count;
      if (count === 1) break;
    }
    this.levels = levels;
    this.stride = stride;
    this.summaries = new Int32Array(first * stride);
    this.stale = new Uint8Array(first).fill(1);
    this.#sum = new Int32Array(stride);
    this.#places = places;
  }

  anew(): void {
    this.stale.fill(1);
  }

  outdated(place: number): void {
    const { levels, stale } = this;
    for (let level = 0; level < levels.length; level++) {
      const { shift, first } = levels[level]!;
      const vertex = first + (place >> shift);
      if (stale[vertex] === 1) return;
      stale[vertex] = 1;
    }
  }

  changed(place: number, old: number, cell: number): void {
    const block = place >> CHILDREN_SHIFT;
    if (this.stale[block] === 1) return;
    const group = cell >> VALUE_BITS;
    if (cell < 0 || old < 0 || old >> VALUE_BITS !== group || BEST + group >= this.stride) {
      this.outdated(place);
      return;
    }
    const best = this.summaries[block * this.stride + BEST + group]!;
    if ((cell & VALUE_MASK) > best) this.#raise(place, group, cell & VALUE_MASK);
    else if ((old & VALUE_MASK) === best) this.#lower(place, group, best);
  }

  /** A node's value has grown to be the best of its block. */
  #raise(place: number, group: number, value: number): void {
    const { levels, summaries, stale, stride } = this;
    for (let level = 0; level < levels.length; level++) {
      const { shift, first } = levels[level]!;
      const vertex = first + (place >> shift);
      const at = vertex * stride + BEST + group;
      if (stale[vertex] === 1 || summaries[at]! >= value) return;
      summaries[at] = value;
    }
  }

  /** The value of a node that was the best of its block has fallen. */
  #lower(place: number, group: number, value: number): void {
    const { levels, summaries, stale, stride } = this;
    for (let level = 0; level < levels.length; level++) {
      const { shift, first } = levels[level]!;
      const index = place >> shift;
      const at = (first + index) * stride + BEST + group;
      if (stale[first + index] === 1 || summaries[at]! > value) return;
      const best = level === 0 ? this.#bestCell(index, group) : this.#bestChild(level, index, group);
      if (best === value) return;
      summaries[at] = best;
    }
  }

  /** The best value of a group in a block. Compares without a branch, since nobody could foretell which way it goes. */
  #bestCell(index: number, group: number): number {
    const { cells } = this.#verdicts;
    const from = index << CHILDREN_SHIFT;
    const to = Math.min(cells.length, from + CHILDREN);
    const own = group << VALUE_BITS;
    let best = NO_TAKER;
    for (let at = from; at < to; at++) {
      const value = cells[at]! ^ own;
      // Of another group, or refused: -1.
      best = greater(best, value | ~(((value >>> VALUE_BITS) - 1) >> 31));
    }
    return best;
  }

  #bestChild(level: number, index: number, group: number): number {
    const { summaries, stride } = this;
    const { first, count } = this.levels[level - 1]!;
    const from = index << CHILDREN_SHIFT;
    const to = Math.min(count, from + CHILDREN);
    let best = NO_TAKER;
    for (let child = from; child < to; child++) {
      best = greater(best, summaries[(first + child) * stride + BEST + group]!);
    }
    return best;
  }

  /** Brings a stale vertex, and what is stale below it, up to date. */
  sumUp(level: number, index: number): void {
    const sum = this.#sum;
    if (level > 0) this.#sumUpChildren(level, index);
    sum.fill(NO_TAKER);
    sum[TAKERS] = 0;
    if (level === 0) this.#addCells(index);
    else this.#addChildren(level, index);
    const vertex = this.levels[level]!.first + index;
    this.summaries.set(sum, vertex * this.stride);
    this.stale[vertex] = 0;
  }

  #addCells(index: number): void {
    const sum = this.#sum;
    const verdicts = this.#verdicts;
    const { cells } = verdicts;
    const from = index << CHILDREN_SHIFT;
    const to = Math.min(cells.length, from + CHILDREN);
    for (let at = from; at < to; at++) {
      let cell = cells[at]!;
      if (cell === STALE) cell = verdicts.compute(at);
      if (cell < 0) continue;
      sum[TAKERS]!++;
      const group = BEST + (cell >> VALUE_BITS);
      if ((cell & VALUE_MASK) > sum[group]!) sum[group] = cell & VALUE_MASK;
    }
  }

  #sumUpChildren(level: number, index: number): void {
    const { first, count } = this.levels[level - 1]!;
    const from = index << CHILDREN_SHIFT;
    const to = Math.min(count, from + CHILDREN);
    for (let child = from; child < to; child++) if (this.stale[first + child] === 1) this.sumUp(level - 1, child);
  }

  #addChildren(level: number, index: number): void {
    const { summaries, stride } = this;
    const sum = this.#sum;
    const { first, count } = this.levels[level - 1]!;
    const from = index << CHILDREN_SHIFT;
    const to = Math.min(count, from + CHILDREN);
    for (let row = (first + from) * stride; row < (first + to) * stride; row += stride) {
      sum[TAKERS]! += summaries[row]!;
      for (let i = BEST; i < stride; i++) if (summaries[row + i]! > sum[i]!) sum[i] = summaries[row + i]!;
    }
  }
}

/** Of two numbers that are less than 2^30 apart from zero. */
function greater(a: number, b: number): number {
  const difference = a - b;
  return a - (difference & (difference >> 31));
}

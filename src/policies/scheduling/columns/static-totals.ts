import type { StaticGroup, StaticScore } from './static-column.ts';

/** Groups that a mask of 32 bits can name. */
export const MOST_MASKED_GROUPS = 32;

/**
 * What each group of nodes adds to a total: the sum of the weighted scores of the plugins that look at the node object
 * alone, normalised over the groups that are present among the found nodes. Weights may be
 * large: doubles hold their sums exactly, 32 bits would not.
 */
export class StaticTotals {
  readonly #groups: readonly StaticGroup[];
  readonly #scores: readonly StaticScore[];
  /** By group. */
  #addends = new Float64Array(8);
  /** 1 by group that is present. */
  #present = new Uint8Array(8);
  /** For which mask of how many groups the addends were summed up last. */
  #mask = 0;
  #summed = -1;

  constructor(groups: readonly StaticGroup[], scores: readonly StaticScore[]) {
    this.#groups = groups;
    this.#scores = scores;
  }

  /** The mask that was asked for last: the next search will most likely find the same groups. */
  get lastMask(): number {
    return this.#mask;
  }

  /** By group, when those whose bit is set are present; only where there are no more than MOST_MASKED_GROUPS. */
  ofMask(mask: number): Float64Array {
    const { length } = this.#groups;
    if (this.#summed === length && this.#mask === mask) return this.#addends;
    this.#reserve(length);
    for (let g = 0; g < length; g++) this.#present[g] = (mask >>> g) & 1;
    this.#sumUp();
    this.#mask = mask;
    this.#summed = length;
    return this.#addends;
  }

  /** By group, when the first `count` of `ids` are present. */
  ofList(ids: Int16Array, count: number): Float64Array {
    const { length } = this.#groups;
    this.#reserve(length);
    this.#present.fill(0, 0, length);
    for (let j = 0; j < count; j++) this.#present[ids[j]!] = 1;
    this.#sumUp();
    this.#summed = -1;
    return this.#addends;
  }

  #reserve(groups: number): void {
    if (this.#addends.length >= groups) return;
    this.#addends = new Float64Array(2 * groups);
    this.#present = new Uint8Array(2 * groups);
  }

  #sumUp(): void {
    const addends = this.#addends;
    const present = this.#present;
    const groups = this.#groups;
    addends.fill(0, 0, groups.length);
    for (let s = 0; s < this.#scores.length; s++) {
      const { weight, reverse } = this.#scores[s]!;
      let highest = 0;
      for (let g = 0; g < groups.length; g++) {
        if (present[g] === 1 && groups[g]!.raw[s]! > highest) highest = groups[g]!.raw[s]!;
      }
      for (let g = 0; g < groups.length; g++) {
        if (present[g] === 0) continue;
        const raw = groups[g]!.raw[s]!;
        const scaled = highest === 0 ? raw : Math.trunc((100 * raw) / highest);
        addends[g]! += weight * (reverse ? 100 - scaled : scaled);
      }
    }
  }
}

import type { StaticColumn } from './static-column.ts';

/**
 * What each group of nodes adds to a total: the sum of the weighted scores of the plugins that look at the node object
 * alone, normalised over the groups that are present among the found nodes.
 */
export class StaticTotals {
  /** By group. */
  addends = new Float64Array(8);
  /** 1 by group that is present; set before `sumUp`. */
  present = new Uint8Array(8);

  reserve(groups: number): void {
    if (this.addends.length >= groups) return;
    this.addends = new Float64Array(2 * groups);
    this.present = new Uint8Array(2 * groups);
  }

  /** Groups by the bits of a mask; only where there are no more than 32. */
  presentByMask(groups: number, mask: number): void {
    for (let g = 0; g < groups; g++) this.present[g] = (mask >>> g) & 1;
  }

  sumUp({ groups, scores }: StaticColumn): void {
    const { addends, present } = this;
    addends.fill(0, 0, groups.length);
    for (let s = 0; s < scores.length; s++) {
      const { weight, reverse } = scores[s]!;
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

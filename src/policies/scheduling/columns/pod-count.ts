import type { DomainCounts } from './domain-counts.ts';

/** How many pods of some kind each node has, by slot, with the sums over domains that hang on it. */
export class PodCount {
  perSlot: Uint16Array;
  /** Pods on all nodes. */
  total = 0;
  readonly dependents: DomainCounts[] = [];

  constructor(capacity: number) {
    this.perSlot = new Uint16Array(capacity);
  }

  reserve(capacity: number): void {
    if (this.perSlot.length >= capacity) return;
    const perSlot = new Uint16Array(capacity);
    perSlot.set(this.perSlot);
    this.perSlot = perSlot;
  }

  change(slot: number, by: 1 | -1): void {
    this.perSlot[slot]! += by;
    this.total += by;
    const { dependents } = this;
    for (let i = 0; i < dependents.length; i++) dependents[i]!.change(slot, by);
  }
}

import type { EligibleNodes } from './eligible-nodes.ts';
import { NO_DOMAIN, type KeyColumn } from './key-column.ts';
import { grownIntegers, type NodeColumns } from './node-columns.ts';
import type { PodCount } from './pod-count.ts';

/**
 * How many pods of a kind each domain of a topology key has, over the nodes that count. Kept as pods come and go;
 * counted anew when node objects change.
 */
export class DomainCounts {
  readonly key: KeyColumn;
  /** By domain. */
  count = new Int32Array(8);
  /** By domain: how many nodes of it count. A domain with none is not there. */
  nodes = new Int32Array(8);
  /** Domains that are there. */
  domains = 0;
  /** Pods in all of them. */
  total = 0;
  readonly #columns: NodeColumns;
  readonly #source: PodCount;
  readonly #eligible: EligibleNodes | undefined;
  #version = -1;

  constructor(columns: NodeColumns, source: PodCount, key: KeyColumn, eligible: EligibleNodes | undefined) {
    this.#columns = columns;
    this.#source = source;
    this.key = key;
    this.#eligible = eligible;
  }

  /** Must be called before the counts are read in a cycle. */
  refresh(): void {
    this.key.refresh();
    this.#eligible?.refresh();
    if (this.#version === this.#columns.nodeVersion) return;
    this.#version = this.#columns.nodeVersion;
    const { domain, size } = this.key;
    if (this.count.length < size) {
      let capacity = this.count.length;
      while (capacity < size) capacity *= 2;
      this.count = grownIntegers(this.count, capacity);
      this.nodes = grownIntegers(this.nodes, capacity);
    }
    this.count.fill(0);
    this.nodes.fill(0);
    this.domains = 0;
    this.total = 0;
    const { perSlot } = this.#source;
    for (let slot = 0; slot < this.#columns.size; slot++) {
      const id = domain[slot]!;
      if (id === NO_DOMAIN || (this.#eligible !== undefined && this.#eligible.is[slot] === 0)) continue;
      if (this.nodes[id]!++ === 0) this.domains++;
      this.count[id]! += perSlot[slot]!;
      this.total += perSlot[slot]!;
    }
  }

  /** A pod came to, or left, the node of a slot. Of no account before the next counting anew. */
  change(slot: number, by: 1 | -1): void {
    if (this.#version !== this.#columns.nodeVersion) return;
    const id = this.key.domain[slot]!;
    if (id === NO_DOMAIN || (this.#eligible !== undefined && this.#eligible.is[slot] === 0)) return;
    this.count[id]! += by;
    this.total += by;
  }

  /** The least count of any domain that is there; Infinity when none is. */
  minimum(): number {
    let minimum = Infinity;
    for (let id = 0; id < this.key.size; id++) {
      if (this.nodes[id]! > 0 && this.count[id]! < minimum) minimum = this.count[id]!;
    }
    return minimum;
  }
}

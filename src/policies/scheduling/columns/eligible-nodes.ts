import type { NodeState } from '../framework/node-info.ts';
import type { NodeColumns } from './node-columns.ts';

/** Which nodes count for a topology rule, by what their node objects say. */
export class EligibleNodes {
  /** 1 by slot of a node that counts. */
  is: Uint8Array;
  readonly #columns: NodeColumns;
  readonly #counts: (node: NodeState) => boolean;
  #stamps: Int32Array;
  #version = -1;

  constructor(columns: NodeColumns, counts: (node: NodeState) => boolean) {
    this.#columns = columns;
    this.#counts = counts;
    this.is = new Uint8Array(columns.capacity);
    this.#stamps = new Int32Array(columns.capacity);
  }

  refresh(): void {
    const columns = this.#columns;
    if (this.#version === columns.nodeVersion) return;
    this.#version = columns.nodeVersion;
    if (this.is.length < columns.capacity) {
      const is = new Uint8Array(columns.capacity);
      is.set(this.is);
      this.is = is;
      const stamps = new Int32Array(columns.capacity);
      stamps.set(this.#stamps);
      this.#stamps = stamps;
    }
    for (let slot = 0; slot < columns.size; slot++) {
      if (this.#stamps[slot] === columns.nodeStamp[slot]) continue;
      this.#stamps[slot] = columns.nodeStamp[slot]!;
      const node = columns.nodes[slot];
      this.is[slot] = node !== undefined && this.#counts(node) ? 1 : 0;
    }
  }
}

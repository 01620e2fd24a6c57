import { grownIntegers, type NodeColumns } from './node-columns.ts';

/** The domain of a node that lacks the key. */
export const NO_DOMAIN = -1;

/**
 * One topology key in a column: each distinct value of the label is a small integer, the domain. Numbers of domains that
 * have no node any more are given out again.
 */
export class KeyColumn {
  readonly key: string;
  /** By slot. */
  domain: Int32Array;
  /** One more than the highest domain. */
  size = 0;
  readonly #columns: NodeColumns;
  readonly #ids = new Map<string, number>();
  readonly #values: string[] = [];
  readonly #nodesIn: number[] = [];
  readonly #free: number[] = [];
  #stamps: Int32Array;
  #version = -1;

  constructor(columns: NodeColumns, key: string) {
    this.#columns = columns;
    this.key = key;
    this.domain = new Int32Array(columns.capacity).fill(NO_DOMAIN);
    this.#stamps = new Int32Array(columns.capacity);
  }

  /** Brings the domains of changed nodes up to date. */
  refresh(): void {
    const columns = this.#columns;
    if (this.#version === columns.nodeVersion) return;
    this.#version = columns.nodeVersion;
    const before = this.domain.length;
    if (before < columns.capacity) {
      this.domain = grownIntegers(this.domain, columns.capacity);
      this.domain.fill(NO_DOMAIN, before);
      this.#stamps = grownIntegers(this.#stamps, columns.capacity);
    }
    for (let slot = 0; slot < columns.size; slot++) {
      if (this.#stamps[slot] === columns.nodeStamp[slot]) continue;
      this.#stamps[slot] = columns.nodeStamp[slot]!;
      const value = columns.nodes[slot]?.node.metadata.labels[this.key];
      const old = this.domain[slot]!;
      if (old !== NO_DOMAIN && this.#values[old] === value) continue;
      if (value !== undefined) this.domain[slot] = this.#enter(value);
      else this.domain[slot] = NO_DOMAIN;
      if (old !== NO_DOMAIN) this.#leave(old);
    }
  }

  #enter(value: string): number {
    let id = this.#ids.get(value);
    if (id === undefined) {
      id = this.#free.pop() ?? this.size++;
      this.#ids.set(value, id);
      this.#values[id] = value;
      this.#nodesIn[id] = 0;
    }
    this.#nodesIn[id]!++;
    return id;
  }

  #leave(id: number): void {
    if (--this.#nodesIn[id]! > 0) return;
    this.#ids.delete(this.#values[id]!);
    this.#values[id] = '';
    this.#free.push(id);
  }
}

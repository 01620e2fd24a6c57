import type { NodeState } from '../framework/node-info.ts';
import { amountOf } from '../plugins/resource-amounts.ts';
import * as layout from './row-layout.ts';

// Read into constants of this module, which the compiler folds; those of another one it reads anew at every use.
const {
  AMOUNTS,
  CPU_ALLOCATABLE,
  CPU_REQUESTED,
  CPU_NON_ZERO,
  CPU_INVERSE,
  MEMORY_ALLOCATABLE,
  MEMORY_REQUESTED,
  MEMORY_NON_ZERO,
  MEMORY_INVERSE,
  MARKS,
  USAGE_STAMP,
  EVENNESS,
  POD_ROOM,
  OTHER,
  OTHER_ALLOCATABLE,
  OTHER_REQUESTED,
} = layout;

const LOG_LENGTH = 1 << 15;
const MOST_PODS = 0x7fffffff;

/**
 * HOT. The scheduler's node state in typed columns, one row (slot) a node, kept current as pods come and go.
 *
 * Invariant: a row equals its NodeState at all times; whoever derives something from a row remembers the row's stamp and
 * is current as long as the stamp is. Guarded by bench/placement and the property tests of plain against columns.
 */
export class NodeColumns {
  /** Rows that exist, occupied or free. */
  size = 0;
  capacity = 64;
  readonly nodes: (NodeState | undefined)[] = [];
  amounts = new Float64Array(64 * AMOUNTS);
  marks = new Int32Array(64 * MARKS);
  /** Ephemeral storage, extended resources and huge pages: those that some pod has asked for. */
  readonly #others = new Map<string, Float64Array>();
  /** Changes whenever labels, taints or anything else of the node object changes that a plugin may read. */
  nodeStamp = new Int32Array(64);
  /** Changes whenever the row's image counts are taken anew. */
  imageStamp = new Int32Array(64);
  /** Grows with every change of any node object, and with nodes that come and go. */
  nodeVersion = 0;
  /** Whether any node has ever reported an image. */
  anyImages = false;
  /** The last stamp given out: equal stamps, equal cluster. */
  stamp = 0;
  /** The snapshot: slots in kube-scheduler's order. */
  order = new Int32Array(0);
  /** By slot: its place in the order. */
  position = new Int32Array(64);
  /** Grows whenever the order changes. */
  orderVersion = 0;
  /** Places in the order of rows that changed, the last ones: entry i is at i modulo the length, a power of two. */
  readonly log = new Int32Array(LOG_LENGTH);
  /** How many were ever written to the log. */
  logged = 0;
  readonly #free: number[] = [];

  /** Gives a row to a node that has none. */
  occupy(node: NodeState): number {
    const slot = this.#free.pop() ?? this.size++;
    if (slot >= this.capacity) this.#grow();
    this.nodes[slot] = node;
    node.slot = slot;
    this.writeAllocatable(slot);
    this.imageStamp[slot] = this.nextStamp();
    this.nodeChanged(slot);
    return slot;
  }

  vacate(node: NodeState): void {
    const { slot } = node;
    node.slot = -1;
    this.nodes[slot] = undefined;
    this.nodeChanged(slot);
    this.#free.push(slot);
  }

  nextStamp(): number {
    this.stamp = (this.stamp + 1) | 0;
    if (this.stamp === 0) this.stamp = 1;
    return this.stamp;
  }

  nodeChanged(slot: number): void {
    this.nodeStamp[slot] = this.nextStamp();
    this.nodeVersion++;
    this.#touch(slot);
  }

  /** The snapshot's order, anew. Every node in it has a row. */
  setOrder(nodes: readonly NodeState[]): void {
    const { length } = nodes;
    this.order = new Int32Array(length);
    for (let i = 0; i < length; i++) {
      const { slot } = nodes[i]!;
      this.order[i] = slot;
      this.position[slot] = i;
    }
    this.orderVersion++;
    this.nodeVersion++;
  }

  #touch(slot: number): void {
    const at = this.position[slot]!;
    if (this.order[at] !== slot) return;
    this.log[this.logged++ & (LOG_LENGTH - 1)] = at;
  }

  writeAllocatable(slot: number): void {
    const { allocatable } = this.nodes[slot]!;
    const { amounts } = this;
    const row = slot * AMOUNTS;
    amounts[row + CPU_ALLOCATABLE] = allocatable.milliCpu;
    amounts[row + CPU_INVERSE] = allocatable.milliCpu === 0 ? 0 : 1 / allocatable.milliCpu;
    amounts[row + MEMORY_ALLOCATABLE] = allocatable.memoryBytes;
    amounts[row + MEMORY_INVERSE] = allocatable.memoryBytes === 0 ? 0 : 1 / allocatable.memoryBytes;
    for (const [name, column] of this.#others) column[slot * OTHER + OTHER_ALLOCATABLE] = amountOf(allocatable, name);
    this.writeUsage(slot);
  }

  writeUsage(slot: number): void {
    const node = this.nodes[slot]!;
    const { requested, allocatable } = node;
    const { amounts, marks } = this;
    const row = slot * AMOUNTS;
    amounts[row + CPU_REQUESTED] = requested.milliCpu;
    amounts[row + CPU_NON_ZERO] = node.nonZeroMilliCpu;
    amounts[row + MEMORY_REQUESTED] = requested.memoryBytes;
    amounts[row + MEMORY_NON_ZERO] = node.nonZeroMemoryBytes;
    if (this.#others.size > 0) {
      for (const [name, column] of this.#others) column[slot * OTHER + OTHER_REQUESTED] = amountOf(requested, name);
    }
    const mark = slot * MARKS;
    marks[mark + USAGE_STAMP] = this.nextStamp();
    marks[mark + EVENNESS] = evennessOf(
      requested.milliCpu / allocatable.milliCpu,
      requested.memoryBytes / allocatable.memoryBytes,
    );
    marks[mark + POD_ROOM] = Math.min(allocatable.pods, MOST_PODS) - node.pods.length;
    this.#touch(slot);
  }

  /** The column of a resource besides CPU and memory, made when first asked for. */
  other(name: string): Float64Array {
    let column = this.#others.get(name);
    if (column === undefined) {
      this.#others.set(name, (column = new Float64Array(this.capacity * OTHER)));
      for (let slot = 0; slot < this.size; slot++) {
        const node = this.nodes[slot];
        if (node === undefined) continue;
        column[slot * OTHER + OTHER_ALLOCATABLE] = amountOf(node.allocatable, name);
        column[slot * OTHER + OTHER_REQUESTED] = amountOf(node.requested, name);
      }
    }
    return column;
  }

  #grow(): void {
    const capacity = this.capacity * 2;
    for (const [name, column] of this.#others) this.#others.set(name, grownDoubles(column, capacity * OTHER));
    this.amounts = grownDoubles(this.amounts, capacity * AMOUNTS);
    this.marks = grownIntegers(this.marks, capacity * MARKS);
    this.nodeStamp = grownIntegers(this.nodeStamp, capacity);
    this.imageStamp = grownIntegers(this.imageStamp, capacity);
    this.position = grownIntegers(this.position, capacity);
    this.capacity = capacity;
  }
}

/** `balance` of two shares, of which none counts more than 1. Meaningless where an amount is missing. */
export function evennessOf(a: number, b: number): number {
  const first = a > 1 ? 1 : a;
  const second = b > 1 ? 1 : b;
  return Math.trunc((1 - Math.abs((first - second) / 2)) * 100);
}

export function grownDoubles(column: Float64Array, capacity: number): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(capacity);
  grown.set(column);
  return grown;
}

export function grownIntegers(column: Int32Array, capacity: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(capacity);
  grown.set(column);
  return grown;
}

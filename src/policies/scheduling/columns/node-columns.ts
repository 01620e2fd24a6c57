import type { NodeState } from '../framework/node-info.ts';
import { amountOf } from '../plugins/resource-amounts.ts';

/** Places in a row of `amounts`: CPU and memory, as one cache line. */
export const AMOUNTS = 8;
export const CPU_ALLOCATABLE = 0;
export const CPU_REQUESTED = 1;
/** Requests with the fill for containers that name none. */
export const CPU_NON_ZERO = 2;
/** One over the allocatable amount, for what need not be exact; 0 where there is none. */
export const CPU_INVERSE = 3;
export const MEMORY_ALLOCATABLE = 4;
export const MEMORY_REQUESTED = 5;
export const MEMORY_NON_ZERO = 6;
export const MEMORY_INVERSE = 7;

/** Places in a row of `marks`. */
export const MARKS = 4;
/** Changes whenever amounts or pods of the row change. Never 0 for an occupied row. */
export const USAGE_STAMP = 0;
/** How evenly CPU and memory are requested: `balance` of the two shares. */
export const EVENNESS = 1;
/** Pods that the node can take besides those it has. */
export const POD_ROOM = 2;

/** Places in a row of any other resource. */
export const OTHER = 2;
export const OTHER_ALLOCATABLE = 0;
export const OTHER_REQUESTED = 1;

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
  /** The order in blocks of two to this power. */
  blockShift = 4;
  /** By block: changes whenever a row of the block changes in any way. */
  blockStamp = new Int32Array(0);
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
    this.blockShift = length < 20_000 ? 4 : length < 60_000 ? 5 : 6;
    this.blockStamp = new Int32Array((length + (1 << this.blockShift) - 1) >> this.blockShift).fill(this.nextStamp());
    this.orderVersion++;
    this.nodeVersion++;
  }

  #touch(slot: number): void {
    const at = this.position[slot]!;
    if (this.order[at] !== slot) return;
    this.blockStamp[at >> this.blockShift] = this.stamp;
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

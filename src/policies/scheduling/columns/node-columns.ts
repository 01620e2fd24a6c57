import type { NodeState } from '../framework/node-info.ts';

/** An amount of one resource by slot: what the node has, and what its pods request. */
export interface ResourceColumn {
  allocatable: Float64Array;
  requested: Float64Array;
}

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
  readonly cpu: ResourceColumn = newColumn(64);
  readonly memory: ResourceColumn = newColumn(64);
  readonly ephemeralStorage: ResourceColumn = newColumn(64);
  readonly scalars = new Map<string, ResourceColumn>();
  nonZeroMilliCpu = new Float64Array(64);
  nonZeroMemoryBytes = new Float64Array(64);
  /** One over the allocatable amount, for what need not be exact; 0 where there is none. */
  inverseCpu = new Float64Array(64);
  inverseMemory = new Float64Array(64);
  /** How evenly CPU and memory are requested: `balance` of the two shares. */
  evenness = new Int32Array(64);
  allocatablePods = new Int32Array(64);
  podCount = new Int32Array(64);
  /** Changes whenever amounts or pods of the row change. Never 0 for an occupied row. */
  usageStamp = new Int32Array(64);
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
    this.allocatablePods[slot] = 0;
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
    this.#touchBlock(slot);
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

  #touchBlock(slot: number): void {
    const block = this.position[slot]! >> this.blockShift;
    if (block < this.blockStamp.length) this.blockStamp[block] = this.stamp;
  }

  writeAllocatable(slot: number): void {
    const { allocatable } = this.nodes[slot]!;
    this.cpu.allocatable[slot] = allocatable.milliCpu;
    this.memory.allocatable[slot] = allocatable.memoryBytes;
    this.ephemeralStorage.allocatable[slot] = allocatable.ephemeralStorageBytes;
    this.inverseCpu[slot] = allocatable.milliCpu === 0 ? 0 : 1 / allocatable.milliCpu;
    this.inverseMemory[slot] = allocatable.memoryBytes === 0 ? 0 : 1 / allocatable.memoryBytes;
    this.allocatablePods[slot] = Math.min(allocatable.pods, 0x7fffffff);
    for (const [name, column] of this.scalars) column.allocatable[slot] = allocatable.scalar.get(name) ?? 0;
    this.writeUsage(slot);
  }

  writeUsage(slot: number): void {
    const node = this.nodes[slot]!;
    const { requested } = node;
    this.cpu.requested[slot] = requested.milliCpu;
    this.memory.requested[slot] = requested.memoryBytes;
    this.ephemeralStorage.requested[slot] = requested.ephemeralStorageBytes;
    this.nonZeroMilliCpu[slot] = node.nonZeroMilliCpu;
    this.nonZeroMemoryBytes[slot] = node.nonZeroMemoryBytes;
    this.podCount[slot] = node.pods.length;
    this.evenness[slot] = evennessOf(
      requested.milliCpu / node.allocatable.milliCpu,
      requested.memoryBytes / node.allocatable.memoryBytes,
    );
    if (this.scalars.size > 0) {
      for (const [name, column] of this.scalars) column.requested[slot] = requested.scalar.get(name) ?? 0;
    }
    this.usageStamp[slot] = this.nextStamp();
    this.#touchBlock(slot);
  }

  /** A column for an extended resource or huge pages, made when first asked for. */
  scalar(name: string): ResourceColumn {
    let column = this.scalars.get(name);
    if (column === undefined) {
      this.scalars.set(name, (column = newColumn(this.capacity)));
      for (let slot = 0; slot < this.size; slot++) {
        const node = this.nodes[slot];
        if (node === undefined) continue;
        column.allocatable[slot] = node.allocatable.scalar.get(name) ?? 0;
        column.requested[slot] = node.requested.scalar.get(name) ?? 0;
      }
    }
    return column;
  }

  #grow(): void {
    const capacity = this.capacity * 2;
    for (const column of [this.cpu, this.memory, this.ephemeralStorage, ...this.scalars.values()]) {
      column.allocatable = grownDoubles(column.allocatable, capacity);
      column.requested = grownDoubles(column.requested, capacity);
    }
    this.nonZeroMilliCpu = grownDoubles(this.nonZeroMilliCpu, capacity);
    this.nonZeroMemoryBytes = grownDoubles(this.nonZeroMemoryBytes, capacity);
    this.inverseCpu = grownDoubles(this.inverseCpu, capacity);
    this.inverseMemory = grownDoubles(this.inverseMemory, capacity);
    this.evenness = grownIntegers(this.evenness, capacity);
    this.allocatablePods = grownIntegers(this.allocatablePods, capacity);
    this.podCount = grownIntegers(this.podCount, capacity);
    this.usageStamp = grownIntegers(this.usageStamp, capacity);
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

function newColumn(capacity: number): ResourceColumn {
  return { allocatable: new Float64Array(capacity), requested: new Float64Array(capacity) };
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

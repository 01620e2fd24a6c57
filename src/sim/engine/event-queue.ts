import { assert } from './assert.ts';

/**
 * HOT. The pending events: a 4-ary heap on typed arrays, ordered by (time, sequence), with operands by slot.
 *
 * Invariants: `position[slotAt[i]] === i` for every i below `size`; every slot is either in the heap or on the free
 * list; a handle is valid while its generation is its slot's. Cancelling takes the event out of the heap at once.
 * Guarded by `bench/event-queue.bench.ts` and `test/oracle/event-queue.ts`.
 */

/** A handle is `slot + generation * SLOTS`: a safe integer, since a slot whose generations are used up is retired. */
const SLOTS = 67_108_864;
const LAST_GENERATION = 134_217_727;
const INITIAL_CAPACITY = 64;
const NOT_PENDING = -1;

export class EventQueue {
  /** How many events are pending. */
  size = 0;

  private capacity = INITIAL_CAPACITY;
  private usedSlots = 0;
  private sequence = 0;
  private freeCount = 0;
  private freeSlots = new Int32Array(INITIAL_CAPACITY);

  private timeAt = new Float64Array(INITIAL_CAPACITY);
  private sequenceAt = new Float64Array(INITIAL_CAPACITY);
  private slotAt = new Int32Array(INITIAL_CAPACITY);

  private position = new Int32Array(INITIAL_CAPACITY).fill(NOT_PENDING);
  private generation = new Int32Array(INITIAL_CAPACITY);
  private kinds = new Int32Array(INITIAL_CAPACITY);
  private as = new Int32Array(INITIAL_CAPACITY);
  private bs = new Int32Array(INITIAL_CAPACITY);
  private refs: unknown[] = [];

  /** The popped event: valid from one {@link pop} to the next. */
  time = 0;
  kind = 0;
  a = 0;
  b = 0;
  ref: unknown = undefined;

  /** The time of the next event; Infinity when none is pending. */
  get nextTime(): number {
    return this.size === 0 ? Infinity : this.timeAt[0]!;
  }

  /** Adds an event and returns its handle. `kind`, `a` and `b` are 32-bit integers. */
  push(time: number, kind: number, a: number, b: number, ref: unknown): number {
    let slot: number;
    if (this.freeCount > 0) {
      slot = this.freeSlots[--this.freeCount]!;
    } else {
      if (this.usedSlots === this.capacity) this.grow();
      slot = this.usedSlots++;
    }
    this.kinds[slot] = ref === undefined ? kind << 1 : (kind << 1) | 1;
    this.as[slot] = a;
    this.bs[slot] = b;
    if (ref !== undefined) this.refs[slot] = ref;
    this.siftUp(this.size++, time, this.sequence++, slot);
    return slot + this.generation[slot]! * SLOTS;
  }

  /** Takes out the first event and leaves it in `time`, `kind`, `a`, `b` and `ref`. The queue must not be empty. */
  pop(): void {
    const slot = this.slotAt[0]!;
    this.time = this.timeAt[0]!;
    const tagged = this.kinds[slot]!;
    this.kind = tagged >> 1;
    this.a = this.as[slot]!;
    this.b = this.bs[slot]!;
    if ((tagged & 1) === 1) {
      this.ref = this.refs[slot];
      this.refs[slot] = undefined;
    } else {
      this.ref = undefined;
    }
    this.release(slot);
    const last = --this.size;
    if (last > 0) this.siftDown(0, this.timeAt[last]!, this.sequenceAt[last]!, this.slotAt[last]!);
  }

  /** Takes a pending event out and returns its kind, or -1 where the handle is not (or no longer) pending. */
  cancel(handle: number): number {
    const generation = Math.floor(handle / SLOTS);
    const slot = handle - generation * SLOTS;
    if (!(slot >= 0 && slot < this.usedSlots) || this.generation[slot] !== generation) return NOT_PENDING;
    const hole = this.position[slot]!;
    if (hole === NOT_PENDING) return NOT_PENDING;
    const tagged = this.kinds[slot]!;
    if ((tagged & 1) === 1) this.refs[slot] = undefined;
    this.release(slot);
    const last = --this.size;
    if (hole !== last) {
      const time = this.timeAt[last]!;
      const sequence = this.sequenceAt[last]!;
      const moved = this.slotAt[last]!;
      const parent = (hole - 1) >> 2;
      if (hole > 0 && this.isBefore(time, sequence, parent)) this.siftUp(hole, time, sequence, moved);
      else this.siftDown(hole, time, sequence, moved);
    }
    return tagged >> 1;
  }

  private release(slot: number): void {
    this.position[slot] = NOT_PENDING;
    const generation = this.generation[slot]!;
    if (generation === LAST_GENERATION) return;
    this.generation[slot] = generation + 1;
    this.freeSlots[this.freeCount++] = slot;
  }

  private isBefore(time: number, sequence: number, index: number): boolean {
    const other = this.timeAt[index]!;
    return time < other || (time === other && sequence < this.sequenceAt[index]!);
  }

  private siftUp(start: number, time: number, sequence: number, slot: number): void {
    const { timeAt, sequenceAt, slotAt, position } = this;
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 2;
      const parentTime = timeAt[parent]!;
      if (time > parentTime || (time === parentTime && sequence > sequenceAt[parent]!)) break;
      timeAt[index] = parentTime;
      sequenceAt[index] = sequenceAt[parent]!;
      const parentSlot = slotAt[parent]!;
      slotAt[index] = parentSlot;
      position[parentSlot] = index;
      index = parent;
    }
    timeAt[index] = time;
    sequenceAt[index] = sequence;
    slotAt[index] = slot;
    position[slot] = index;
  }

  private siftDown(start: number, time: number, sequence: number, slot: number): void {
    const { timeAt, sequenceAt, slotAt, position, size } = this;
    let index = start;
    for (;;) {
      const first = (index << 2) + 1;
      if (first >= size) break;
      const end = first + 4 < size ? first + 4 : size;
      let best = first;
      let bestTime = timeAt[first]!;
      for (let child = first + 1; child < end; child++) {
        const childTime = timeAt[child]!;
        if (childTime < bestTime || (childTime === bestTime && sequenceAt[child]! < sequenceAt[best]!)) {
          best = child;
          bestTime = childTime;
        }
      }
      if (time < bestTime || (time === bestTime && sequence < sequenceAt[best]!)) break;
      timeAt[index] = bestTime;
      sequenceAt[index] = sequenceAt[best]!;
      const bestSlot = slotAt[best]!;
      slotAt[index] = bestSlot;
      position[bestSlot] = index;
      index = best;
    }
    timeAt[index] = time;
    sequenceAt[index] = sequence;
    slotAt[index] = slot;
    position[slot] = index;
  }

  private grow(): void {
    assert(this.capacity < SLOTS, `more than ${SLOTS} pending events`);
    const old = this.capacity;
    this.capacity = old * 2;
    this.freeSlots = grownInt32(this.freeSlots, this.capacity);
    this.timeAt = grownFloat64(this.timeAt, this.capacity);
    this.sequenceAt = grownFloat64(this.sequenceAt, this.capacity);
    this.slotAt = grownInt32(this.slotAt, this.capacity);
    this.position = grownInt32(this.position, this.capacity).fill(NOT_PENDING, old);
    this.generation = grownInt32(this.generation, this.capacity);
    this.kinds = grownInt32(this.kinds, this.capacity);
    this.as = grownInt32(this.as, this.capacity);
    this.bs = grownInt32(this.bs, this.capacity);
  }
}

function grownInt32(old: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(length);
  grown.set(old);
  return grown;
}

function grownFloat64(old: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(length);
  grown.set(old);
  return grown;
}

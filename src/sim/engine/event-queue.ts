import { assert } from './assert.ts';

/**
 * HOT. The pending events: a binary heap on two typed arrays (time, and a key of sequence and slot), and one record of
 * four integers a slot. So equal times are ordered by sequence, and taking an event out touches one cache line besides
 * the heap.
 *
 * A cancelled event stays in the heap as a tombstone; when tombstones outnumber the rest, the heap is built anew. The
 * place of the event just taken out, the root, stays open until the next push or pop: most handlers schedule one
 * event, which then needs one way down instead of one down and one up.
 *
 * Invariants: keys are unique; every slot is either in the heap once (live or tombstone), or on the free list, or
 * retired; a handle is live while its generation is its slot's and the slot is live. Guarded by
 * `bench/event-queue.bench.ts` and held equal to `test/oracle/event-queue.ts`.
 */

/** A key is `sequence * SLOTS + slot`, a handle `generation * SLOTS + slot`; both are safe integers. */
const SLOTS = 33_554_432;
const SLOTS_INVERSE = 1 / SLOTS;
/** 2^28: one more, and a key or handle is no safe integer. */
const SEQUENCES = 268_435_456;
const LAST_GENERATION = SEQUENCES - 1;

const INITIAL_CAPACITY = 64;
/** Fewer tombstones than this are never worth a rebuild. */
const FEW = 64;

/**
 * The record of a slot: tag, a, b, generation. The tag is `kind * 2 + hasRef`, or says that the slot is not live; a free
 * slot has the next free one in place of a.
 */
const RECORD_SHIFT = 2;
const NOT_LIVE = -1;
const NONE = -1;

export class EventQueue {
  private capacity = INITIAL_CAPACITY;
  /** Entries of the heap, the open root and tombstones included. */
  private length = 0;
  private rootIsOpen = false;
  private tombstones = 0;
  private timeAt = new Float64Array(INITIAL_CAPACITY);
  private keyAt = new Float64Array(INITIAL_CAPACITY);

  private records = new Int32Array(INITIAL_CAPACITY << RECORD_SHIFT);
  private refs: unknown[] = [];
  private usedSlots = 0;
  private firstFree = NONE;

  private sequence: number;

  /** The event taken out last: valid from one {@link pop} to the next. */
  kind = 0;
  a = 0;
  b = 0;
  ref: unknown = undefined;

  /** @param firstSequence for tests of what happens when sequence numbers are used up */
  constructor(firstSequence = 0) {
    this.sequence = firstSequence;
  }

  /** How many events are pending. */
  get size(): number {
    return this.length - this.tombstones - (this.rootIsOpen ? 1 : 0);
  }

  /** Adds an event and returns its handle. `kind`, `a` and `b` are 32-bit integers. */
  push(time: number, kind: number, a: number, b: number, ref: unknown): number {
    if (this.sequence === SEQUENCES) this.renumber();
    let slot = this.firstFree;
    if (slot === NONE) {
      if (this.usedSlots === this.capacity) this.grow();
      slot = this.usedSlots++;
    } else {
      this.firstFree = this.records[(slot << RECORD_SHIFT) + 1]!;
    }
    const records = this.records;
    const record = slot << RECORD_SHIFT;
    records[record + 1] = a;
    records[record + 2] = b;
    if (ref === undefined) {
      records[record] = kind << 1;
    } else {
      records[record] = (kind << 1) | 1;
      while (this.refs.length <= slot) this.refs.push(undefined);
      this.refs[slot] = ref;
    }
    const key = this.sequence++ * SLOTS + slot;
    if (this.rootIsOpen) {
      this.rootIsOpen = false;
      this.siftDown(0, time, key);
    } else {
      this.siftUp(this.length++, time, key);
    }
    return records[record + 3]! * SLOTS + slot;
  }

  /** The time of the next event; Infinity when none is pending. */
  nextTime(): number {
    if (this.rootIsOpen) this.closeRoot();
    if (this.tombstones > 0) this.dropTombstones();
    return this.length === 0 ? Infinity : this.timeAt[0]!;
  }

  /** Takes out the event that {@link nextTime} spoke of and leaves it in `kind`, `a`, `b` and `ref`. */
  pop(): void {
    const key = this.keyAt[0]!;
    const slot = key - Math.floor(key * SLOTS_INVERSE) * SLOTS;
    const record = slot << RECORD_SHIFT;
    const records = this.records;
    const tag = records[record]!;
    this.kind = tag >> 1;
    this.a = records[record + 1]!;
    this.b = records[record + 2]!;
    if ((tag & 1) === 1) {
      this.ref = this.refs[slot];
      this.refs[slot] = undefined;
    } else {
      this.ref = undefined;
    }
    records[record] = NOT_LIVE;
    this.release(slot, record);
    this.rootIsOpen = true;
  }

  /** Takes a pending event back and returns its kind, or -1 where the handle is not (or no longer) pending. */
  cancel(handle: number): number {
    const generation = Math.floor(handle * SLOTS_INVERSE);
    const slot = handle - generation * SLOTS;
    if (slot >>> 0 !== slot || slot >= this.usedSlots) return NOT_LIVE;
    const record = slot << RECORD_SHIFT;
    const records = this.records;
    const tag = records[record]!;
    if (tag === NOT_LIVE || records[record + 3] !== generation) return NOT_LIVE;
    records[record] = NOT_LIVE;
    if ((tag & 1) === 1) this.refs[slot] = undefined;
    if (++this.tombstones > FEW && this.tombstones > this.length >> 1) this.compact();
    return tag >> 1;
  }

  private release(slot: number, record: number): void {
    const generation = this.records[record + 3]!;
    if (generation === LAST_GENERATION) return;
    this.records[record + 3] = generation + 1;
    this.records[record + 1] = this.firstFree;
    this.firstFree = slot;
  }

  private closeRoot(): void {
    this.rootIsOpen = false;
    const last = --this.length;
    if (last > 0) this.siftDown(0, this.timeAt[last]!, this.keyAt[last]!);
  }

  private dropTombstones(): void {
    while (this.length > 0) {
      const key = this.keyAt[0]!;
      const slot = key - Math.floor(key * SLOTS_INVERSE) * SLOTS;
      const record = slot << RECORD_SHIFT;
      if (this.records[record] !== NOT_LIVE) return;
      this.tombstones--;
      this.release(slot, record);
      this.closeRoot();
    }
  }

  private compact(): void {
    const { timeAt, keyAt, records } = this;
    let kept = 0;
    for (let index = this.rootIsOpen ? 1 : 0; index < this.length; index++) {
      const key = keyAt[index]!;
      const slot = key - Math.floor(key * SLOTS_INVERSE) * SLOTS;
      const record = slot << RECORD_SHIFT;
      if (records[record] === NOT_LIVE) {
        this.release(slot, record);
      } else {
        timeAt[kept] = timeAt[index]!;
        keyAt[kept] = key;
        kept++;
      }
    }
    this.rootIsOpen = false;
    this.tombstones = 0;
    this.length = kept;
    for (let index = (kept >> 1) - 1; index >= 0; index--) this.siftDown(index, timeAt[index]!, keyAt[index]!);
  }

  /** Gives the pending events the sequence numbers from 0 on, in the same order. */
  private renumber(): void {
    this.compact();
    const { timeAt, keyAt } = this;
    const order = Array.from({ length: this.length }, (_, index) => index);
    order.sort((left, right) => timeAt[left]! - timeAt[right]! || keyAt[left]! - keyAt[right]!);
    const times = Float64Array.from(order, (index) => timeAt[index]!);
    const slots = Float64Array.from(order, (index) => keyAt[index]! - Math.floor(keyAt[index]! / SLOTS) * SLOTS);
    for (let index = 0; index < order.length; index++) {
      timeAt[index] = times[index]!;
      keyAt[index] = index * SLOTS + slots[index]!;
    }
    this.sequence = order.length;
  }

  private siftUp(start: number, time: number, key: number): void {
    const timeAt = this.timeAt;
    const keyAt = this.keyAt;
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const parentTime = timeAt[parent]!;
      if (time > parentTime || (time === parentTime && key > keyAt[parent]!)) break;
      timeAt[index] = parentTime;
      keyAt[index] = keyAt[parent]!;
      index = parent;
    }
    timeAt[index] = time;
    keyAt[index] = key;
  }

  private siftDown(start: number, time: number, key: number): void {
    const timeAt = this.timeAt;
    const keyAt = this.keyAt;
    const length = this.length;
    let index = start;
    for (;;) {
      let child = (index << 1) + 1;
      if (child >= length) break;
      let childTime = timeAt[child]!;
      const right = child + 1;
      if (right < length) {
        const rightTime = timeAt[right]!;
        if (rightTime < childTime || (rightTime === childTime && keyAt[right]! < keyAt[child]!)) {
          child = right;
          childTime = rightTime;
        }
      }
      if (time < childTime || (time === childTime && key < keyAt[child]!)) break;
      timeAt[index] = childTime;
      keyAt[index] = keyAt[child]!;
      index = child;
    }
    timeAt[index] = time;
    keyAt[index] = key;
  }

  private grow(): void {
    assert(this.capacity < SLOTS, `more than ${SLOTS} pending events`);
    this.capacity *= 2;
    const { capacity, timeAt, keyAt, records } = this;
    this.timeAt = new Float64Array(capacity);
    this.timeAt.set(timeAt);
    this.keyAt = new Float64Array(capacity);
    this.keyAt.set(keyAt);
    this.records = new Int32Array(capacity << RECORD_SHIFT);
    this.records.set(records);
  }
}

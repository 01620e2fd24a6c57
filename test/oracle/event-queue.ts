import { Heap } from 'heap-js';

interface PendingEvent {
  readonly time: number;
  readonly sequence: number;
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  readonly ref: unknown;
  pending: boolean;
}

/**
 * The slow and obvious event queue: one object an event on heap-js, cancelled by a flag. A handle is the event's
 * number in the order of pushing, so none is ever used twice.
 */
export class OracleEventQueue {
  private readonly heap = new Heap<PendingEvent>(
    (left, right) => left.time - right.time || left.sequence - right.sequence,
  );
  private readonly all: PendingEvent[] = [];
  size = 0;

  push(time: number, kind: number, a: number, b: number, ref: unknown): number {
    const sequence = this.all.length;
    const event = { time, sequence, kind, a, b, ref, pending: true };
    this.all.push(event);
    this.heap.push(event);
    this.size++;
    return sequence;
  }

  nextTime(): number {
    while (this.heap.peek()?.pending === false) this.heap.pop();
    return this.heap.peek()?.time ?? Infinity;
  }

  pop(): PendingEvent {
    this.nextTime();
    const event = this.heap.pop()!;
    event.pending = false;
    this.size--;
    return event;
  }

  /** The kind of the event that was taken back, -1 where it is not pending. */
  cancel(handle: number): number {
    const event = this.all[handle]!;
    if (!event.pending) return -1;
    event.pending = false;
    this.size--;
    return event.kind;
  }
}

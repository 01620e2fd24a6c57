import { Heap } from 'heap-js';
import type { Pod } from '../../api/pod.ts';
import type { QueuedPod } from './queued-pod.ts';

/** What a pod had when it took its seat, by which the room is in order whatever becomes of the pod. */
export interface Seat {
  readonly pod: Pod;
  readonly enqueuedAt: number;
  readonly sequence: number;
  /** End of back-off, where that counts. */
  readonly expiration: number;
  /** `undefined`: left from the middle. */
  guest: QueuedPod | undefined;
}

const FEW = 64;

/**
 * A heap of queued pods that can leave from the middle: an empty seat is cleared away when it comes to the top, or with all
 * others when they are the most. A pod has a seat in one room at most.
 */
export class WaitingRoom {
  readonly #heap: Heap<Seat>;
  #size = 0;

  /** `compare` must be total. */
  constructor(compare: (a: Seat, b: Seat) => number) {
    this.#heap = new Heap(compare);
  }

  get size(): number {
    return this.#size;
  }

  enter(guest: QueuedPod, expiration: number): void {
    const { pod, timestamp, sequence } = guest;
    const seat: Seat = { pod, enqueuedAt: timestamp, sequence, expiration, guest };
    guest.seat = seat;
    this.#size++;
    this.#heap.add(seat);
  }

  leave(guest: QueuedPod): void {
    guest.seat!.guest = undefined;
    guest.seat = undefined;
    this.#size--;
    if (this.#heap.length > FEW && this.#heap.length > 2 * this.#size) {
      this.#heap.init(this.#heap.heapArray.filter((seat) => seat.guest !== undefined));
    }
  }

  peek(): QueuedPod | undefined {
    for (;;) {
      const seat = this.#heap.peek();
      if (seat === undefined || seat.guest !== undefined) return seat?.guest;
      this.#heap.pop();
    }
  }

  /** Takes away the pod that `peek` has just shown. */
  pop(): void {
    const guest = this.#heap.pop()!.guest!;
    guest.seat = undefined;
    this.#size--;
  }
}

import { Heap } from 'heap-js';

interface Seat<T, K> {
  readonly key: K;
  /** `undefined`: left from the middle. */
  guest: T | undefined;
}

const FEW = 64;

/**
 * A heap whose guests can leave from the middle. A seat keeps the key its guest had when it entered, so the heap stays in
 * order whatever becomes of the guest; empty seats are cleared away when they come to the top or are the most.
 */
export class WaitingRoom<T extends object, K> {
  readonly #heap: Heap<Seat<T, K>>;
  readonly #seats = new Map<T, Seat<T, K>>();

  /** `compare` must be total. */
  constructor(compare: (a: K, b: K) => number) {
    this.#heap = new Heap((a, b) => compare(a.key, b.key));
  }

  get size(): number {
    return this.#seats.size;
  }

  /** In order of entering. */
  guests(): IterableIterator<T> {
    return this.#seats.keys();
  }

  /** A guest that is in already takes a new seat. */
  enter(guest: T, key: K): void {
    this.leave(guest);
    const seat: Seat<T, K> = { key, guest };
    this.#seats.set(guest, seat);
    this.#heap.push(seat);
  }

  leave(guest: T): boolean {
    const seat = this.#seats.get(guest);
    if (seat === undefined) return false;
    seat.guest = undefined;
    this.#seats.delete(guest);
    if (this.#heap.length > FEW && this.#heap.length > 2 * this.#seats.size) this.#heap.init([...this.#seats.values()]);
    return true;
  }

  peek(): T | undefined {
    for (;;) {
      const seat = this.#heap.peek();
      if (seat === undefined || seat.guest !== undefined) return seat?.guest;
      this.#heap.pop();
    }
  }

  pop(): T | undefined {
    const guest = this.peek();
    if (guest === undefined) return undefined;
    this.#heap.pop();
    this.#seats.delete(guest);
    return guest;
  }
}

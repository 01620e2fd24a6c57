import { assert } from '../../../engine/assert.ts';
import type { Queuing } from './priority-level.ts';
import { handOf } from './shuffle-shard.ts';
import type { WorkEstimate } from './work-estimate.ts';

/** What a request is taken to last until it has: seat-microseconds of virtual time for each of its seats. */
const ESTIMATED_SERVICE_MICROS = 3_000;

/** A request that waits or is worked on. */
export interface Admitted {
  readonly work: WorkEstimate;
  /** Of all work of the request, in seat-microseconds. */
  readonly totalWork: number;
  readonly queue: Queue;
  readonly arrivedAt: number;
  startedAt: number;
  /** Called when it gets its seats. */
  readonly start: () => void;
}

interface Queue {
  readonly waiting: Admitted[];
  waitingWork: number;
  executing: number;
  seatsInUse: number;
  readonly index: number;
  /** It has anything to do. */
  isActive: boolean;
  /** Virtual time at which the next of its requests would begin if the queue had its fair share all along. */
  nextDispatchR: number;
}

/**
 * The queues of a priority level. Requests of a flow go to the emptiest of the queues in its hand; of all queues the one
 * whose next request would be through first, if all were served bit by bit in turn, is served next (kubernetes-behaviour.md
 * 2.4). Nobody overtakes it: where its request does not fit yet, all wait. Time is handed in, in microseconds.
 */
export class QueueSet {
  readonly #queuing: Queuing;
  readonly #queues: Queue[];
  /** Of each flow that was here. */
  readonly #hands = new Map<number, readonly number[]>();
  #limit: number;
  #seatsInUse = 0;
  #executing = 0;
  #waiting = 0;
  #waitingSeats = 0;
  /** Virtual time: how much work a queue with its fair share would have had done, in seat-microseconds. */
  #virtual = 0;
  #virtualAt = 0;
  #active = 0;
  #robin = -1;
  #enqueued = 0;

  constructor(queuing: Queuing, limit: number) {
    this.#queuing = queuing;
    this.#limit = limit;
    this.#queues = Array.from({ length: queuing.queues }, (_, index) => ({
      index,
      isActive: false,
      waiting: [],
      waitingWork: 0,
      executing: 0,
      seatsInUse: 0,
      nextDispatchR: 0,
    }));
  }

  get seatsInUse(): number {
    return this.#seatsInUse;
  }

  get executing(): number {
    return this.#executing;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Another number of seats, from now on. */
  setLimit(limit: number, now: number): void {
    this.#advance(now);
    this.#limit = limit;
    this.#dispatch(now);
  }

  /**
   * A request arrives. It may start within this call.
   *
   * @param flowHash a whole number of [0, 2^52) that is the flow's
   * @returns undefined where its queue is full: it is refused
   */
  arrive(flowHash: number, work: WorkEstimate, start: () => void, now: number): Admitted | undefined {
    this.#advance(now);
    const queue = this.#emptiestOf(this.#handOf(flowHash));
    if (queue.waiting.length >= this.#queuing.queueLengthLimit) return undefined;
    const totalWork = work.initialSeats * ESTIMATED_SERVICE_MICROS + work.finalSeats * work.finalMicros;
    const one: Admitted = { work, totalWork, queue, arrivedAt: now, startedAt: -1, start };
    // An idle queue has no claim to what it did not use.
    if (queue.waiting.length === 0 && queue.executing === 0) queue.nextDispatchR = this.#virtual;
    queue.waiting.push(one);
    queue.waitingWork += totalWork;
    this.#settle(queue);
    this.#waiting++;
    this.#waitingSeats += mostSeatsOf(work);
    // Mostly it is the only one that waits, and nobody has to be looked for.
    this.#dispatch(now, this.#waiting === 1 ? queue : undefined);
    return one;
  }

  /** It has waited as long as it may. False: it has started already. */
  giveUp(one: Admitted, now: number): boolean {
    if (one.startedAt >= 0) return false;
    this.#advance(now);
    const { queue } = one;
    const at = queue.waiting.indexOf(one);
    assert(at >= 0, 'a request that has not started waits in its queue');
    this.#leave(one, at);
    this.#settle(queue);
    this.#dispatch(now);
    return true;
  }

  /** Its seats are free again: after its work and what followed of it. */
  finish(one: Admitted, now: number): void {
    assert(one.startedAt >= 0, 'a request finishes after it has started');
    this.#advance(now);
    const { queue, work } = one;
    const seats = mostSeatsOf(work);
    queue.executing--;
    queue.seatsInUse -= seats;
    this.#executing--;
    this.#seatsInUse -= seats;
    // The queue was charged for an estimate: now what it really took is known.
    const took = now - one.startedAt - work.finalMicros;
    queue.nextDispatchR -= work.initialSeats * (ESTIMATED_SERVICE_MICROS - took);
    this.#settle(queue);
    this.#dispatch(now);
  }

  #handOf(flowHash: number): readonly number[] {
    let hand = this.#hands.get(flowHash);
    if (hand === undefined) {
      hand = handOf(flowHash, this.#queuing.queues, this.#queuing.handSize);
      this.#hands.set(flowHash, hand);
    }
    return hand;
  }

  #emptiestOf(hand: readonly number[]): Queue {
    const offset = this.#enqueued++ % hand.length;
    let best: Queue | undefined;
    for (let i = 0; i < hand.length; i++) {
      const queue = this.#queues[hand[(offset + i) % hand.length]!]!;
      if (best === undefined || queue.waitingWork < best.waitingWork) best = queue;
    }
    return best!;
  }

  /** @param only whose request is the only one that waits */
  #dispatch(now: number, only?: Queue): void {
    while (this.#waiting > 0) {
      const queue = only ?? this.#next();
      const one = queue.waiting[0]!;
      const seats = mostSeatsOf(one.work);
      // What is wider than the level starts when nothing else runs.
      const fits = seats > this.#limit ? this.#executing === 0 : this.#seatsInUse + seats <= this.#limit;
      if (!fits) return;
      this.#robin = queue.index;
      this.#leave(one, 0);
      queue.executing++;
      queue.seatsInUse += seats;
      queue.nextDispatchR += one.totalWork;
      this.#executing++;
      this.#seatsInUse += seats;
      one.startedAt = now;
      one.start();
    }
  }

  /** The queue whose oldest request would be through first; of equals the one whose turn it is. */
  #next(): Queue {
    const { length } = this.#queues;
    let best: Queue | undefined;
    let bestFinish = 0;
    for (let i = 1; i <= length; i++) {
      const queue = this.#queues[(this.#robin + i + length) % length]!;
      const oldest = queue.waiting[0];
      if (oldest === undefined) continue;
      const finish = queue.nextDispatchR + oldest.totalWork;
      if (best !== undefined && finish >= bestFinish) continue;
      best = queue;
      bestFinish = finish;
    }
    return best!;
  }

  #settle(queue: Queue): void {
    const isActive = queue.waiting.length > 0 || queue.executing > 0;
    if (isActive === queue.isActive) return;
    queue.isActive = isActive;
    this.#active += isActive ? 1 : -1;
  }

  #leave(one: Admitted, at: number): void {
    one.queue.waiting.splice(at, 1);
    one.queue.waitingWork -= one.totalWork;
    this.#waiting--;
    this.#waitingSeats -= mostSeatsOf(one.work);
  }

  /** Virtual time goes by as fast as each queue that has anything to do is served when all are served alike. */
  #advance(now: number): void {
    const passed = now - this.#virtualAt;
    this.#virtualAt = now;
    if (passed === 0 || this.#active === 0) return;
    this.#virtual += (passed * Math.min(this.#seatsInUse + this.#waitingSeats, this.#limit)) / this.#active;
  }
}

/** Seats are held at the most a request needs, from its start to its end. */
function mostSeatsOf({ initialSeats, finalSeats }: WorkEstimate): number {
  return Math.max(initialSeats, finalSeats);
}

import { Heap } from 'heap-js';
import { BORROWING_PERIOD_MICROS, dividedSeats } from './borrowing.ts';
import { DEFAULT_PRIORITY_LEVELS, DEFAULT_SERVER_SEATS, seatLimits, type PriorityLevel } from './priority-level.ts';
import { QueueSet } from './queue-set.ts';
import { RetryAfter } from './retry-after.ts';
import { SeatDemand } from './seat-demand.ts';
import type { Refusal, Ticket } from './ticket.ts';

/** A quarter of `--request-timeout`. */
const LONGEST_WAIT_MICROS = 15_000_000;

/** A priority level at work. */
interface Level {
  readonly level: PriorityLevel;
  /** Absent: who finds no seat is refused, or finds one always. */
  readonly queues: QueueSet | undefined;
  readonly demand: SeatDemand;
  readonly retryAfter: RetryAfter;
  limit: number;
  seatsInUse: number;
}

interface Release {
  readonly at: number;
  readonly ticket: Ticket;
}

/**
 * Priority and fairness of one API server (kubernetes-behaviour.md 2.4). It has no clock: whatever arrives, whatever gives
 * its seats back and whatever else falls due is handed in with its time, which may still be to come, and `advance` goes
 * through all of it in order of time. So a request that finds a seat costs no event: it is enough to advance before
 * anything of it takes effect. Only while somebody waits, `dueAt` says when it has to be advanced at the latest.
 */
export class FlowControl {
  readonly #levels: readonly Level[];
  readonly #limits = seatLimits(DEFAULT_PRIORITY_LEVELS, DEFAULT_SERVER_SEATS);
  readonly #arrivals = new Heap<Ticket>((a, b) => a.arrivesAt - b.arrivesAt || a.order - b.order);
  readonly #releases = new Heap<Release>((a, b) => a.at - b.at || a.ticket.order - b.ticket.order);
  /** Of all levels, those who wait or have waited, in order of arrival. */
  #waited: Ticket[] = [];
  /** How many of these, from the first, wait no more. */
  #past = 0;
  #expected = 0;
  #periodEndsAt: number;
  #waiting = 0;
  #executing = 0;
  /** The time of what is being dealt with. */
  #now: number;

  /** @param now microseconds, as everywhere here */
  constructor(now: number) {
    this.#now = now;
    this.#periodEndsAt = now + BORROWING_PERIOD_MICROS;
    const demands = DEFAULT_PRIORITY_LEVELS.map(() => new SeatDemand(now));
    const atRest = dividedSeats(
      DEFAULT_PRIORITY_LEVELS,
      this.#limits,
      demands.map(() => ({ highest: 0, smoothed: 0 })),
    );
    this.#levels = DEFAULT_PRIORITY_LEVELS.map((level, i) => ({
      level,
      queues: level.queuing === undefined ? undefined : new QueueSet(level.queuing, atRest[i]!),
      demand: demands[i]!,
      retryAfter: new RetryAfter(),
      limit: atRest[i]!,
      seatsInUse: 0,
    }));
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Nothing is there and nothing is to come. */
  get isIdle(): boolean {
    return this.#executing === 0 && this.#waiting === 0 && this.#arrivals.isEmpty();
  }

  /** The seats that a level has at present, by its index. */
  limitOf(level: number): number {
    return this.#levels[level]!.limit;
  }

  seatsInUseOf(level: number): number {
    const { queues, seatsInUse } = this.#levels[level]!;
    return queues?.seatsInUse ?? seatsInUse;
  }

  /** A request that arrives at `ticket.arrivesAt`. */
  expect(ticket: Ticket): void {
    ticket.order = this.#expected++;
    this.#arrivals.push(ticket);
  }

  /** A request has been carried out: its seats are free from `at` on. */
  release(ticket: Ticket, at: number): void {
    ticket.state = 'over';
    this.#releases.push({ at, ticket });
  }

  /** When something happens next to those who wait; undefined: nobody waits. */
  get dueAt(): number | undefined {
    if (this.#waiting === 0) return undefined;
    return Math.min(this.#periodEndsAt, this.#giveUpAt(), this.#releases.peek()?.at ?? Infinity);
  }

  /** Goes through everything that is due until then, in order of time. */
  advance(now: number): void {
    for (;;) {
      const release = this.#releases.peek()?.at ?? Infinity;
      const arrival = this.#arrivals.peek()?.arrivesAt ?? Infinity;
      const giveUp = this.#giveUpAt();
      const next = Math.min(release, arrival, giveUp, this.#periodEndsAt);
      if (next > now) return;
      this.#now = Math.max(this.#now, next);
      if (release === next) this.#finish(this.#releases.pop()!.ticket);
      else if (this.#periodEndsAt === next) this.#endPeriod();
      else if (giveUp === next) this.#giveUp();
      else this.#judge(this.#arrivals.pop()!);
    }
  }

  #giveUpAt(): number {
    const waited = this.#waited;
    while (this.#past < waited.length && waited[this.#past]!.state !== 'waits') this.#past++;
    const oldest = waited[this.#past];
    if (oldest !== undefined) return oldest.arrivesAt + LONGEST_WAIT_MICROS;
    if (this.#past > 0) this.#waited = [];
    this.#past = 0;
    return Infinity;
  }

  #judge(ticket: Ticket): void {
    // It was called back before it came.
    if (ticket.state === 'over') return;
    const now = this.#now;
    const one = this.#levels[ticket.level]!;
    const { queues, level } = one;
    const seats = seatsOf(ticket);
    if (queues === undefined) {
      if (!level.exempt && one.seatsInUse + seats > one.limit) {
        this.#refuse(ticket, 'concurrency-limit');
        return;
      }
      one.demand.change(seats, now);
      one.seatsInUse += seats;
      this.#start(ticket);
      return;
    }
    one.demand.change(seats, now);
    this.#waiting++;
    ticket.state = 'waits';
    ticket.admitted = queues.arrive(
      ticket.flowHash,
      ticket.work,
      () => {
        this.#waiting--;
        this.#start(ticket);
      },
      now,
    );
    if (ticket.admitted === undefined) {
      this.#waiting--;
      one.demand.change(-seats, now);
      this.#refuse(ticket, 'queue-full');
    } else if (isWaiting(ticket)) {
      this.#waited.push(ticket);
      ticket.waits();
    }
  }

  #start(ticket: Ticket): void {
    ticket.state = 'runs';
    this.#executing++;
    ticket.started(this.#now);
  }

  #finish(ticket: Ticket): void {
    const now = this.#now;
    const one = this.#levels[ticket.level]!;
    this.#executing--;
    one.demand.change(-seatsOf(ticket), now);
    if (one.queues === undefined) one.seatsInUse -= seatsOf(ticket);
    else one.queues.finish(ticket.admitted!, now);
  }

  #giveUp(): void {
    const ticket = this.#waited[this.#past]!;
    const one = this.#levels[ticket.level]!;
    one.queues!.giveUp(ticket.admitted!, this.#now);
    one.demand.change(-seatsOf(ticket), this.#now);
    this.#waiting--;
    this.#refuse(ticket, 'time-out');
  }

  #refuse(ticket: Ticket, why: Refusal): void {
    ticket.state = 'over';
    const { retryAfter } = this.#levels[ticket.level]!;
    ticket.refused(why, retryAfter.dropped(this.#now), this.#now);
  }

  #endPeriod(): void {
    const now = this.#now;
    const demands = this.#levels.map(({ demand }) => {
      const { highest } = demand.endPeriod(now);
      return { highest, smoothed: demand.smoothed };
    });
    dividedSeats(DEFAULT_PRIORITY_LEVELS, this.#limits, demands).forEach((limit, i) => {
      const one = this.#levels[i]!;
      one.limit = limit;
      one.queues?.setLimit(limit, now);
    });
    this.#periodEndsAt += BORROWING_PERIOD_MICROS;
  }
}

/** Its state is changed by whoever is called meanwhile. */
function isWaiting({ state }: Ticket): boolean {
  return state === 'waits';
}

/** Seats are held at the most a request needs, from its start to its end. */
function seatsOf({ work }: Ticket): number {
  return Math.max(work.initialSeats, work.finalSeats);
}

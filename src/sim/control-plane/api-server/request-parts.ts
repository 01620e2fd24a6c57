import type { EventFlight } from './event-path.ts';
import type { Flight } from './flight.ts';
import { READS } from './reads.ts';

/**
 * HOT. Of which parts the time of a request was made, from when its client wanted to send it until its client has the
 * answer: they add up to all of it. Microseconds.
 */
export class RequestParts {
  /** It waited for a token of its client. */
  rateLimiter = 0;
  /** There and back; connecting, where it had to. */
  network = 0;
  /** It waited for a seat at its server (API Priority and Fairness). */
  queue = 0;
  /** Decoding, validation and whatever else the server does; what it stood still, where it was frozen. */
  work = 0;
  /** Admission by the server's own plugins. */
  admission = 0;
  webhooks = 0;
  /** Its transactions; a read's question how far etcd is. */
  etcd = 0;
  /** Encoding what is answered, by its size. */
  encode = 0;
  readonly #admissionShare: number;
  readonly #encodeOne: number;

  /** @param encodeOne what one object takes to encode, in microseconds */
  constructor(admissionShare: number, encodeOne: number) {
    this.#admissionShare = admissionShare;
    this.#encodeOne = encodeOne;
  }

  /** @param now when the answer leaves the server; `back`: how long that is on its way */
  of(flight: Flight, now: number, back: number): this {
    const { arrivesAt, wantedAt, leavesAt, queued, request } = flight;
    this.rateLimiter = leavesAt - wantedAt;
    this.network = arrivesAt - leavesAt + back;
    this.queue = queued;
    let rest = now - arrivesAt - queued;
    // What it did not come to, because it was refused or timed out before, is no part of it.
    const etcd = (this.etcd = Math.min(rest, flight.commit + flight.inEtcd));
    rest -= etcd;
    const webhooks = (this.webhooks = Math.min(rest, flight.webhooks));
    rest -= webhooks;
    this.#divide(rest, flight.encode, !READS.has(request.verb));
    return this;
  }

  /** The same of a component's write of an Event. */
  ofEvent({ arrivesAt, wantedAt, leavesAt, commit }: EventFlight, now: number, back: number): this {
    const took = now - arrivesAt;
    this.rateLimiter = leavesAt - wantedAt;
    this.network = arrivesAt - leavesAt + back;
    this.queue = this.webhooks = 0;
    this.etcd = Math.min(took, commit);
    this.#divide(took - this.etcd, this.#encodeOne, true);
    return this;
  }

  /** What the server itself computed. */
  #divide(micros: number, encode: number, admits: boolean): void {
    const encoded = (this.encode = Math.min(micros, encode));
    const admission = (this.admission = admits ? Math.round((micros - encoded) * this.#admissionShare) : 0);
    this.work = micros - encoded - admission;
  }
}

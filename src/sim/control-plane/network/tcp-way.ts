import type { Engine, EventKind } from '../../engine/engine.ts';
import type { Sampler } from '../../engine/samplers.ts';
import type { Stream } from '../../engine/streams.ts';
import { assert } from '../../engine/assert.ts';

/** What the connections of a network share. */
export interface TcpHost<M> {
  readonly engine: Engine;
  readonly retransmission: Sampler;
  readonly retransmissionStream: Stream;
  /** Fires `timerFired` of the way with this index. */
  readonly timerKind: EventKind;
  /** How long a message is under way, in microseconds. */
  latency(message: M): number;
  deliver(message: M, at: number): void;
}

/** TCP acknowledges a lone packet so late at most: one sent shortly before a cut is not acknowledged either. */
const DELAYED_ACK_MICROS = 40_000;
/** TCP's longest pause between two retransmissions. */
const LONGEST_PAUSE_MICROS = 120_000_000;

/**
 * What one end of a TCP connection writes to the other. While packets get through, it is a delay that
 * keeps the order. Where they vanish, nothing is lost and nothing is reset: what is written waits in the kernel, and
 * comes out at the first retransmission after the cut is healed, which TCP tries after R, 2R, 4R and so on from the
 * first packet that was lost. Where only the acknowledgements vanish, packets arrive until the first time-out, after
 * which TCP sends nothing new.
 */
export class TcpWay<M> {
  readonly #host: TcpHost<M>;
  readonly #index: number;
  #connected = true;
  #dataCut = false;
  #acksCut = false;
  #waiting: M[] = [];
  /** When the packet was sent that is not acknowledged; undefined: all are. */
  #unacknowledgedSince: number | undefined;
  #timeout = 0;
  #retries = 0;
  #lastArrival = 0;
  #lastSentAt = -DELAYED_ACK_MICROS;
  #epoch = 0;

  constructor(host: TcpHost<M>, index: number) {
    this.#host = host;
    this.#index = index;
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Packets there, or acknowledgements back, vanish from now on, or no longer. */
  cut(data: boolean, acks: boolean): void {
    const wasCut = this.isCut;
    this.#dataCut = data;
    this.#acksCut = acks;
    if (wasCut || !acks || !this.#connected || this.#unacknowledgedSince !== undefined) return;
    if (this.#lastSentAt + DELAYED_ACK_MICROS > this.#host.engine.now) this.#startTimer();
  }

  get isCut(): boolean {
    return this.#dataCut || this.#acksCut;
  }

  /** Nothing waits, and everything that was sent has been acknowledged. */
  get isQuiet(): boolean {
    return this.#waiting.length === 0 && this.#unacknowledgedSince === undefined;
  }

  /** One of its ends is gone: what waits in the kernel is gone too. */
  disconnect(): void {
    this.#connected = false;
    this.#waiting = [];
    this.#unacknowledgedSince = undefined;
    this.#epoch = (this.#epoch + 1) | 0;
  }

  connect(): void {
    this.#connected = true;
  }

  /** A new connection on which nothing was said. */
  reset(): void {
    this.disconnect();
    this.connect();
    this.#dataCut = false;
    this.#acksCut = false;
    this.#retries = 0;
    this.#lastSentAt = this.#host.engine.now - DELAYED_ACK_MICROS;
  }

  /** False: there is no connection, the message is dropped. */
  send(message: M): boolean {
    if (!this.#connected) return false;
    const { engine } = this.#host;
    if (this.#unacknowledgedSince === undefined && this.isCut) this.#startTimer();
    const timedOut = this.#retries > 0;
    if (this.#dataCut || (this.#unacknowledgedSince !== undefined && (timedOut || this.#waiting.length > 0))) {
      this.#waiting.push(message);
    } else this.#pass(message, engine.now);
    return true;
  }

  /** Called when the timer event with this epoch fires. */
  timerFired(epoch: number): void {
    if (epoch !== this.#epoch || this.#unacknowledgedSince === undefined) return;
    const { engine } = this.#host;
    if (this.isCut) {
      this.#retries++;
      this.#schedule();
      return;
    }
    this.#unacknowledgedSince = undefined;
    this.#retries = 0;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const message of waiting) this.#pass(message, engine.now);
  }

  #startTimer(): void {
    const { engine, retransmission, retransmissionStream } = this.#host;
    this.#unacknowledgedSince = engine.now;
    this.#timeout = Math.max(1, retransmission(retransmissionStream));
    this.#retries = 0;
    this.#epoch = (this.#epoch + 1) | 0;
    this.#schedule();
  }

  #schedule(): void {
    const since = this.#unacknowledgedSince;
    assert(since !== undefined, 'the timer runs while something is not acknowledged');
    const { engine, timerKind } = this.#host;
    let pause = this.#timeout;
    for (let i = 1; i < this.#retries && pause < LONGEST_PAUSE_MICROS; i++) pause *= 2;
    engine.at(engine.now + Math.min(pause, LONGEST_PAUSE_MICROS), timerKind, this.#index, this.#epoch);
  }

  #pass(message: M, now: number): void {
    this.#lastSentAt = now;
    const at = Math.max(this.#lastArrival, now + this.#host.latency(message));
    this.#lastArrival = at;
    this.#host.deliver(message, at);
  }
}

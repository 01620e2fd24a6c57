/** Jitter of the period of Lease renewals (kubernetes-behaviour.md 4.1). */
const JITTER = 0.04;

/**
 * When a healthy kubelet renews its Lease and reports its status, by arithmetic. Renewals are one period and up to 4 %
 * apart; they come in pairs of which the second makes up for the first, so that the n-th one's time is known without
 * those before it. Microseconds; times may lie before the run.
 */
export class Pulse {
  readonly #renewPeriod: number;
  readonly #reportPeriod: number;
  readonly #renewOrigin: number;
  readonly #reportOrigin: number;
  readonly #draw: (n: number) => number;

  /** Beats are counted from the two origins; `draw` gives the n-th number of [0, 1). */
  constructor(
    renewPeriod: number,
    reportPeriod: number,
    renewOrigin: number,
    reportOrigin: number,
    draw: (n: number) => number,
  ) {
    this.#renewPeriod = renewPeriod;
    this.#reportPeriod = reportPeriod;
    this.#renewOrigin = renewOrigin;
    this.#reportOrigin = reportOrigin;
    this.#draw = draw;
  }

  /** The last renewal before a time. */
  renewalBefore(time: number): number {
    const pair = this.#pairBefore(time);
    const middle = this.#middleOf(pair);
    return middle < time ? middle : this.#startOf(pair);
  }

  /** The first renewal after a time. */
  renewalAfter(time: number): number {
    const pair = this.#pairBefore(time + 1);
    const middle = this.#middleOf(pair);
    return middle > time ? middle : this.#startOf(pair + 1);
  }

  reportBefore(time: number): number {
    const n = Math.ceil((time - this.#reportOrigin) / this.#reportPeriod) - 1;
    return this.#reportOrigin + Math.max(0, n) * this.#reportPeriod;
  }

  reportAfter(time: number): number {
    const n = Math.floor((time - this.#reportOrigin) / this.#reportPeriod) + 1;
    return this.#reportOrigin + n * this.#reportPeriod;
  }

  get #pairPeriod(): number {
    return Math.round(this.#renewPeriod * (2 + JITTER));
  }

  #pairBefore(time: number): number {
    return Math.max(0, Math.ceil((time - this.#renewOrigin) / this.#pairPeriod) - 1);
  }

  #startOf(pair: number): number {
    return this.#renewOrigin + pair * this.#pairPeriod;
  }

  #middleOf(pair: number): number {
    return this.#startOf(pair) + Math.round(this.#renewPeriod * (1 + JITTER * this.#draw(pair)));
  }
}

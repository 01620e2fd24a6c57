/** How much of the past stays in the smoothed demand from one period to the next. */
const SMOOTHING = 0.977;

/** What a level wanted of seats over a period. */
export interface DemandOfPeriod {
  readonly average: number;
  readonly deviation: number;
  readonly highest: number;
}

/** Follows how many seats a level's requests want, waiting ones included, over time. */
export class SeatDemand {
  #seats = 0;
  #changedAt: number;
  #beganAt: number;
  #sum = 0;
  #sumOfSquares = 0;
  #highest = 0;
  #smoothed = 0;

  /** @param now microseconds, as everywhere here */
  constructor(now: number) {
    this.#changedAt = now;
    this.#beganAt = now;
  }

  get seats(): number {
    return this.#seats;
  }

  /** What it is likely to want: it follows a rise at once and forgets it slowly. */
  get smoothed(): number {
    return this.#smoothed;
  }

  change(by: number, now: number): void {
    this.#integrate(now);
    this.#seats += by;
    if (this.#seats > this.#highest) this.#highest = this.#seats;
  }

  /** Ends a period and begins the next. */
  endPeriod(now: number): DemandOfPeriod {
    this.#integrate(now);
    const lasted = now - this.#beganAt;
    const average = lasted > 0 ? this.#sum / lasted : this.#seats;
    const variance = lasted > 0 ? this.#sumOfSquares / lasted - average * average : 0;
    const period = { average, deviation: variance > 0 ? Math.sqrt(variance) : 0, highest: this.#highest };
    const envelope = period.average + period.deviation;
    this.#smoothed = Math.max(envelope, SMOOTHING * this.#smoothed + (1 - SMOOTHING) * envelope);
    this.#beganAt = now;
    this.#sum = 0;
    this.#sumOfSquares = 0;
    this.#highest = this.#seats;
    return period;
  }

  #integrate(now: number): void {
    const lasted = now - this.#changedAt;
    this.#sum += this.#seats * lasted;
    this.#sumOfSquares += this.#seats * this.#seats * lasted;
    this.#changedAt = now;
  }
}

import type { ClientRateLimit } from '../../api/request.ts';

/**
 * client-go's flow control: `burst` tokens at first, `qps` more a second, one a request, in order of asking. A request
 * takes its token at once, from the future if need be, and leaves when that token comes (kubernetes-behaviour.md 2.7).
 */
export class TokenBucket {
  readonly #microsPerToken: number;
  readonly #capacityMicros: number;
  /** When the bucket would be, or was, full minus its burst: the theoretical arrival time of the generic cell rate. */
  #emptyAt: number;

  constructor(limit: ClientRateLimit) {
    this.#microsPerToken = Math.max(1, Math.round(1_000_000 / limit.qps));
    this.#capacityMicros = this.#microsPerToken * Math.max(1, limit.burst);
    this.#emptyAt = -this.#capacityMicros;
  }

  /** The time at which a request asked for at `now` may leave. Microseconds. */
  take(now: number): number {
    // Tokens in the bucket are (now - emptyAt) / microsPerToken, never more than the burst.
    const oldest = now - this.#capacityMicros;
    if (this.#emptyAt < oldest) this.#emptyAt = oldest;
    this.#emptyAt += this.#microsPerToken;
    return this.#emptyAt > now ? this.#emptyAt : now;
  }
}

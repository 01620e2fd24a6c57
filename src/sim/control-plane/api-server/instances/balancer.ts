import type { Instance } from './instance.ts';

/**
 * The load balancer before the API servers: it gives each new connection to the next server that listens, in turn. A
 * connection that is refused goes to the next one at once, so that it is as if it knew who listens. One that checks their
 * health passes over who is not ready; where nobody is, it gives to all, as balancers do that fail open.
 */
export class Balancer {
  readonly #servers: readonly Instance[];
  /** Who is not taken out by health checks. Absent: nobody is. */
  readonly #isUp: ((server: Instance) => boolean) | undefined;
  #turn = 0;

  constructor(servers: readonly Instance[], isUp: ((server: Instance) => boolean) | undefined) {
    this.#servers = servers;
    this.#isUp = isUp;
  }

  /** The next connection is for this one, if it may have it. */
  prefer(index: number): void {
    this.#turn = index;
  }

  /** Who gets a new connection; undefined: nobody listens. */
  next(): Instance | undefined {
    const isUp = this.#isUp;
    const chosen =
      (isUp === undefined ? undefined : this.#first((server) => server.listens && isUp(server))) ??
      this.#first((server) => server.listens);
    if (chosen !== undefined) this.#turn = (chosen.index + 1) % this.#servers.length;
    return chosen;
  }

  #first(suits: (server: Instance) => boolean): Instance | undefined {
    for (let i = 0; i < this.#servers.length; i++) {
      const server = this.#servers[(this.#turn + i) % this.#servers.length]!;
      if (suits(server)) return server;
    }
    return undefined;
  }
}

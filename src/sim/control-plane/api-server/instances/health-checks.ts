import type { Engine, EventKind } from '../../../engine/engine.ts';
import type { HealthCheckSpec } from '../../../scenario/cluster.ts';
import type { Instance } from './instance.ts';
import type { Readiness } from './readiness.ts';

/** What a load balancer thinks of one server. */
interface Opinion {
  isUp: boolean;
  /** Answers in a row that say otherwise. */
  otherwise: number;
  isAsked: boolean;
  downs: number;
  downSince: number;
  downMicros: number;
}

/** What one server's health checks came to. */
export interface ServerHealth {
  readonly isUp: boolean;
  /** How often it was taken out, and for how long in all, in microseconds. */
  readonly downs: number;
  readonly downMicros: number;
}

/** `--etcd-readycheck-timeout`: `/readyz` says no when etcd has not answered for so long. */
const READY_CHECK_MICROS = 2_000_000;

/**
 * A load balancer asks each server again and again whether it is ready: so many answers in a row take it out, or bring it in
 * again. As long as all are well, every answer is known, and nobody asks.
 */
export class HealthChecks {
  readonly #spec: HealthCheckSpec;
  readonly #engine: Engine;
  readonly #servers: readonly Instance[];
  readonly #readiness: Readiness;
  readonly #opinions: readonly Opinion[];
  #asks: EventKind | undefined;

  constructor(spec: HealthCheckSpec, engine: Engine, servers: readonly Instance[], readiness: Readiness) {
    this.#spec = spec;
    this.#engine = engine;
    this.#servers = servers;
    this.#readiness = readiness;
    this.#opinions = servers.map(() => ({
      isUp: true,
      otherwise: 0,
      isAsked: false,
      downs: 0,
      downSince: 0,
      downMicros: 0,
    }));
  }

  /** Whether a server is given new connections. */
  isUp({ index }: Instance): boolean {
    return this.#opinions[index]!.isUp;
  }

  /** What they came to until now. */
  figures(): readonly ServerHealth[] {
    const { now } = this.#engine;
    return this.#opinions.map(({ isUp, downs, downMicros, downSince }) => ({
      isUp,
      downs,
      downMicros: downMicros + (isUp ? 0 : now - downSince),
    }));
  }

  /** Something may be the matter: from now on they are asked, until all is well. */
  begin(): void {
    for (const server of this.#servers) this.#askNext(server);
  }

  #askNext(server: Instance): void {
    const opinion = this.#opinions[server.index]!;
    if (opinion.isAsked || this.#isSettled(server)) return;
    opinion.isAsked = true;
    this.#asks ??= this.#engine.on('load-balancer/checks-health', (index) => this.#ask(index), { background: true });
    this.#engine.at(this.#nextAt(server.index), this.#asks, server.index);
  }

  /** They are asked in turn, each at its own moment of the interval, as if they had been asked all along. */
  #nextAt(index: number): number {
    const engine = this.#engine;
    const { interval } = this.#spec;
    const phase = Math.floor(engine.keyed('load-balancer/health-check').uniform(index, 0) * interval);
    return phase + Math.max(0, Math.floor((engine.now - phase) / interval) + 1) * interval;
  }

  /** Every further answer would be as the last one. */
  #isSettled(server: Instance): boolean {
    const { isUp, otherwise } = this.#opinions[server.index]!;
    if (!isUp) return server.state === 'dead';
    return otherwise === 0 && server.isServing && this.#readiness.isSure;
  }

  #ask(index: number): void {
    const server = this.#servers[index]!;
    const within = Math.min(READY_CHECK_MICROS, this.#spec.interval);
    this.#readiness.ask(server, within, (ready) => {
      this.#opinions[index]!.isAsked = false;
      this.#hear(this.#opinions[index]!, ready);
      this.#askNext(server);
    });
  }

  #hear(opinion: Opinion, ready: boolean): void {
    const { unhealthyThreshold, healthyThreshold } = this.#spec;
    opinion.otherwise = ready === opinion.isUp ? 0 : opinion.otherwise + 1;
    if (opinion.otherwise < (opinion.isUp ? unhealthyThreshold : healthyThreshold)) return;
    const { now } = this.#engine;
    opinion.isUp = ready;
    opinion.otherwise = 0;
    if (ready) opinion.downMicros += now - opinion.downSince;
    else {
      opinion.downs++;
      opinion.downSince = now;
    }
  }
}

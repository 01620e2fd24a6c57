import type { EtcdService } from '../../etcd/etcd-service.ts';
import type { Instance } from './instance.ts';

/** What `/readyz` of API servers says: yes of one that runs, has had no SIGTERM and hears from etcd. */
export class Readiness {
  readonly #etcd: EtcdService;

  constructor(etcd: EtcdService) {
    this.#etcd = etcd;
  }

  /** Every server that runs and has had no SIGTERM is ready. */
  get isSure(): boolean {
    return !this.#etcd.inTrouble;
  }

  /** Asks a server, which asks etcd; who does not hear from it in time says no. */
  ask(server: Instance, withinMicros: number, done: (ready: boolean) => void): void {
    if (!server.isServing) done(false);
    else if (this.isSure) done(true);
    else this.#etcd.read(server.index, (error) => done(error === undefined && server.isServing), withinMicros);
  }

  /** What it would say, as far as can be told without asking etcd. */
  presumed(server: Instance): boolean {
    return server.isServing && this.#etcd.hasLeader && !this.#etcd.watchesStall(server.index);
  }
}

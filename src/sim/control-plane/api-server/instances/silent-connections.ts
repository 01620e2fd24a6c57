import type { Engine, EventKind } from '../../../engine/engine.ts';
import type { Network } from '../../network/network.ts';
import type { Wire } from '../../network/wire.ts';
import type { Connection } from './connection.ts';
import type { Instance } from './instance.ts';
import type { ReopenedWatches } from './reopened-watches.ts';
import type { ReroutedRequests } from './rerouted-requests.ts';

/** Go's HTTP/2 asks a silent connection for a sign of life after 30 s, and gives it up 15 s later. */
const SILENCE_MICROS = 45_000_000;

/**
 * Connections between a process and an API server with whose network something is the matter. Requests, answers and
 * watches go over a wire then, which may carry them late or not at all; after 45 s without a word the client gives the
 * connection up: what was under way on it has failed, and it dials again.
 */
export class SilentConnections {
  readonly #engine: Engine;
  readonly #network: Network;
  readonly #requests: ReroutedRequests;
  readonly #watches: ReopenedWatches;
  #looks: EventKind | undefined;

  constructor(engine: Engine, network: Network, requests: ReroutedRequests, watches: ReopenedWatches) {
    this.#engine = engine;
    this.#network = network;
    this.#requests = requests;
    this.#watches = watches;
  }

  /** Something may have changed between the connection's ends. */
  look(connection: Connection): void {
    const { instance, name } = connection;
    if (instance === undefined) return;
    if (connection.wire === undefined) {
      if (!this.#network.isTroubled(name, instance.name)) return;
      connection.isPlain = false;
      connection.wire = this.#network.wire(name, instance.name, {
        fellSilent: (wire) => this.#fellSilent(connection, instance, wire),
        heardAgain: () => this.#watches.heardAgain(connection),
      });
      this.#requests.recall(instance, connection);
    }
    this.#watches.look(connection);
  }

  /** The client is done with its connection. */
  giveUp(connection: Connection, instance: Instance): void {
    connection.wire?.close();
    connection.wire = undefined;
    connection.instance = undefined;
    connection.isPlain = false;
    this.#requests.giveUp(connection, instance);
    this.#watches.giveUp(connection, instance);
  }

  /** The same, as soon as anything gets through. */
  giveUpOnceHeard(connection: Connection, instance: Instance): void {
    const { wire } = connection;
    if (wire !== undefined) this.#network.sendBack(wire, 0, () => this.giveUp(connection, instance));
  }

  #fellSilent(connection: Connection, instance: Instance, wire: Wire): void {
    if (connection.wire === wire) this.#watches.look(connection);
    this.#looks ??= this.#engine.on('api-server/connection-looked-at', (_a, _b, act) => (act as () => void)());
    const look = (): void => {
      if (!wire.isOpen || !wire.isSilent) return;
      const { now } = this.#engine;
      const dueAt = wire.heardAt + SILENCE_MICROS;
      if (dueAt > now) this.#engine.at(dueAt, this.#looks!, 0, 0, look);
      else this.giveUp(connection, instance);
    };
    this.#engine.after(SILENCE_MICROS, this.#looks, 0, 0, look);
  }
}

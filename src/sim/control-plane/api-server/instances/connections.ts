import type { Engine } from '../../../engine/engine.ts';
import type { Network } from '../../network/network.ts';
import type { Balancer } from './balancer.ts';
import { Connection, type Connected } from './connection.ts';
import { Dialling } from './dialling.ts';
import type { Instance } from './instance.ts';
import { isDeaf } from './rerouted-requests.ts';
import type { SilentConnections } from './silent-connections.ts';

export interface ConnectionsNeeds {
  readonly engine: Engine;
  readonly network: Network;
  readonly servers: readonly Instance[];
  readonly balancer: Balancer;
  /** One way between client and server, in microseconds. */
  networkMicros(): number;
}

/** A new connection takes three round trips: TCP's handshake, TLS', and HTTP/2's settings. */
const WAYS_TO_CONNECT = 6;
/** Who connects to a process that stands still is let in by its kernel, and waits for TLS in vain. */
const HANDSHAKE_TIMEOUT_MICROS = 10_000_000;

/** The connections of all processes to the API servers. Whoever is connected stays: after a restart the others keep its clients. */
export class Connections {
  /** Looks after those with whose network something is the matter. */
  silent: SilentConnections | undefined;
  readonly #needs: ConnectionsNeeds;
  readonly #byName = new Map<string, Connection>();
  readonly #dialling: Dialling;

  constructor(needs: ConnectionsNeeds) {
    this.#needs = needs;
    this.#dialling = new Dialling(needs.engine, needs.network);
  }

  /** The connection of a process, made when it is first asked for. */
  of(name: string): Connection {
    let connection = this.#byName.get(name);
    if (connection === undefined) {
      connection = new Connection(name, this.#needs.balancer.next());
      this.#byName.set(name, connection);
      this.silent!.look(connection);
    }
    return connection;
  }

  /** To which server a process is connected, by its number; undefined: to none. */
  serverOf(name: string): number | undefined {
    return this.#byName.get(name)?.instance?.index;
  }

  /** How many connections each server has, in order. */
  get counts(): readonly number[] {
    const counts = this.#needs.servers.map(() => 0);
    for (const { instance } of this.#byName.values()) if (instance !== undefined) counts[instance.index]!++;
    return counts;
  }

  /** The connections of a process, or of all of them, are looked at: something has changed in the network. */
  look(name?: string): void {
    if (name === undefined) for (const connection of this.#byName.values()) this.silent!.look(connection);
    else if (this.#byName.has(name)) this.silent!.look(this.#byName.get(name)!);
  }

  /** A process that is connected nowhere connects, as a kubelet does that has given its connection up. */
  redial(name: string): void {
    const connection = this.of(name);
    const { instance } = connection;
    if (instance !== undefined) this.silent!.giveUp(connection, instance);
    this.connect(connection, () => undefined);
  }

  /** New requests of a server's clients have to connect. */
  leave(instance: Instance): void {
    for (const connection of this.#byName.values()) {
      if (connection.instance !== instance) continue;
      if (isDeaf(connection, instance)) {
        // As soon as packets get through, its kernel answers that it knows of no such connection.
        if (instance.state === 'dead') this.silent!.giveUpOnceHeard(connection, instance);
        continue;
      }
      // After a SIGTERM the old connection goes on beside the new one.
      if (instance.state !== 'stopping') connection.wire?.close();
      connection.wire = undefined;
      connection.instance = undefined;
      connection.isPlain = false;
    }
  }

  /** Requests to a server do not go the short way any more. */
  disturb(instance: Instance): void {
    for (const connection of this.#byName.values()) {
      if (connection.instance === instance) connection.isPlain = false;
    }
  }

  /** Finds who serves a connection, connecting first where nobody does. */
  connect(connection: Connection, then: Connected): void {
    const { instance, name } = connection;
    if (instance !== undefined) {
      then(instance, 0);
      return;
    }
    if (connection.dialling !== undefined) {
      connection.dialling.push(then);
      return;
    }
    const next = this.#needs.balancer.next();
    if (next === undefined) {
      const micros = this.#refusalMicros();
      then(undefined, micros, micros === HANDSHAKE_TIMEOUT_MICROS);
    } else if (this.#needs.network.isCut(name, next.name)) {
      connection.dialling = [then];
      this.#dialling.begin(connection, next, (one, to) => this.#connected(one, to));
    } else {
      this.#connected(connection, next);
      then(next, 0);
    }
  }

  #connected(connection: Connection, instance: Instance): void {
    const { engine, network } = this.#needs;
    const { name } = connection;
    connection.instance = instance;
    connection.readyAt = engine.now;
    for (let i = 0; i < WAYS_TO_CONNECT; i++) {
      connection.readyAt += this.#needs.networkMicros();
      if (!network.isTroubled(name, instance.name)) continue;
      connection.readyAt +=
        i % 2 === 0 ? network.delayMicros(name, instance.name) : network.delayMicros(instance.name, name);
    }
    this.silent!.look(connection);
  }

  #refusalMicros(): number {
    if (this.#needs.servers.some(({ state }) => state === 'paused')) return HANDSHAKE_TIMEOUT_MICROS;
    return this.#needs.networkMicros() + this.#needs.networkMicros();
  }
}

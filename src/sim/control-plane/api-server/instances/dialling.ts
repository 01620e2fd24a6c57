import type { Engine, EventKind } from '../../../engine/engine.ts';
import type { Network } from '../../network/network.ts';
import type { Connection } from './connection.ts';
import type { Instance } from './instance.ts';

/** A SYN that is not answered is sent again after 1 s, 2 s, 4 s and so on; client-go's dialler gives up after 30 s. */
const SYNS_MICROS = [1_000_000, 3_000_000, 7_000_000, 15_000_000];
const TIMEOUT_MICROS = 30_000_000;

interface Dial {
  readonly connection: Connection;
  readonly to: Instance;
  readonly begunAt: number;
  readonly connected: (connection: Connection, to: Instance) => void;
}

/** Connections that are dialled while packets vanish. Who gives up goes on to whoever the balancer gives next. */
export class Dialling {
  readonly #engine: Engine;
  readonly #network: Network;
  #kind: EventKind | undefined;

  constructor(engine: Engine, network: Network) {
    this.#engine = engine;
    this.#network = network;
  }

  /** Whoever waits in `connection.dialling` is told in the end. */
  begin(connection: Connection, to: Instance, connected: Dial['connected']): void {
    this.#kind ??= this.#engine.on('api-server/dialled-again', (attempt, _b, dial) =>
      this.#again(dial as Dial, attempt),
    );
    this.#next({ connection, to, begunAt: this.#engine.now, connected }, 0);
  }

  #next(dial: Dial, attempt: number): void {
    this.#engine.at(dial.begunAt + (SYNS_MICROS[attempt] ?? TIMEOUT_MICROS), this.#kind!, attempt, 0, dial);
  }

  #again(dial: Dial, attempt: number): void {
    const { connection, to, connected } = dial;
    const cut = this.#network.isCut(connection.name, to.name);
    const timedOut = attempt >= SYNS_MICROS.length;
    if (cut && !timedOut) {
      this.#next(dial, attempt + 1);
      return;
    }
    const waiting = connection.dialling ?? [];
    connection.dialling = undefined;
    const succeeded = !timedOut && !cut && to.listens;
    if (succeeded) connected(connection, to);
    for (const then of waiting) then(succeeded ? to : undefined, 0, timedOut);
  }
}

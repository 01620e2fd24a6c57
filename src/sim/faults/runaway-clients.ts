import type { Engine, EventKind } from '../engine/engine.ts';
import type { ApiServer, Client } from '../api/request.ts';
import type { RunawayClientFault } from '../scenario/faults.ts';

/** Whoever gets no answer that is of any use tries again after so long. */
const RETRY_MICROS = 1_000_000;

interface Runaway {
  readonly fault: RunawayClientFault;
  readonly client: Client;
  runs: boolean;
}

/** Clients that ask for everything, again and again, so many requests at a time. */
export class RunawayClients {
  readonly #engine: Engine;
  readonly #api: ApiServer;
  readonly #running = new Map<RunawayClientFault, Runaway>();
  #asks: EventKind | undefined;
  #begun = 0;

  constructor(engine: Engine, api: ApiServer) {
    this.#engine = engine;
    this.#api = api;
  }

  begin(fault: RunawayClientFault): void {
    // Its process has a connection of its own, as several of one name would.
    const name = `runaway-client-${this.#begun++}`;
    const runaway: Runaway = { fault, client: this.#api.client(name, undefined, name, fault.user), runs: true };
    this.#running.set(fault, runaway);
    for (let i = 0; i < fault.parallel; i++) this.#ask(runaway);
  }

  end(fault: RunawayClientFault): void {
    const runaway = this.#running.get(fault);
    if (runaway !== undefined) runaway.runs = false;
  }

  #ask(runaway: Runaway): void {
    if (!runaway.runs) return;
    const { fault, client } = runaway;
    client.send({ verb: 'list', kind: fault.lists, resourceVersion: 0 }, ({ ok }) => {
      const pause = ok ? fault.pauseMicros : RETRY_MICROS;
      if (pause === 0) {
        this.#ask(runaway);
        return;
      }
      this.#asks ??= this.#engine.on('faults/runaway-client-asks', (_a, _b, ref) => this.#ask(ref as Runaway));
      this.#engine.after(pause, this.#asks, 0, 0, runaway);
    });
  }
}

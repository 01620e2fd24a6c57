import type { EventKind } from '../../engine/engine.ts';
import type { Change } from '../../api/change.ts';
import type { Client, ClientRateLimit, Watch } from '../../api/request.ts';
import { TokenBucket } from '../client/token-bucket.ts';
import type { EventSink, EventWriter } from '../event-recorder.ts';
import type { Process } from './process.ts';

/** What a component asks of its API server, its Events included. */
export interface ComponentApi {
  /** @param connection the process whose connection it uses; absent: one of its own */
  client(identity: string, limit: ClientRateLimit | undefined, connection?: string): Client & EventSink;
  /** @param connection the process whose connection it goes over; absent: nothing can happen to it */
  watch(watch: Watch, connection?: string): void;
}

/** What becomes of the watches of a process, by its name, when something happens to it. */
export interface ProcessWatches {
  /** It is frozen. */
  stopReading(process: string): void;
  /** It goes on. */
  readOn(process: string): void;
  /** It has ended. */
  closeWatches(process: string): void;
}

/**
 * The API server as one life of a process sees it. Requests that wait for a token wait inside the process and die with it;
 * those that have left go on, and their answers find nobody.
 */
export class ProcessApi implements ComponentApi {
  readonly #process: Process;
  readonly #api: ComponentApi;
  readonly #departs: EventKind;

  constructor(process: Process, api: ComponentApi) {
    this.#process = process;
    this.#api = api;
    this.#departs = process.on('client/request-departs', (_a, _b, act) => (act as () => void)());
  }

  client(identity: string, limit: ClientRateLimit | undefined): Client & EventSink {
    const process = this.#process;
    const through = this.#api.client(identity, undefined, process.name);
    const bucket = limit === undefined ? undefined : new TokenBucket(limit);
    const depart = (act: () => void): void => {
      const leaves = bucket === undefined ? process.now : bucket.take(process.now);
      if (leaves <= process.now) act();
      else process.at(leaves, this.#departs, 0, 0, act);
    };
    return {
      send: (request, answer) => depart(() => through.send(request, process.gate(answer))),
      writeEvent: (write, create, writer) => depart(() => through.writeEvent(write, create, gated(process, writer))),
      wakeAt: (time, writer) => through.wakeAt(Math.max(time, process.now), gated(process, writer)),
    };
  }

  watch(watch: Watch): void {
    const receive = this.#process.gate((change: Change) => watch.receive(change));
    this.#api.watch({ ...watch, receive }, this.#process.name);
  }
}

function gated(process: Process, writer: EventWriter): EventWriter {
  return {
    carriedOut: process.gate((answeredAt: number, found: boolean) =>
      writer.carriedOut(Math.max(answeredAt, process.now), found),
    ),
    wake: process.gate(() => writer.wake()),
  };
}

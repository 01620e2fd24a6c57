import type { Change } from '../../../sim/api/change.ts';
import type { Client, ClientRateLimit, Request, Response, Watch } from '../../../sim/api/request.ts';
import type { EventSink } from '../../../sim/control-plane/event-recorder.ts';
import type { ComponentApi } from '../../../sim/control-plane/process/process-api.ts';
import type { Clockwork } from '../../../sim/engine/clockwork.ts';
import type { EventKind } from '../../../sim/engine/engine.ts';

/** What the trial wants to know of the controller it tries, and how late its watches are. */
export interface WatchedApiOptions {
  /** How much later than usual a change arrives, in microseconds; called once a change. */
  readonly lag: () => number;
  sent(request: Request): void;
  /** A request was carried out. Whether its answer may reach the controller. */
  carriedOut(request: Request, response: Response): boolean;
}

/** The API server, with somebody who looks on and watches that lag. Changes of one watch stay in order. */
export class WatchedApi implements ComponentApi {
  readonly #engine: Clockwork;
  readonly #api: ComponentApi;
  readonly #options: WatchedApiOptions;
  readonly #arrives: EventKind;

  constructor(engine: Clockwork, api: ComponentApi, options: WatchedApiOptions) {
    this.#engine = engine;
    this.#api = api;
    this.#options = options;
    this.#arrives = engine.on('conformance-kit/change-arrives', (_a, _b, act) => (act as () => void)());
  }

  client(identity: string, limit: ClientRateLimit | undefined): Client & EventSink {
    const through = this.#api.client(identity, limit);
    return {
      send: (request, answer) => {
        this.#options.sent(request);
        through.send(request, (response) => {
          if (this.#options.carriedOut(request, response)) answer(response);
        });
      },
      writeEvent: (write, create, writer) => through.writeEvent(write, create, writer),
      wakeAt: (time, writer) => through.wakeAt(time, writer),
    };
  }

  watch(watch: Watch): void {
    let last = 0;
    const receive = (change: Change): void => {
      const lag = this.#options.lag();
      if (lag === 0 && last <= this.#engine.now) return watch.receive(change);
      last = Math.max(last, this.#engine.now + lag);
      this.#engine.at(last, this.#arrives, 0, 0, () => watch.receive(change));
    };
    this.#api.watch({ ...watch, receive });
  }
}

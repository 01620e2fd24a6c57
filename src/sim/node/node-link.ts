import type { Engine, EventKind } from '../engine/engine.ts';
import type { Change } from '../api/change.ts';
import type { Client, Request, Response } from '../api/request.ts';

/** How long a request waits for an answer that does not come. Microseconds. */
const REQUEST_TIMEOUT = 10_000_000;

const UNREACHABLE: Response = {
  ok: false,
  code: 503,
  reason: '',
  message: 'dial tcp: connect: no route to host',
};

/** The event of requests that were lost on the way. */
export function registerLostRequests(engine: Engine): EventKind {
  return engine.on('kubelet/request-lost', (_a, _b, lost) => (lost as () => void)());
}

/**
 * What stands between a node and the control plane. While it is cut, requests are lost and answered by a time-out, and
 * changes wait; when it is whole again they come in order. A kubelet that has stopped gets no answer any more.
 */
export class NodeLink {
  readonly #engine: Engine;
  readonly #lost: EventKind;
  readonly #held: Change[] = [];
  #up = true;
  #life = 0;
  #everCut = false;

  constructor(engine: Engine, lost: EventKind) {
    this.#engine = engine;
    this.#lost = lost;
  }

  get isUp(): boolean {
    return this.#up;
  }

  /** What others have written to pods' statuses meanwhile may have to be corrected. */
  get wasCut(): boolean {
    return this.#everCut;
  }

  cut(): void {
    this.#up = false;
    this.#everCut = true;
  }

  mend(): void {
    this.#up = true;
  }

  /** The kubelet ends: whatever it asked for, nobody hears the answer. */
  endLife(): void {
    this.#life++;
  }

  /** A client whose requests go over this link, for one life of the kubelet. */
  client(inner: Client): Client {
    return { send: (request, answer) => this.#send(inner, request, answer) };
  }

  #send(inner: Client, request: Request, answer: (response: Response) => void): void {
    const life = this.#life;
    if (this.#up) {
      inner.send(request, (response) => {
        if (this.#life === life) answer(this.#up ? response : UNREACHABLE);
      });
      return;
    }
    this.#engine.after(REQUEST_TIMEOUT, this.#lost, 0, 0, () => {
      if (this.#life === life) answer(UNREACHABLE);
    });
  }

  /** Keeps a change that cannot get through; false: it can. */
  hold(change: Change): boolean {
    if (this.#up && this.#held.length === 0) return false;
    this.#held.push(change);
    return true;
  }

  /** What waited, in order. */
  takeHeld(): readonly Change[] {
    return this.#held.splice(0);
  }
}

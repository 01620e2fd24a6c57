import type { Client, Request, Response } from '../../src/sim/api/request.ts';

/**
 * One request at a time, in order of asking, as the recordings' fake kubelets share one connection: where 160 pods end
 * together, all their status patches come before the first of the deletions that follow them.
 */
export class SerialClient implements Client {
  readonly #client: Client;
  readonly #pause: (act: () => void) => void;
  readonly #waiting: { readonly request: Request; readonly answer: (response: Response) => void }[] = [];
  #next = 0;
  #isBusy = false;

  /** `pause` goes on with `act` when the program has done what it does between two requests. */
  constructor(client: Client, pause: (act: () => void) => void) {
    this.#client = client;
    this.#pause = pause;
  }

  send(request: Request, answer: (response: Response) => void): void {
    this.#waiting.push({ request, answer });
    if (!this.#isBusy) this.#sendNext();
  }

  #sendNext(): void {
    const one = this.#waiting[this.#next];
    this.#isBusy = one !== undefined;
    if (one === undefined) {
      this.#waiting.length = 0;
      this.#next = 0;
      return;
    }
    this.#next++;
    this.#client.send(one.request, (response) => {
      one.answer(response);
      this.#pause(() => this.#sendNext());
    });
  }
}

import type { Client, Request, Response } from '../../src/sim/api/request.ts';

/** Sends again what a server could not do: the fake kubelets of the recordings with failures do not give up. */
export class PersistentClient implements Client {
  readonly #client: Client;
  readonly #pause: (act: () => void) => void;

  /** `pause` goes on with `act` when it is time to try again. */
  constructor(client: Client, pause: (act: () => void) => void) {
    this.#client = client;
    this.#pause = pause;
  }

  send(request: Request, answer: (response: Response) => void): void {
    this.#client.send(request, (response) => {
      if (response.ok || response.code < 500) answer(response);
      else this.#pause(() => this.send(request, answer));
    });
  }
}

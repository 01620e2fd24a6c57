/** Notes SIGINT and SIGTERM instead of dying of them, until it is closed. */
export class Signals {
  #received: NodeJS.Signals | undefined;
  readonly #note = (signal: NodeJS.Signals): void => {
    this.#received = signal;
  };

  constructor() {
    process.on('SIGINT', this.#note);
    process.on('SIGTERM', this.#note);
  }

  /** The last signal that came. */
  get received(): NodeJS.Signals | undefined {
    return this.#received;
  }

  close(): void {
    process.off('SIGINT', this.#note);
    process.off('SIGTERM', this.#note);
  }
}

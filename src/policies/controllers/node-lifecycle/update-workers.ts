/** The controller manager's workers for changed nodes: so many write taints and labels side by side, the rest waits. */
const WORKERS = 8;

/** Which changed nodes are worked on. Each stays with its worker until it is through, tries again included. */
export class UpdateWorkers {
  readonly #begin: (name: string) => void;
  readonly #busy = new Set<string>();
  readonly #waiting = new Set<string>();

  /** @param begin puts a node into the controller's queue */
  constructor(begin: (name: string) => void) {
    this.#begin = begin;
  }

  /** A node has changed. One that is worked on comes again. */
  add(name: string): void {
    if (this.#busy.has(name)) this.#begin(name);
    else if (this.#busy.size < WORKERS) this.#take(name);
    else this.#waiting.add(name);
  }

  /** A worker is through with a node and takes the next one. */
  done(name: string): void {
    if (!this.#busy.delete(name)) return;
    for (const next of this.#waiting) {
      this.#waiting.delete(next);
      this.#take(next);
      return;
    }
  }

  #take(name: string): void {
    this.#busy.add(name);
    this.#begin(name);
  }
}

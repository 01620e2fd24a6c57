import type { Engine, EventHandle, EventKind } from '../../engine/engine.ts';

/** How long a cache is waited for that has not come so far yet (kubernetes-behaviour.md 2.5). */
const PATIENCE_MICROS = 3_000_000;

interface Waiting {
  readonly revision: number;
  readonly act: () => void;
  handle: EventHandle;
}

/** Who asked for a version that is still to come: he waits for it, but not for ever. */
export class AwaitedVersions {
  readonly #engine: Engine;
  #releases: EventKind | undefined;
  #waiting: Waiting[] = [];

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  get any(): boolean {
    return this.#waiting.length > 0;
  }

  /** Does something once the revision is there, or after three seconds. */
  wait(revision: number, act: () => void): void {
    const waiting: Waiting = { revision, act, handle: 0 };
    this.#waiting.push(waiting);
    this.#after(PATIENCE_MICROS, waiting);
  }

  /** A revision has been committed. Who waited for it goes on at once, behind whoever is at work. */
  reached(revision: number): void {
    for (const waiting of this.#waiting.filter((one) => one.revision <= revision)) {
      this.#engine.cancel(waiting.handle);
      this.#waiting = this.#waiting.filter((one) => one !== waiting);
      this.#after(0, waiting);
    }
  }

  #after(micros: number, waiting: Waiting): void {
    this.#releases ??= this.#engine.on('api-server/version-awaited', (_a, _b, one) => this.#release(one as Waiting));
    waiting.handle = this.#engine.after(micros, this.#releases, 0, 0, waiting);
  }

  #release(waiting: Waiting): void {
    this.#waiting = this.#waiting.filter((one) => one !== waiting);
    waiting.act();
  }
}

import type { Engine } from '../../../engine/engine.ts';
import type { KeyedDraws } from '../../../engine/streams.ts';
import type { RemoteWatch } from './connection.ts';

/** A reflector asks for watches of five to ten minutes, and opens the next one where the last one ended. */
const SHORTEST_WATCH_MICROS = 300_000_000;

/** How long the watches of reflectors last. Nobody looks at it as long as all is well, so it costs no events. */
export class WatchLengths {
  readonly #engine: Engine;
  #draws: KeyedDraws | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** When the first of the watches that follow each other on a connection is over after a moment. Microseconds. */
  endAfter({ openedAt, number }: RemoteWatch, moment: number): number {
    this.#draws ??= this.#engine.keyed('reflector/watch-length');
    let over = openedAt;
    for (let i = 0; over <= moment; i++) {
      over += Math.round(SHORTEST_WATCH_MICROS * (1 + this.#draws.uniform(number, i)));
    }
    return over;
  }
}

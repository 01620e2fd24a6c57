import type { Engine } from '../engine/engine.ts';
import { sampler, type Distribution, type Sampler } from '../engine/samplers.ts';
import type { KeyedDraws } from '../engine/streams.ts';

/** More draws than one sample ever takes, so that samples of one entity never share a draw. */
const DRAWS_PER_SAMPLE = 64;

/** A duration that belongs to an entity and its n-th occasion, whatever happened elsewhere. A constant draws nothing. */
export class NodeDuration {
  readonly #sampler: Sampler;
  readonly #draws: KeyedDraws;

  constructor(engine: Engine, name: string, distribution: Distribution) {
    this.#sampler = sampler(distribution);
    this.#draws = engine.keyed(name);
  }

  /** Whole microseconds. */
  of(entity: number, occasion: number): number {
    return this.#sampler(this.#draws.of(entity, occasion * DRAWS_PER_SAMPLE));
  }
}

import seedrandom from 'seedrandom';
import { assert } from './assert.ts';
import type { Fingerprint } from './fingerprint.ts';

/** Where a sampler takes its uniform numbers from. */
export interface UniformSource {
  /** The next number of [0, 1). */
  next(): number;
}

/** A stream's state, to be stored as JSON. */
export interface StreamState {
  readonly c: number;
  readonly s0: number;
  readonly s1: number;
  readonly s2: number;
  readonly draws: number;
}

const TWO_TO_32 = 4_294_967_296;
/** Mark draws among the words of the fingerprint, where events have their kind; no kind of event is that high. */
const STREAM_TAG = 2046 << 21;
const KEYED_TAG = 2047 << 21;

/** A named random stream: alea, seeded by the run's seed and the name. Every draw goes into the fingerprint. */
export class Stream implements UniformSource {
  readonly name: string;
  private readonly id: number;
  private readonly fingerprint: Fingerprint;
  private generator: seedrandom.StatefulPRNG<seedrandom.State.Alea>;
  private drawn = 0;

  constructor(seed: string, name: string, id: number, fingerprint: Fingerprint) {
    this.name = name;
    this.id = id;
    this.fingerprint = fingerprint;
    this.generator = seedrandom.alea(`${seed}/${name}`, { state: true });
  }

  /** How many numbers were drawn. */
  get draws(): number {
    return this.drawn;
  }

  /** The next number of [0, 1), a multiple of 2^-32. */
  next(): number {
    const value = this.generator();
    const count = ++this.drawn;
    this.fingerprint.mix(value * TWO_TO_32, STREAM_TAG | this.id, count, 0);
    return value;
  }

  /** A whole number of [0, n), for n from 1 to 2^32. */
  below(n: number): number {
    assert(Number.isInteger(n) && n >= 1 && n <= TWO_TO_32, `stream ${this.name}: below(${n})`);
    return Math.floor(this.next() * n);
  }

  /** Says what this stream will say. Its draws move nothing and go into no fingerprint: for what-if questions. */
  fork(): { next(): number; below(n: number): number } {
    const generator = seedrandom.alea('', { state: this.generator.state() });
    return { next: generator, below: (n) => Math.floor(generator() * n) };
  }

  /** The state from which {@link restore} goes on. */
  state(): StreamState {
    return { ...this.generator.state(), draws: this.drawn };
  }

  /** Goes on from a state saved before. */
  restore(state: StreamState): void {
    const { c, s0, s1, s2 } = state;
    this.generator = seedrandom.alea('', { state: { c, s0, s1, s2 } });
    this.drawn = state.draws;
  }
}

/**
 * Draws that belong to entities: a number depends on the stream's name, the entity and its index, never on the order of
 * draws. So the 512th pod's duration is the same whatever else happens.
 */
export class KeyedDraws {
  readonly name: string;
  private readonly id: number;
  private readonly fingerprint: Fingerprint;
  private readonly key0: number;
  private readonly key1: number;
  private readonly cursor: { next(): number; entity: number; n: number };

  constructor(seed: string, name: string, id: number, fingerprint: Fingerprint) {
    this.name = name;
    this.id = id;
    this.fingerprint = fingerprint;
    const generator = seedrandom.alea(`${seed}/${name}`);
    this.key0 = generator.int32();
    this.key1 = generator.int32();
    const cursor = { next: () => this.uniform(cursor.entity, cursor.n++), entity: 0, n: 0 };
    this.cursor = cursor;
  }

  /**
   * The n-th number of [0, 1) of an entity, a multiple of 2^-32. The entity is a whole number of [0, 2^53), n one of
   * [0, 2^32). Entity and key are mixed into 64 bits without loss, so no two entities share their numbers.
   */
  uniform(entity: number, n: number): number {
    const low = entity | 0;
    const high = (entity / TWO_TO_32) | 0;
    let x = this.key0 ^ low;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    x ^= x >>> 16;
    let y = (this.key1 + high + x) | 0;
    y = Math.imul(y ^ (y >>> 16), 0x7feb352d);
    y = Math.imul(y ^ (y >>> 15), 0x846ca68b);
    y ^= y >>> 16;
    let h = (x + Math.imul(n, 0x9e3779b1)) | 0;
    h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
    h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
    h ^= h >>> 15;
    h = (h + y) | 0;
    h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
    h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
    h ^= h >>> 16;
    this.fingerprint.mix(h, KEYED_TAG | this.id, low, n);
    return (h >>> 0) / TWO_TO_32;
  }

  /**
   * The entity's numbers from the n-th on, for a sampler. The source is one object used again and again: take what you
   * need before you ask for the next entity's.
   */
  of(entity: number, n = 0): UniformSource {
    this.cursor.entity = entity;
    this.cursor.n = n;
    return this.cursor;
  }
}

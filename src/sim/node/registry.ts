import type { Engine } from '../engine/engine.ts';
import { LARGEST_SAMPLE } from '../engine/samplers.ts';
import { stableHash } from '../engine/stable-hash.ts';
import type { Parameters } from '../scenario/parameters.ts';
import { NodeDuration } from './node-durations.ts';

const MICROS_PER_SECOND = 1_000_000;

/** The registry as all nodes see it: how big an image is, and how long its pull takes. */
export class Registry {
  readonly #sizes = new Map<string, number>();
  readonly #size: NodeDuration;
  readonly #roundTrip: NodeDuration;
  readonly #bandwidth: number;
  readonly #unpack: number;

  constructor(engine: Engine, parameters: Parameters['image']) {
    this.#size = new NodeDuration(engine, 'registry/image-size', parameters.sizeBytes);
    this.#roundTrip = new NodeDuration(engine, 'kubelet/image-pull', parameters.registryRoundTrip);
    this.#bandwidth = parameters.bandwidthBytesPerSecond;
    this.#unpack = parameters.unpackBytesPerSecond;
  }

  /** Drawn once for each image: it is the same size on every node. */
  sizeOf(image: string): number {
    let size = this.#sizes.get(image);
    if (size === undefined) this.#sizes.set(image, (size = this.#size.of(stableHash(image), 0)));
    return size;
  }

  /** What asking costs: manifest and authorisation. */
  roundTrip(node: number, occasion: number): number {
    return this.#roundTrip.of(node, occasion);
  }

  /** Transfer and unpacking, one after the other. */
  transfer(sizeBytes: number): number {
    const seconds = sizeBytes / this.#bandwidth + sizeBytes / this.#unpack;
    return Math.min(Math.round(seconds * MICROS_PER_SECOND), LARGEST_SAMPLE);
  }
}

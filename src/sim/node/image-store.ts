import type { Engine, EventKind } from '../engine/engine.ts';
import { stableHash } from '../engine/stable-hash.ts';
import type { Parameters } from '../scenario.ts';
import { NodeDuration } from './node-durations.ts';

/** What became of a pull; durations in microseconds. */
export interface PullResult {
  /** Absent: the image is there. */
  readonly error: string | undefined;
  readonly sizeBytes: number;
  /** The pull itself, and with the time in the node's queue. */
  readonly took: number;
  readonly tookWithWaiting: number;
}

/** One pull that a pod waits for. */
export interface PullRequest {
  readonly image: string;
  /** Why the registry refuses; asked when the pull's turn has come. */
  readonly error: () => string | undefined;
  readonly done: (result: PullResult) => void;
  readonly askedAt: number;
}

/** registryPullQPS and registryBurst of the kubelet's defaults (kubernetes-behaviour.md 4.1). */
const PULL_QPS = 5;
const PULL_BURST = 10;
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
    return Math.round((sizeBytes / this.#bandwidth + sizeBytes / this.#unpack) * MICROS_PER_SECOND);
  }
}

/**
 * The images of one node. Pulls go one at a time, first come first served (serializeImagePulls, the default); what is
 * there already holds nobody up. A pull that finds its image present costs the round trip only. Layers are not shared
 * between images.
 */
export class ImageStore {
  readonly #engine: Engine;
  readonly #registry: Registry;
  readonly #finished: EventKind;
  readonly #operand: number;
  readonly #entity: number;
  readonly #present = new Set<string>();
  readonly #queue: PullRequest[] = [];
  #head = 0;
  #pulls = 0;
  #pulling = false;
  #startedAt = 0;
  #error: string | undefined;
  #tokens = PULL_BURST;
  #tokensAt = 0;

  /** `finished` is the engine kind that comes back as {@link finish}, with `operand`. */
  constructor(engine: Engine, registry: Registry, finished: EventKind, operand: number, entity: number) {
    this.#engine = engine;
    this.#registry = registry;
    this.#finished = finished;
    this.#operand = operand;
    this.#entity = entity;
  }

  has(image: string): boolean {
    return this.#present.has(image);
  }

  /** An image that is on the node without a pull. */
  preload(image: string): void {
    this.#present.add(image);
  }

  pull(request: PullRequest): void {
    this.#queue.push(request);
    if (!this.#pulling) this.#next();
  }

  /** The pull under way has come to its end. */
  finish(): void {
    const request = this.#queue[this.#head]!;
    this.#head++;
    if (this.#head === this.#queue.length) {
      this.#queue.length = 0;
      this.#head = 0;
    }
    this.#pulling = false;
    if (this.#error === undefined) this.#present.add(request.image);
    const { now } = this.#engine;
    const result: PullResult = {
      error: this.#error,
      sizeBytes: this.#registry.sizeOf(request.image),
      took: now - this.#startedAt,
      tookWithWaiting: now - request.askedAt,
    };
    if (this.#queue.length > 0) this.#next();
    request.done(result);
  }

  #next(): void {
    const request = this.#queue[this.#head]!;
    this.#pulling = true;
    this.#startedAt = this.#engine.now;
    let duration = 0;
    if (this.#takeToken()) {
      this.#error = request.error();
      duration = this.#registry.roundTrip(this.#entity, this.#pulls++);
      if (this.#error === undefined && !this.#present.has(request.image)) {
        duration += this.#registry.transfer(this.#registry.sizeOf(request.image));
      }
    } else {
      this.#error = 'pull QPS exceeded';
    }
    this.#engine.after(duration, this.#finished, this.#operand);
  }

  #takeToken(): boolean {
    const { now } = this.#engine;
    const refilled = this.#tokens + ((now - this.#tokensAt) * PULL_QPS) / MICROS_PER_SECOND;
    this.#tokens = Math.min(PULL_BURST, refilled);
    this.#tokensAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

/** The pull policy of a container that names none: Always for `latest` or no tag, else IfNotPresent (4.3). */
export function defaultPullPolicy(image: string): 'Always' | 'IfNotPresent' {
  if (image.includes('@')) return 'IfNotPresent';
  const tag = image.slice(image.lastIndexOf('/') + 1).split(':')[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

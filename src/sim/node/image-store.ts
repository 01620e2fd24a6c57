import type { Engine, EventKind } from '../engine/engine.ts';
import { NO_EVENT } from './no-event.ts';
import type { Occasion, PullStep } from './container-runtime.ts';

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
  /** What the pull will come to; asked when its turn has come. */
  readonly begin: (present: boolean, occasion: Occasion) => PullStep;
  readonly done: (result: PullResult) => void;
  readonly askedAt: number;
}

/** registryPullQPS and registryBurst of the kubelet's defaults (kubernetes-behaviour.md 4.1). */
const PULL_QPS = 5;
const PULL_BURST = 10;
const MICROS_PER_SECOND = 1_000_000;
const TOO_MANY_PULLS: PullStep = { duration: 0, error: 'pull QPS exceeded', sizeBytes: 0 };

/**
 * The images of one node. Pulls go one at a time, first come first served (serializeImagePulls, the default); what is
 * there already holds nobody up. A pull that finds its image present costs the round trip only. Layers are not shared
 * between images.
 */
export class ImageStore {
  readonly #engine: Engine;
  readonly #finished: EventKind;
  readonly #operand: number;
  readonly #entity: number;
  readonly #present = new Set<string>();
  readonly #queue: PullRequest[] = [];
  #head = 0;
  #pulls = 0;
  #pulling = false;
  #event = NO_EVENT;
  #startedAt = 0;
  #step: PullStep | undefined;
  #tokens = PULL_BURST;
  #tokensAt = 0;

  /** `finished` is the engine kind that comes back as {@link finish}, with `operand`. */
  constructor(engine: Engine, finished: EventKind, operand: number, entity: number) {
    this.#engine = engine;
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
    const { error, sizeBytes } = this.#step!;
    if (error === undefined) this.#present.add(request.image);
    const { now } = this.#engine;
    const result: PullResult = {
      error,
      sizeBytes,
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
    this.#step = this.#takeToken()
      ? request.begin(this.#present.has(request.image), { entity: this.#entity, number: this.#pulls++ })
      : TOO_MANY_PULLS;
    this.#event = this.#engine.after(this.#step.duration, this.#finished, this.#operand);
  }

  /** The kubelet ends: pulls under way and those that wait are forgotten. What is there stays. */
  abandon(): void {
    if (this.#pulling) this.#engine.cancel(this.#event);
    this.#pulling = false;
    this.#queue.length = 0;
    this.#head = 0;
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

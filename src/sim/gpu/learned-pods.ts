import type { GpuRequest } from './gpu-request.ts';
import { typicalPods, type TypicalPod } from './typical-pods.ts';

/** What a cluster is asked for hardly changes after so many pods. */
const ENOUGH = 10_000;

/** The typical pods of a cluster whose workload nobody knows beforehand: those of the pods seen so far. */
export class LearnedPods {
  readonly #seen = new Set<string>();
  readonly #requests: GpuRequest[] = [];
  #next = 1;
  #typical: readonly TypicalPod[] = [];

  /** The same list until it is counted anew: each time twice as many pods have been seen. */
  get typical(): readonly TypicalPod[] {
    return this.#typical;
  }

  see(uid: string, request: GpuRequest): void {
    if (this.#requests.length >= ENOUGH || this.#seen.has(uid)) return;
    this.#seen.add(uid);
    this.#requests.push(request);
    if (this.#requests.length < this.#next) return;
    this.#next = Math.min(this.#next * 2, ENOUGH);
    this.#typical = typicalPods(this.#requests);
    if (this.#requests.length >= ENOUGH) this.#seen.clear();
  }
}

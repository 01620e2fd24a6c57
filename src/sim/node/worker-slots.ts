import { assert } from '../engine/assert.ts';
import type { PodWorker } from './pod-worker.ts';

/** Small numbers for the pods that kubelets work on, so that engine events can name them. Numbers are used again. */
export class WorkerSlots {
  readonly #workers: (PodWorker | undefined)[] = [];
  readonly #free: number[] = [];

  get live(): number {
    return this.#workers.length - this.#free.length;
  }

  reserve(): number {
    const slot = this.#free.pop();
    if (slot !== undefined) return slot;
    this.#workers.push(undefined);
    return this.#workers.length - 1;
  }

  set(slot: number, worker: PodWorker): void {
    this.#workers[slot] = worker;
  }

  at(slot: number): PodWorker {
    const worker = this.#workers[slot];
    assert(worker !== undefined, `no pod in slot ${slot}`);
    return worker;
  }

  release(slot: number): void {
    this.#workers[slot] = undefined;
    this.#free.push(slot);
  }
}

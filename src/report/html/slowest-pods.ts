import type { PodRecord } from '../../sim/recorder/records.ts';

const KEPT = 24;

/** A pod and how long it took to become ready, or has waited for it, in microseconds. */
export interface SlowPod {
  readonly pod: PodRecord;
  readonly waited: number;
}

/** The pods that took longest to become ready; of all the others nothing is kept. */
export class SlowestPods {
  #pods: SlowPod[] = [];
  #least = 0;

  /** `until`: the end of what is known about the pod. */
  offer(pod: PodRecord, until: number): void {
    const { createdAt, readyAt, finishedAt, removedAt } = pod;
    const end = [readyAt, finishedAt, removedAt].find((at) => at >= 0) ?? until;
    const waited = end - createdAt;
    if (waited <= this.#least) return;
    this.#pods.push({ pod, waited });
    if (this.#pods.length >= KEPT * 8) this.#prune();
  }

  /** Slowest first. */
  list(): readonly SlowPod[] {
    this.#prune();
    return this.#pods;
  }

  #prune(): void {
    this.#pods.sort(
      (a, b) =>
        b.waited - a.waited ||
        a.pod.createdAt - b.pod.createdAt ||
        (a.pod.name < b.pod.name ? -1 : a.pod.name > b.pod.name ? 1 : 0),
    );
    this.#pods.length = Math.min(this.#pods.length, KEPT);
    if (this.#pods.length === KEPT) this.#least = this.#pods[KEPT - 1]!.waited;
  }
}

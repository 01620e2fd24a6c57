import type { QueuedPod } from './queued-pod.ts';

/**
 * Pods by the time since which they wait, oldest first: a linked list through the pods themselves. Pods come in order of
 * time almost always, so that entering costs as little as leaving.
 */
export class AgeList {
  #oldest: QueuedPod | undefined;
  #newest: QueuedPod | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get oldest(): QueuedPod | undefined {
    return this.#oldest;
  }

  enter(pod: QueuedPod): void {
    let before = this.#newest;
    while (before !== undefined && isOlder(pod, before)) before = before.older;
    const after = before === undefined ? this.#oldest : before.newer;
    pod.older = before;
    pod.newer = after;
    if (before === undefined) this.#oldest = pod;
    else before.newer = pod;
    if (after === undefined) this.#newest = pod;
    else after.older = pod;
    this.#size++;
  }

  leave(pod: QueuedPod): void {
    const { older, newer } = pod;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    pod.older = undefined;
    pod.newer = undefined;
    this.#size--;
  }

  /** Those that have waited since before a time, oldest first. */
  before(time: number): QueuedPod[] {
    const found: QueuedPod[] = [];
    for (let pod = this.#oldest; pod !== undefined && pod.timestamp < time; pod = pod.newer) found.push(pod);
    return found;
  }
}

function isOlder(a: QueuedPod, b: QueuedPod): boolean {
  return a.timestamp < b.timestamp || (a.timestamp === b.timestamp && a.sequence < b.sequence);
}

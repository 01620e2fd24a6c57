import type { ClusterHappening } from './hints.ts';

/** What happened while pods were being scheduled: a pod that fails looks at what came after it was popped. */
export class InFlight {
  /** Where each pod's part of the record begins, counted from the first happening ever; oldest pod first. */
  readonly #beginnings = new Map<string, number>();
  #happenings: ClusterHappening[] = [];
  /** How many have been dropped from the front. */
  #dropped = 0;

  get size(): number {
    return this.#beginnings.size;
  }

  has(uid: string): boolean {
    return this.#beginnings.has(uid);
  }

  uids(): IterableIterator<string> {
    return this.#beginnings.keys();
  }

  begin(uid: string): void {
    this.#beginnings.set(uid, this.#dropped + this.#happenings.length);
  }

  record(happening: ClusterHappening): void {
    if (this.#beginnings.size > 0) this.#happenings.push(happening);
  }

  since(uid: string): readonly ClusterHappening[] {
    const beginning = this.#beginnings.get(uid);
    return beginning === undefined ? [] : this.#happenings.slice(beginning - this.#dropped);
  }

  end(uid: string): void {
    if (!this.#beginnings.delete(uid)) return;
    if (this.#happenings.length === 0) return;
    const oldest = this.#beginnings.values().next();
    const keepFrom = oldest.done === true ? this.#dropped + this.#happenings.length : oldest.value;
    if (keepFrom === this.#dropped) return;
    this.#happenings = this.#happenings.slice(keepFrom - this.#dropped);
    this.#dropped = keepFrom;
  }
}

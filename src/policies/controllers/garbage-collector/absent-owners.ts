const CAPACITY = 500;

/** Owners that the server has said do not exist; the oldest answers are forgotten. */
export class AbsentOwners {
  readonly #uids = new Set<string>();

  has(uid: string): boolean {
    return this.#uids.has(uid);
  }

  add(uid: string): void {
    this.#uids.delete(uid);
    this.#uids.add(uid);
    if (this.#uids.size <= CAPACITY) return;
    for (const oldest of this.#uids) {
      this.#uids.delete(oldest);
      return;
    }
  }
}

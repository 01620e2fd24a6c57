/** The time of a small world, and what is still to happen in it. Microseconds. */
export class WorldClock {
  now = 0;
  readonly #agenda: { readonly at: number; readonly act: () => void }[] = [];

  /** What is due at the same time happens in the order in which it was asked for. */
  after(delay: number, act: () => void): void {
    const at = this.now + delay;
    let i = this.#agenda.length;
    while (i > 0 && this.#agenda[i - 1]!.at > at) i--;
    this.#agenda.splice(i, 0, { at, act });
  }

  /** Until nothing is left to do, at most until `until`. */
  run(until = Infinity): void {
    for (let steps = 0; ; steps++) {
      if (steps > 2_000_000) throw new Error('the world does not come to rest');
      const next = this.#agenda[0];
      if (next === undefined || next.at > until) break;
      this.#agenda.shift();
      this.now = next.at;
      next.act();
    }
    if (until !== Infinity) this.now = until;
  }
}

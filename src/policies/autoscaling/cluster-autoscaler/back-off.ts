interface Failure {
  readonly duration: number;
  readonly until: number;
  readonly at: number;
}

/** Node groups that could not grow are left alone for a while, longer each time. Microseconds. */
export class NodeGroupBackoff {
  readonly #initial: number;
  readonly #max: number;
  readonly #reset: number;
  readonly #failures = new Map<string, Failure>();

  constructor(initial: number, max: number, reset: number) {
    this.#initial = initial;
    this.#max = max;
    this.#reset = reset;
  }

  /** A failure while it is left alone already does not make it longer. */
  failed(group: string, now: number): void {
    const known = this.#failures.get(group);
    let duration = known?.duration ?? this.#initial;
    if (known !== undefined && known.until < now) duration = Math.min(2 * known.duration, this.#max);
    this.#failures.set(group, { duration, until: now + duration, at: now });
  }

  /** When it may be tried again; undefined: at any time. */
  until(group: string, now: number): number | undefined {
    const known = this.#failures.get(group);
    return known === undefined || known.until < now ? undefined : known.until;
  }

  succeeded(group: string): void {
    this.#failures.delete(group);
  }

  forgetOld(now: number): void {
    for (const [group, { at }] of this.#failures) if (at + this.#reset < now) this.#failures.delete(group);
  }
}

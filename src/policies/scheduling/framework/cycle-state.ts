import type { CycleState } from '../../../sim/policy-api/scheduling.ts';

interface Cloneable {
  clone(): unknown;
}

function isCloneable(value: unknown): value is Cloneable {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Cloneable>).clone === 'function';
}

/** The scratch of one scheduling cycle, as the framework fills it. */
export class CycleScratch implements CycleState {
  readonly skipFilter = new Set<string>();
  readonly skipScore = new Set<string>();
  readonly #entries = new Map<string, unknown>();

  read<T>(key: string): T | undefined {
    return this.#entries.get(key) as T | undefined;
  }

  write(key: string, value: unknown): void {
    this.#entries.set(key, value);
  }

  clone(): CycleScratch {
    const copy = new CycleScratch();
    for (const name of this.skipFilter) copy.skipFilter.add(name);
    for (const name of this.skipScore) copy.skipScore.add(name);
    for (const [key, value] of this.#entries) copy.write(key, isCloneable(value) ? value.clone() : value);
    return copy;
  }
}

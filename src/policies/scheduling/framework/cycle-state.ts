import type { CycleState } from '../../../sim/policy-api/scheduling.ts';

interface Cloneable {
  clone(): unknown;
}

function isCloneable(value: unknown): value is Cloneable {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Cloneable>).clone === 'function';
}

/** The scratch of one scheduling cycle, as the framework fills it. Costs nothing until something is written. */
export class CycleScratch implements CycleState {
  #skipFilter: Set<string> | undefined;
  #skipScore: Set<string> | undefined;
  #entries: Map<string, unknown> | undefined;

  get skipFilter(): Set<string> {
    return (this.#skipFilter ??= new Set());
  }
  get skipScore(): Set<string> {
    return (this.#skipScore ??= new Set());
  }

  read<T>(key: string): T | undefined {
    return this.#entries?.get(key) as T | undefined;
  }

  write(key: string, value: unknown): void {
    (this.#entries ??= new Map()).set(key, value);
  }

  clone(): CycleScratch {
    const copy = new CycleScratch();
    for (const name of this.skipFilter) copy.skipFilter.add(name);
    for (const name of this.skipScore) copy.skipScore.add(name);
    for (const [key, value] of this.#entries ?? []) copy.write(key, isCloneable(value) ? value.clone() : value);
    return copy;
  }
}

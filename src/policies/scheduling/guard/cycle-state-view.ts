import type { CycleState } from '../../../sim/policy-api/scheduling.ts';

interface Cloneable {
  clone(): unknown;
}

function isCloneable(value: unknown): value is Cloneable {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Cloneable>).clone === 'function';
}

/** How a clone of a plugin's own value is made: the guard names whoever fails at it. */
export type CloneCall = (clone: () => unknown) => unknown;

/** A plugin's value in the scratch of a cycle, whose own `clone` is called under guard. */
class GuardedValue {
  readonly value: Cloneable;
  readonly #call: CloneCall;

  constructor(value: Cloneable, call: CloneCall) {
    this.value = value;
    this.#call = call;
  }
  clone(): unknown {
    const copy = this.#call(() => this.value.clone());
    return isCloneable(copy) ? new GuardedValue(copy, this.#call) : copy;
  }
}

/** The scratch of a cycle as one plugin sees it: its own entries, and nobody else's. */
export class CycleStateView implements CycleState {
  readonly original: CycleState;
  readonly #prefix: string;
  readonly #call: CloneCall;

  constructor(original: CycleState, plugin: string, call: CloneCall) {
    this.original = original;
    this.#prefix = plugin + '/';
    this.#call = call;
  }

  read<T>(key: string): T | undefined {
    const value = this.original.read<unknown>(this.#prefix + key);
    return (value instanceof GuardedValue ? value.value : value) as T | undefined;
  }

  write(key: string, value: unknown): void {
    this.original.write(this.#prefix + key, isCloneable(value) ? new GuardedValue(value, this.#call) : value);
  }

  get skipFilter(): ReadonlySet<string> {
    return new Set(this.original.skipFilter);
  }

  get skipScore(): ReadonlySet<string> {
    return new Set(this.original.skipScore);
  }

  clone(): CycleState {
    return new CycleStateView(this.original.clone(), this.#prefix.slice(0, -1), this.#call);
  }
}

/** The framework's own state behind a view of it. */
export function originalState(state: CycleState): CycleState {
  return state instanceof CycleStateView ? state.original : state;
}

import { Engine } from '../../src/sim/engine/engine.ts';
import type { Stream } from '../../src/sim/engine/streams.ts';

/** Plain Kubernetes JSON, as a manifest holds it. */
export type Json = Record<string, unknown>;

/** A source of chance and of names: the same seed and number draw the same case. */
export class Draw {
  readonly #stream: Stream;
  #next = 0;

  constructor(seed: string, number: number) {
    this.#stream = new Engine({ seed }).stream(`case ${number}`);
  }

  below(n: number): number {
    return this.#stream.below(n);
  }
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }
  /** True so many times in a hundred. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
  of<T>(...list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
  /** Each member with the same chance, in order. */
  some<T>(percent: number, list: readonly T[]): T[] {
    return list.filter(() => this.chance(percent));
  }
  times<T>(least: number, most: number, make: (i: number) => T): T[] {
    return Array.from({ length: this.between(least, most) }, (_, i) => make(i));
  }
  /** `member: value` so many times in a hundred, else nothing. */
  maybe(percent: number, member: string, value: () => unknown): Json {
    return this.chance(percent) ? { [member]: value() } : {};
  }
  /** A number that no other object of the case has. */
  unique(): number {
    return this.#next++;
  }
}

import { exp, ln } from '../../sim/engine/dmath.ts';
import { mean, variance } from './moments.ts';

export interface Selection {
  /** 1 − α: how surely the best is selected, where it is better than all others by `indifference` at least. */
  readonly probability: number;
  /** δ: a difference that is worth knowing. */
  readonly indifference: number;
  /** n0: replications of the first stage. */
  readonly firstStage: number;
}

/** η = ½ ((2α/(k−1))^(−2/(n0−1)) − 1). */
export function eta(systems: number, { probability, firstStage }: Selection): number {
  const alpha = 1 - probability;
  return 0.5 * (exp((-2 / (firstStage - 1)) * ln((2 * alpha) / (systems - 1))) - 1);
}

/**
 * The fully sequential procedure of Kim and Nelson (2001) for selecting the system with the largest mean: after a first
 * stage, each stage takes one replication of every system still in, and systems fall out as soon as they are clearly
 * worse. Common random numbers are allowed, and help.
 */
export class KimNelson {
  readonly #selection: Selection;
  readonly #systems: number;
  readonly #values: number[][];
  #spread: number[][] | undefined;
  #in: number[];

  constructor(systems: number, selection: Selection) {
    this.#systems = systems;
    this.#selection = selection;
    this.#values = Array.from({ length: systems }, () => []);
    this.#in = Array.from({ length: systems }, (_, i) => i);
  }

  /** Systems that are still in, by index. One: it is selected. */
  get survivors(): readonly number[] {
    return this.#in;
  }

  /** The replications made so far of every survivor. */
  get stage(): number {
    return this.#values[this.#in[0]!]!.length;
  }

  /** The results of one replication, by system; those of systems that are out are not looked at. */
  add(results: readonly number[]): void {
    for (const i of this.#in) this.#values[i]!.push(results[i]!);
    const { firstStage } = this.#selection;
    if (this.stage < firstStage || this.#in.length === 1) return;
    if (this.stage === firstStage) this.#spread = this.#differences();
    this.#screen();
  }

  /** Sample variances of the differences of the first stage. */
  #differences(): number[][] {
    return this.#values.map((mine) =>
      this.#values.map((others) => variance(mine.map((value, r) => value - others[r]!))),
    );
  }

  #screen(): void {
    const { firstStage, indifference } = this.#selection;
    const h2 = 2 * eta(this.#systems, this.#selection) * (firstStage - 1);
    const r = this.stage;
    const means = this.#values.map(mean);
    const isIn = (i: number): boolean =>
      this.#in.every((other) => {
        if (other === i) return true;
        const s2 = this.#spread![i]![other]!;
        const slack = (indifference / (2 * r)) * ((h2 * s2) / (indifference * indifference) - r);
        return means[i]! >= means[other]! - Math.max(0, slack);
      });
    this.#in = this.#in.filter(isIn);
  }
}

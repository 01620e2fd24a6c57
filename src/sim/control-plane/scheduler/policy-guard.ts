import { keyOf } from '../../api/kinds.ts';
import type { Pod } from '../../api/pod.ts';
import { PolicyError } from '../../policy-api/policy-error.ts';

/** Whatever a policy throws is named: who, what it was asked about which pod, and when. */
export class PolicyGuard {
  readonly #name: string;
  readonly #now: () => number;

  constructor(name: string, now: () => number) {
    this.#name = name;
    this.#now = now;
  }

  ask<T>(decision: string, pod: Pod, answer: () => T): T {
    try {
      return answer();
    } catch (error) {
      throw PolicyError.from(error, this.#name, `${decision} of pod ${keyOf(pod)}`, this.#now());
    }
  }
}

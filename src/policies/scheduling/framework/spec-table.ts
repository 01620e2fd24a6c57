import type { PodSpec } from '../../../sim/api/pod.ts';
import { schedulingText } from './scheduling-text.ts';
import { deriveFacts, type SpecFacts } from './spec-facts.ts';

interface Seen {
  readonly spec: PodSpec;
  readonly facts: SpecFacts;
}

/** Of those that share their containers, as many are told apart without a look at what they say. */
const REMEMBERED = 4;

/**
 * The facts of a scheduler's pods: one object for all that are the same to every in-tree plugin, whether they come from
 * one template or were written one by one. Sharing is for speed only: without it every decision is the same.
 *
 * It forgets: templates beyond `capacity` make it begin a new generation, and what is not met again in it is let go.
 */
export class SpecTable {
  readonly #capacity: number;
  readonly #byContainers = new WeakMap<PodSpec['containers'], Seen[]>();
  #young = new Map<string, SpecFacts>();
  #old = new Map<string, SpecFacts>();

  /** 0: specs that share nothing in memory share no facts. */
  constructor(capacity = 8192) {
    this.#capacity = capacity;
  }

  factsOf(spec: PodSpec, namespace: string): SpecFacts {
    let seen = this.#byContainers.get(spec.containers);
    if (seen === undefined) this.#byContainers.set(spec.containers, (seen = []));
    for (let i = seen.length - 1; i >= 0; i--) {
      const one = seen[i]!;
      if (one.facts.namespace === namespace && isAlike(one.spec, spec)) return one.facts;
    }
    const facts = this.#capacity === 0 ? deriveFacts(spec, namespace) : this.#intern(spec, namespace);
    if (seen.length === REMEMBERED) seen.shift();
    seen.push({ spec, facts });
    return facts;
  }

  #intern(spec: PodSpec, namespace: string): SpecFacts {
    const text = `${namespace}\n${schedulingText(spec)}`;
    let facts = this.#young.get(text);
    if (facts !== undefined) return facts;
    facts = this.#old.get(text) ?? deriveFacts(spec, namespace);
    if (this.#young.size >= this.#capacity) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(text, facts);
    return facts;
  }
}

/** By identity of every member; `nodeName` alone may differ: binding gives a pod a spec of its own. */
function isAlike(a: PodSpec, b: PodSpec): boolean {
  if (a === b) return true;
  const left = a as unknown as Record<string, unknown>;
  const right = b as unknown as Record<string, unknown>;
  for (const key of Object.keys(left)) if (left[key] !== right[key] && key !== 'nodeName') return false;
  for (const key of Object.keys(right)) if (right[key] !== left[key] && key !== 'nodeName') return false;
  return true;
}

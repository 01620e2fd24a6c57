import type { Code } from './status.ts';

/** Why a scheduling decision came out as it did: what `orrery explain` shows and `decisions.csv` sums up. */

/** One node's part in the choice. */
export interface ScoredNode {
  readonly node: string;
  readonly total: number;
  readonly scores: readonly {
    readonly plugin: string;
    readonly raw: number;
    readonly normalized: number;
    readonly weighted: number;
  }[];
}

/** Nodes that one plugin refused for one reason. */
export interface Refusal {
  readonly plugin: string;
  readonly code: Code;
  readonly reasons: readonly string[];
  /** In the order in which they were looked at. */
  readonly nodes: readonly string[];
}

export interface DecisionExplanation {
  readonly schedulerName: string;
  readonly nodes: number;
  /** Nodes looked at: those found, and those refused. */
  readonly evaluated: number;
  /** PreFilter refused the pod as a whole. */
  readonly preFilter: Refusal | undefined;
  /** Plugins whose Filter and Score had nothing to say about this pod. */
  readonly skipped: readonly string[];
  readonly refusals: readonly Refusal[];
  /** Nodes that every Filter passed, best first; scores are empty when one alone was found. */
  readonly feasible: readonly ScoredNode[];
  readonly winner: string | undefined;
  /** The best of the others; undefined where there is none. */
  readonly runnerUp: string | undefined;
  /** How many nodes share the best total. */
  readonly ties: number;
  /** A plugin failed. */
  readonly error: string | undefined;
}

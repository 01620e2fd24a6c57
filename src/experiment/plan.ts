import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { Variant } from './vary.ts';
import type { ReplicationInput } from './replication.ts';

/** An experiment as it is to be run: every variant under every seed. */
export interface Plan {
  readonly name: string;
  /** The scenario's file. */
  readonly path: string;
  readonly variants: readonly PlannedVariant[];
  readonly seeds: readonly string[];
}

export interface PlannedVariant extends Variant {
  /** Hash of all that decides what its runs come to, but for the seed: scenario, policies, engine. */
  readonly identity: string;
}

/** One run of a plan. */
export interface PlannedRun {
  readonly variant: number;
  readonly seed: string;
  /** The name of its result: the same run has the same one anywhere. */
  readonly key: string;
  /** Names the scenario by its whole path: who makes the run may stand somewhere else. */
  readonly input: ReplicationInput;
}

/** All runs, by variant and then by seed. */
export function runsOf({ path, variants, seeds }: Plan): PlannedRun[] {
  return variants.flatMap(({ sets, identity }, variant) =>
    seeds.map((seed) => ({
      variant,
      seed,
      key: resultKey(identity, seed),
      input: { path: resolve(path), sets, seed, identity },
    })),
  );
}

/** Seeds 1, 2, 3 … as texts. */
export function seedsUpTo(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(i + 1));
}

export function resultKey(identity: string, seed: string): string {
  return sha256(`${identity}\n${seed}`);
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

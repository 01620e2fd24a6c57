export type Size = 'full' | 'small';

/** What `bench/<subject>.bench.ts` exports as `suite`. */
export interface Suite {
  readonly name: string;
  /** What is counted: events, pods, draws. */
  readonly operation: string;
  cases(size: Size): readonly Case[];
}

/** One workload and those who do it. */
export interface Case {
  readonly name: string;
  /** How many operations one timed sample takes. */
  readonly operations: number;
  /** How many samples are timed for each variant. */
  readonly samples: number;
  /** How many operations come before; the hash is taken after them. */
  readonly warmUp: number;
  /** The first is what the others are compared with. All must come to the same hash, unless they say otherwise. */
  readonly variants: readonly Variant[];
}

export interface Variant {
  readonly name: string;
  /** Results with the same mark must have the same hash; default ''. */
  readonly result?: string;
  start(): Work;
}

/** A workload under way. */
export interface Work {
  run(operations: number): void;
  /** Of all that was done so far: what proves that nothing was left out. */
  hash(): string;
}

/** What one run of an experiment is: a job. */
export interface ReplicationInput {
  /** The scenario's file. */
  readonly path: string;
  readonly sets: readonly string[];
  readonly seed: string;
  /** Of the run as it was planned: who reads something else under the same path must not make it. Absent: anything goes. */
  readonly identity?: string;
}

/** What it came to, as far as experiments look at it. The same bytes wherever it was run. */
export interface ReplicationResult {
  /** Figures of the run's summary by name, in its order; `null`: there was nothing to measure. */
  readonly figures: Readonly<Record<string, number | null>>;
  readonly units: Readonly<Record<string, string>>;
  readonly fingerprint: string;
  /** Why the run ended. */
  readonly stopped: string;
}

/** The command that repeats a run alone. */
export function replayLine({ path, sets, seed }: ReplicationInput): string {
  const set = sets.map((one) => ` --set ${shellWord(one)}`).join('');
  return `orrery run ${shellWord(path)} --seed ${shellWord(seed)}${set}`;
}

/** A word that a shell takes as it is. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

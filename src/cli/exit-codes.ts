/** What the exit code of `orrery` says. Documented in docs/commands.md, and a test holds the two equal. */
export const ExitCode = {
  /** The run ended, whatever became of its pods, and every expectation held. */
  Ok: 0,
  /** The run ended, and an expectation or an invariant was broken. */
  Broken: 1,
  /** The command line itself is wrong. */
  Usage: 2,
  /** The input is invalid: YAML, schema, manifest, reference. */
  InputInvalid: 65,
  /** The input is missing or cannot be read, or the folder in which the user stands is gone. */
  InputMissing: 66,
  /** A policy failed: it threw, or decided what cannot be. */
  Policy: 69,
  /** A mistake of ours. */
  Internal: 70,
  /** The output folder cannot be made. */
  CannotCreate: 73,
  /** Writing failed: a full disk, a closed pipe. */
  WriteFailed: 74,
  /** Some runs of an experiment failed or are missing; what is there of the others is shown. */
  Partial: 75,
  /** Two runs that must be the same were not. */
  Nondeterminism: 76,
  /** Ended by SIGINT; what was there is written and marked incomplete. */
  Interrupted: 130,
  /** Ended by SIGTERM; what was there is written and marked incomplete. */
  Terminated: 143,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

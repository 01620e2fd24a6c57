import { EXIT_INPUT_INVALID, EXIT_INPUT_MISSING } from '../scenario-error.ts';

/** Beyond this many problems of one file nobody reads on. */
const MOST_KEPT = 20;

/** A trace that cannot be read: every problem as `file:line: what is wrong`. */
export class TraceError extends Error {
  override readonly name = 'TraceError';
  readonly problems: readonly string[];
  /** 66 when a file is not there or cannot be read, otherwise 65. */
  readonly exitCode: number;

  constructor(problems: readonly string[], exitCode: number = EXIT_INPUT_INVALID) {
    super(problems.join('\n'));
    this.problems = problems;
    this.exitCode = exitCode;
  }

  static missing(file: string, why: string): TraceError {
    return new TraceError([`${file}: ${why}`], EXIT_INPUT_MISSING);
  }
}

/** What is found to be wrong while a trace is read. */
export class TraceProblems {
  readonly file: string;
  readonly #found: string[] = [];

  constructor(file: string) {
    this.file = file;
  }

  /** Throws when there are so many that it is no use to read on. */
  add(line: number, message: string): void {
    this.#found.push(`${this.file}:${line}: ${message}`);
    if (this.#found.length >= MOST_KEPT) throw new TraceError([...this.#found, `${this.file}: not read further`]);
  }

  throwIfAny(): void {
    if (this.#found.length > 0) throw new TraceError(this.#found);
  }
}

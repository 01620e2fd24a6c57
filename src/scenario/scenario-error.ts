import { sortProblems, type Problem } from './problem.ts';

export const EXIT_INPUT_INVALID = 65;
export const EXIT_INPUT_MISSING = 66;

/** What the user got wrong: every problem found, in the order of the text, warnings included. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
  readonly problems: readonly Problem[];
  /** Problems beyond those kept. */
  readonly dropped: number;

  constructor(problems: readonly Problem[], dropped = 0) {
    const sorted = sortProblems(problems);
    const errors = sorted.filter((problem) => problem.severity === 'error');
    const first = errors[0];
    super(
      first === undefined
        ? 'the input is invalid'
        : first.message + (errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''),
    );
    this.problems = sorted;
    this.dropped = dropped;
  }

  /** 66 when all that is wrong is that something is not there or cannot be read, otherwise 65. */
  get exitCode(): number {
    const errors = this.problems.filter((problem) => problem.severity === 'error');
    return errors.length > 0 && errors.every(({ code }) => code === 'file-missing' || code === 'file-unreadable')
      ? EXIT_INPUT_MISSING
      : EXIT_INPUT_INVALID;
  }
}

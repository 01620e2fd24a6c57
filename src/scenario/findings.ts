import { ScenarioError } from './scenario-error.ts';
import { sortProblems, type Problem, type ProblemSink } from './problem.ts';

/** Beyond this many problems nobody reads on, and the rest is only counted. */
const MOST_KEPT = 1_000;

/** All that is found while one input is read. */
export class Findings {
  readonly problems: Problem[] = [];
  private errors = 0;
  private dropped = 0;

  readonly report: ProblemSink = (problem) => {
    if (problem.severity === 'error') this.errors++;
    if (this.problems.length < MOST_KEPT) this.problems.push(problem);
    else if (problem.severity === 'error' && this.errors === 1) this.problems[MOST_KEPT - 1] = problem;
    else this.dropped++;
  };

  get failed(): boolean {
    return this.errors > 0;
  }

  /** Everything that is no error, in the order of the text. */
  warnings(): Problem[] {
    return sortProblems(this.problems.filter(({ severity }) => severity === 'warning'));
  }

  /** Ends the reading when there was an error. */
  stopIfFailed(): void {
    if (this.failed) throw new ScenarioError(this.problems, this.dropped);
  }
}

import { problemsToJson, renderProblems } from '../scenario/render-problem.ts';
import { ScenarioError } from '../scenario/scenario-error.ts';
import type { Problem } from '../scenario/problem.ts';
import { ExitCode } from './exit-codes.ts';
import { prepareRun } from './prepare-run.ts';

interface ValidateOptions {
  readonly set?: readonly string[];
  readonly format?: 'table' | 'json';
  readonly maxErrors?: number;
}

/** `orrery validate`: says everything that is wrong, and what is odd. */
export async function validate(path: string, options: ValidateOptions): Promise<void> {
  try {
    const { warnings } = await prepareRun(path, options.set === undefined ? {} : { set: options.set });
    show(warnings, 0, options);
    if (options.format !== 'json') process.stdout.write(`${path}: valid\n`);
    process.exitCode = ExitCode.Ok;
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    show(error.problems, error.dropped, options);
    process.exitCode = error.exitCode;
  }
}

function show(problems: readonly Problem[], dropped: number, options: ValidateOptions): void {
  if (options.format === 'json') process.stdout.write(problemsToJson(problems) + '\n');
  else if (problems.length > 0) {
    const color = process.stderr.isTTY === true;
    process.stderr.write(renderProblems(problems, { color, most: options.maxErrors ?? 20, dropped }));
  }
}

import type { LoadedScenario } from '../../src/scenario/load-scenario.ts';
import type { Problem } from '../../src/scenario/problem.ts';
import { ScenarioError } from '../../src/scenario/scenario-error.ts';

/** What became of reading something: a scenario, or its problems. Any other error is passed on. */
export type Outcome = { readonly loaded: LoadedScenario } | { readonly error: ScenarioError };

export function attempt(load: () => LoadedScenario): Outcome {
  try {
    return { loaded: load() };
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return { error };
  }
}

function place({ source, span }: Problem): string {
  if (span === undefined) return '-';
  const { line, column } = source.position(span.start);
  return `${line}:${column}`;
}

/** An outcome in the words of the table: exit code, and the first three errors, or the warnings. */
export function inWords(outcome: Outcome): string {
  const list = (problems: readonly Problem[]) =>
    problems.map((problem) => `${problem.code} ${place(problem)}`).join(', ');
  if ('error' in outcome) {
    const errors = outcome.error.problems.filter(({ severity }) => severity === 'error');
    return `exit ${outcome.error.exitCode}: ${list(errors.slice(0, 3))}`;
  }
  const { warnings } = outcome.loaded;
  return warnings.length === 0 ? 'valid' : `valid with ${list(warnings)}`;
}

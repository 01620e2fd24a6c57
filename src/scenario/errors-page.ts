import { PROBLEM_CODES } from './problem-codes.ts';

/** The text of `docs/errors.md`. */
export function errorsPage(): string {
  const rows = Object.entries(PROBLEM_CODES)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
  return [
    '# Messages about input',
    '',
    'Whatever is wrong in a scenario or a manifest is said with its file, line and column, all of it at once:',
    '',
    '```',
    'error[unknown-field]: unknown field `duraton` in spec',
    ' --> scenario.yaml:6:3',
    '  |',
    '6 |   duraton: 30m',
    '  |   ^^^^^^^ not a field here',
    '  |',
    'help: did you mean `duration`?',
    '```',
    '',
    'An error ends in exit code 65, or 66 when all that is wrong is that files are not there or cannot be read. A warning',
    "ends nothing. Messages about Kubernetes objects are the API server's own. `orrery validate --format json` gives the",
    'same as data: `code`, `severity`, `message`, `file`, `line`, `column`, `endLine`, `endColumn`, `path`, `label`, `help`,',
    '`note` and `related`.',
    '',
    'The codes, made from `src/scenario/problem-codes.ts`:',
    '',
    '| code | meaning |',
    '|---|---|',
    ...rows,
    '',
  ].join('\n');
}

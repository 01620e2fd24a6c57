import { describe, expect, it } from 'vitest';
import type { Problem } from './problem.ts';
import { problemsToJson, renderProblem, renderProblems } from './render-problem.ts';
import { SourceFile } from './source-file.ts';

const source = new SourceFile('web.yaml', 'kind: Deployment\nspec:\n    replica: 3\n\ttabbed: 1\n');

function problem(rest: Partial<Problem> = {}): Problem {
  return {
    code: 'unknown-field',
    severity: 'error',
    message: 'unknown field `replica`',
    source,
    span: { start: 27, end: 34 },
    ...rest,
  };
}

describe('renderProblem', () => {
  it('shows the message, the place, the line, a caret and what to do', () => {
    const text = renderProblem(
      problem({ label: 'not a field of Deployment.spec', help: 'did you mean `replicas`?', note: 'as kubectl' }),
    );
    expect(text).toBe(
      [
        'error[unknown-field]: unknown field `replica`',
        ' --> web.yaml:3:5',
        '  |',
        '3 |     replica: 3',
        '  |     ^^^^^^^ not a field of Deployment.spec',
        '  |',
        'help: did you mean `replicas`?',
        'note: as kubectl',
        '',
      ].join('\n'),
    );
  });

  it('shows a second place', () => {
    const related = [{ source, span: { start: 0, end: 4 }, label: 'first here' }];
    expect(renderProblem(problem({ related }))).toContain(
      ' ::: web.yaml:1:1\n  |\n1 | kind: Deployment\n  | ^^^^ first here\n',
    );
  });

  it('does without a place', () => {
    expect(renderProblem(problem({ span: undefined }))).toBe(
      'error[unknown-field]: unknown field `replica`\n --> web.yaml\n',
    );
  });

  it('uses colour only when asked', () => {
    expect(renderProblem(problem())).not.toContain('\u001b');
    expect(renderProblem(problem(), { color: true })).toContain('\u001b[31m');
  });

  it('cuts long lines around the place', () => {
    const long = new SourceFile('long.yaml', 'a: ' + 'x'.repeat(500) + ' HERE ' + 'y'.repeat(500));
    const text = renderProblem(problem({ source: long, span: { start: 504, end: 508 } }));
    const [, , , line = '', caret = ''] = text.split('\n');
    expect(line.length).toBeLessThan(130);
    expect(line.slice(caret.indexOf('^'), caret.lastIndexOf('^') + 1)).toBe('HERE');
  });

  it('writes out whatever could forge a message', () => {
    const evil = new SourceFile('e\u001b[2Jvil.yaml', 'a: "\u202eabc\u200b"\n');
    const text = renderProblem(problem({ source: evil, span: { start: 3, end: 10 }, message: 'a\nb\u0007' }));
    expect(text).not.toMatch(/[\u0007\u001b\u202e\u200b]/);
    expect(text).toContain('\\u202E');
    expect(text.split('\n')[0]).toBe('error[unknown-field]: a\\u000Ab\\u0007');
  });

  it('puts the caret under a place after a tab', () => {
    const text = renderProblem(problem({ span: { start: 39, end: 45 } }));
    const [, , , line = '', caret = ''] = text.split('\n');
    expect(line.slice(caret.indexOf('^'), caret.lastIndexOf('^') + 1)).toBe('tabbed');
  });
});

describe('renderProblems', () => {
  it('shows twenty and counts the rest', () => {
    const text = renderProblems(
      Array.from({ length: 25 }, () => problem()),
      { dropped: 2 },
    );
    expect(text.match(/^error/gm)).toHaveLength(20);
    expect(text).toContain('7 more problems not shown');
    expect(
      renderProblems(
        Array.from({ length: 25 }, () => problem()),
        { most: 0 },
      ).match(/^error/gm),
    ).toHaveLength(25);
  });
});

it('errors are shown before there is room for warnings', () => {
  const warnings = Array.from({ length: 25 }, () => problem({ severity: 'warning' }));
  const text = renderProblems([...warnings, problem(), problem()]);
  expect(text.match(/^error/gm)).toHaveLength(2);
  expect(text.match(/^warning/gm)).toHaveLength(18);
});

it('problemsToJson gives places as lines and columns', () => {
  const [first] = JSON.parse(problemsToJson([problem({ path: 'spec.replica', help: 'h' })])) as Record<
    string,
    unknown
  >[];
  expect(first).toEqual({
    code: 'unknown-field',
    severity: 'error',
    message: 'unknown field `replica`',
    file: 'web.yaml',
    line: 3,
    column: 5,
    endLine: 3,
    endColumn: 12,
    path: 'spec.replica',
    help: 'h',
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Problem } from './problem.ts';
import { readJson } from './read-json.ts';
import { SourceFile } from './source-file.ts';

function read(text: string) {
  const problems: Problem[] = [];
  const [document] = readJson(new SourceFile('test.json', text), (problem) => problems.push(problem));
  return { document, problems };
}

/** As JSON.parse gives it, negative zero apart. */
function normal(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe('readJson', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.integer({ min: 0, max: 4 }), (text, indent) => {
        const spread = JSON.stringify(JSON.parse(text), null, indent);
        const { document, problems } = read(spread);
        // Numbers that would lose digits, `__proto__` as data, and keys that stand twice are JSON.parse's business alone.
        if (problems.length > 0) expect(problems[0]?.code).toBe('inexact-number');
        else expect(normal(document?.data)).toEqual(normal(JSON.parse(text)));
      }),
    );
  });

  it('refuses what JSON.parse refuses', () => {
    const damaged = fc.tuple(
      fc.json(),
      fc.nat(),
      fc.constantFrom('', '"', '{', '}', '[', ']', ',', ':', '\\', '\n', 'x', '0', '-', '.', 'e'),
    );
    fc.assert(
      fc.property(damaged, ([text, at, insert]) => {
        const place = at % (text.length + 1);
        const changed = text.slice(0, place) + insert + text.slice(place + 1);
        let valid = true;
        try {
          JSON.parse(changed);
        } catch {
          valid = false;
        }
        const { problems } = read(changed);
        if (!valid) expect(problems).not.toEqual([]);
        else expect(problems.filter(({ code }) => code === 'json-syntax')).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['{"a":1,"a":2}', 'duplicate-key', '1:8'],
    ['{"a":{"a":1},"b":2,"a":3}', 'duplicate-key', '1:20'],
    ['[1,]', 'json-syntax', '1:4'],
    ['{"a"}', 'json-syntax', '1:5'],
    ['{"a":9007199254740993}', 'inexact-number', '1:6'],
    ['[1e400]', 'not-finite', '1:2'],
    ['"a\nb"', 'json-syntax', '1:3'],
    ['"\\x"', 'json-syntax', '1:1'],
    ['"abc', 'json-syntax', '1:1'],
    ['"\\', 'json-syntax', '1:1'],
    ['tru', 'json-syntax', '1:1'],
    ['{} {}', 'json-syntax', '1:4'],
    ['', 'json-syntax', '1:1'],
    ['['.repeat(65), 'too-deep', '1:65'],
  ])('%j', (text, code, position) => {
    const [problem] = read(text).problems;
    const { line, column } = (problem as Problem).source.position(problem?.span?.start ?? -1);
    expect([problem?.code, `${line}:${column}`]).toEqual([code, position]);
  });

  it('knows where everything stands', () => {
    const text = '{\n  "a": [1, {"b": "x"}],\n  "c": {}\n}';
    const { document } = read(text);
    const at = (path: (string | number)[], side?: 'key') => {
      const place = document?.locate(path, side);
      return place === undefined ? undefined : text.slice(place.span.start, place.span.end);
    };
    expect(at(['a', 1, 'b'])).toBe('"x"');
    expect(at(['a', 1, 'b'], 'key')).toBe('"b"');
    expect(at(['a', 0])).toBe('1');
    expect(at(['c'])).toBe('"c"');
    expect(at(['a', 1, 'missing'])).toBe('{"b": "x"}');
  });

  it('names both places of a key that stands twice', () => {
    const [problem] = read('{"x":{"a":1},\n"a":1,\n"b":{"a":2},\n"a":3}').problems;
    const lines = [problem?.span, problem?.related?.[0]?.span].map(
      (span) => problem?.source.position(span?.start ?? -1).line,
    );
    expect(lines).toEqual([4, 2]);
  });
});

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { loadScenario } from '../src/scenario/load-scenario.ts';
import { renderProblems } from '../src/scenario/render-problem.ts';
import { SourceFile } from '../src/scenario/source-file.ts';
import { readYaml } from '../src/scenario/yaml/reader.ts';
import { attempt } from './doubles/loading-outcome.ts';

/** Shipped scenarios, damaged: every one ends in a scenario or in located problems. */

const RUNS = process.env['ORRERY_LONG'] === undefined ? 300 : 3_000;
vi.setConfig({ testTimeout: 900_000 });

const folder = mkdtempSync(join(tmpdir(), 'orrery-fuzz-'));
cpSync(fileURLToPath(new URL('../scenarios', import.meta.url)), folder, { recursive: true });
const everything = join(folder, 'everything');
cpSync(fileURLToPath(new URL('fixtures/everything', import.meta.url)), everything, { recursive: true });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

afterEach(() => {
  expect(Object.keys(Object.prototype)).toEqual([]);
});

const shipped = [...readdirSync(folder).filter((name) => name.endsWith('.yaml')), 'everything/scenario.yaml'].sort();
const texts = new Map(shipped.map((name) => [name, readFileSync(join(folder, name))]));

/** Reads a damaged file in the place of the sound one, so that what it refers to is there. */
function load(name: string, content: Uint8Array | string) {
  const path = join(folder, dirname(name), 'damaged.yaml');
  writeFileSync(path, content);
  return attempt(() => loadScenario(path));
}

function expectLocated(outcome: ReturnType<typeof load>): void {
  if (!('error' in outcome)) return;
  expect(outcome.error.problems.length).toBeGreaterThan(0);
  expect([65, 66]).toContain(outcome.error.exitCode);

  expect(renderProblems(outcome.error.problems)).not.toMatch(/[\u0000-\u0009\u000b-\u001f]|undefined/);
}

const file = fc.constantFrom(...shipped);

describe('damaged scenarios', () => {
  it('cut off anywhere', () => {
    fc.assert(
      fc.property(file, fc.nat(), (name, at) => {
        const content = texts.get(name) as Buffer;
        expectLocated(load(name, content.subarray(0, at % (content.length + 1))));
      }),
      { numRuns: RUNS },
    );
  });

  it('with bits turned over', () => {
    const flips = fc.array(fc.record({ at: fc.nat(), bit: fc.nat(7) }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(file, flips, (name, turned) => {
        const content = Buffer.from(texts.get(name) as Buffer);
        for (const { at, bit } of turned)
          content[at % content.length] = (content[at % content.length] as number) ^ (1 << bit);
        expectLocated(load(name, content));
      }),
      { numRuns: RUNS },
    );
  });

  it('with lines lost, repeated, or changed for others', () => {
    const edits = fc.array(
      fc.record({ at: fc.nat(), from: fc.nat(), how: fc.constantFrom('lose', 'repeat', 'replace', 'indent') }),
      {
        minLength: 1,
        maxLength: 4,
      },
    );
    fc.assert(
      fc.property(file, edits, (name, changes) => {
        const lines = (texts.get(name) as Buffer).toString().split('\n');
        for (const { at, from, how } of changes) {
          const place = at % lines.length;
          const line = lines[from % lines.length] as string;
          if (how === 'lose') lines.splice(place, 1);
          else if (how === 'repeat') lines.splice(place, 0, lines[place] as string);
          else if (how === 'replace') lines[place] = line;
          else lines[place] = '  ' + (lines[place] as string);
        }
        expectLocated(load(name, lines.join('\n')));
      }),
      { numRuns: RUNS },
    );
  });

  it('with a value changed for one of another kind', () => {
    const values = [
      'null',
      '~',
      'true',
      '0',
      '-1',
      '1.5',
      '1e300',
      '.5',
      "''",
      '"x"',
      '[]',
      '{}',
      '[1]',
      '{ a: 1 }',
      '2147483648',
      '9007199254740991',
      'yes',
      '0x10',
      '1h',
      '-5s',
      '64Gi',
      '&a b',
      '"\\0"',
      '"\\u202e"',
    ];
    const places = shipped.flatMap((name) => {
      const source = new SourceFile(name, (texts.get(name) as Buffer).toString());
      return readYaml(source, () => {}).flatMap((document) =>
        leaves(document.data).map((path) => ({ name, span: document.locate(path).span })),
      );
    });
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.constantFrom(...values), ({ name, span }, value) => {
        const text = (texts.get(name) as Buffer).toString();
        expectLocated(load(name, text.slice(0, span.start) + value + text.slice(span.end)));
      }),
      { numRuns: RUNS },
    );
  });
});

/** Paths of all values that hold no others. */
function leaves(data: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof data !== 'object' || data === null) return [path];
  return Object.keys(data).flatMap((key) =>
    leaves((data as Record<string, unknown>)[key], [...path, Array.isArray(data) ? Number(key) : key]),
  );
}

describe('a misspelt key', () => {
  /** Members whose own members have names that the author gave: `each` and `shared` are measures of his own making. */
  const free = new Set(['labels', 'matchLabels', 'annotations', 'data', 'each', 'shared']);
  const letters = 'abcdefghijklmnopqrstuvwxyz';

  function keys(data: unknown, path: (string | number)[] = []): (string | number)[][] {
    if (typeof data !== 'object' || data === null) return [];
    if (free.has(String(path.at(-1)))) return [];
    return Object.keys(data).flatMap((key) => {
      const inside = [...path, Array.isArray(data) ? Number(key) : key];
      // The selector of a Service, and a resource of one's own, are names given by the author too.
      const named = Array.isArray(data) || (path.at(-1) === 'selector' && !/^match/.test(key)) || key.includes('/');
      return [...(named ? [] : [inside]), ...keys((data as Record<string, unknown>)[key], inside)];
    });
  }

  /** One slip of the finger. */
  function slip(word: string, at: number, how: number, letter: string): string {
    const place = at % word.length;
    switch (how) {
      case 0:
        return word.slice(0, place) + word.slice(place + 1);
      case 1:
        return word.slice(0, place) + letter + word.slice(place);
      case 2:
        return word.slice(0, place) + letter + word.slice(place + 1);
      default:
        return word.slice(0, place) + (word[place + 1] ?? '') + (word[place] ?? '') + word.slice(place + 2);
    }
  }

  it('is told with the key that was meant, in 95 of 100 cases', () => {
    const places = ['everything/scenario.yaml', 'everything/web.yaml'].flatMap((name) => {
      const text = readFileSync(join(folder, name), 'utf8');
      return readYaml(new SourceFile(name, text), () => {}).flatMap((document) =>
        keys(document.data).map((path) => ({
          name,
          text,
          key: String(path.at(-1)),
          span: document.locate(path, 'key').span,
        })),
      );
    });
    expect(places.length).toBeGreaterThan(120);
    const slips = fc.sample(
      fc.tuple(fc.constantFrom(...places), fc.nat(20), fc.integer({ min: 0, max: 3 }), fc.constantFrom(...letters)),
      { numRuns: RUNS, seed: 20_260_101 },
    );
    let told = 0;
    let made = 0;
    const untold: string[] = [];
    for (const [{ name, text, key, span }, at, how, letter] of slips) {
      const typo = slip(key, at, how, letter);
      if (typo === key || typo === '') continue;
      const path = join(folder, name);
      writeFileSync(path, text.slice(0, span.start) + typo + text.slice(span.end));
      const outcome = attempt(() => loadScenario(join(everything, 'scenario.yaml')));
      writeFileSync(path, text);
      made++;
      const problems = 'error' in outcome ? outcome.error.problems : outcome.loaded.warnings;
      if (problems.some(({ help, span: place }) => place?.start === span.start && help === `did you mean \`${key}\`?`))
        told++;
      else untold.push(`${key} as ${typo}`);
    }
    expect(made).toBeGreaterThan(RUNS * 0.8);
    expect(told / made, untold.slice(0, 40).join(', ')).toBeGreaterThanOrEqual(0.95);
  });
});

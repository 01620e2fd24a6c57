import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { simulate } from '../src/index.ts';
import { loadScenario, scenarioFromManifests, type LoadOptions } from '../src/scenario/load-scenario.ts';
import { problemsToJson, renderProblems } from '../src/scenario/render-problem.ts';
import { attempt, inWords } from './doubles/loading-outcome.ts';
import type { ScenarioError } from '../src/scenario/scenario-error.ts';

/**
 * Whatever a file holds, reading it ends in a scenario or in located problems: never in another error, a hang or a
 * changed prototype. `fixtures/hostile/expected.json` says for every fixture which of the two, and where.
 */

const fixtures = fileURLToPath(new URL('fixtures/hostile/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'orrery-hostile-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

afterEach(() => {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

/** What a terminal would be shown holds no character that could move its cursor or hide text. */
function expectPrintable(error: ScenarioError): void {
  for (const text of [renderProblems(error.problems), renderProblems(error.problems, { most: 0 })]) {
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b\ufeff]/);
    expect(text).not.toMatch(/undefined|\[object |NaN:/);
  }
  expect(() => JSON.parse(problemsToJson(error.problems)) as unknown).not.toThrow();
}

const expected = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')) as Record<string, string>;
const names = readdirSync(fixtures)
  .filter((name) => name.endsWith('.yaml'))
  .sort();

describe('fixtures', () => {
  it('are at least 200, and each has its outcome in the table', () => {
    expect(names.length).toBeGreaterThanOrEqual(200);
    expect(Object.keys(expected).sort()).toEqual(names);
  });

  it.each(names)('%s', (name) => {
    const outcome = attempt(() => loadScenario(join(fixtures, name)));
    expect(inWords(outcome)).toBe(expected[name]);
    if ('error' in outcome) {
      expectPrintable(outcome.error);
      expect([65, 66]).toContain(outcome.error.exitCode);
      const placeless = ['no-documents', 'text-encoding', 'file-too-large'];
      for (const problem of outcome.error.problems)
        if (!placeless.includes(problem.code)) expect(problem.span, problem.message).toBeDefined();
    } else {
      // A valid scenario runs to an end of its own.
      const run = simulate(outcome.loaded.scenario);
      expect(run.fingerprint).toMatch(/^[0-9a-f]{32}$/);
    }
  });
});

describe('paths', () => {
  const scenario = (manifest: string) =>
    `apiVersion: orrery.dev/v1\nkind: Scenario\nmetadata: { name: x }\nspec: { duration: 1m, manifests: [${JSON.stringify(manifest)}] }\n`;
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
    return path;
  };
  const outcomeOf = (manifest: string) => inWords(attempt(() => loadScenario(write('paths.yaml', scenario(manifest)))));

  it('that do not exist end in exit code 66', () => {
    const outcome = attempt(() => loadScenario(join(folder, 'nowhere.yaml')));
    expect(inWords(outcome)).toBe('exit 66: file-missing -');
    write('manifests.yaml', '');
    const near = attempt(() => loadScenario(join(folder, 'manifets.yaml')));
    expect('error' in near && near.error.problems[0]?.help).toContain('manifests.yaml');
  });

  it('to pipes and devices are not opened', () => {
    execFileSync('mkfifo', [join(folder, 'pipe.yaml')]);
    expect(outcomeOf('./pipe.yaml')).toBe('exit 66: file-unreadable 4:35');
    expect(outcomeOf('/dev/zero')).toBe('exit 66: file-unreadable 4:35');
  });

  it('in circles come to an end', () => {
    symlinkSync('loop.yaml', join(folder, 'loop.yaml'));
    expect(outcomeOf('./loop.yaml')).toBe('exit 66: file-unreadable 4:35');
    expect(inWords(attempt(() => loadScenario(join(folder, 'loop.yaml'))))).toBe('exit 66: file-unreadable -');
    mkdirSync(join(folder, 'circle/inner'), { recursive: true });
    symlinkSync('..', join(folder, 'circle/inner/up'));
    write('circle/a.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n');
    expect(outcomeOf('./circle')).toBe('valid');
  });

  it('to folders mean every manifest in them', () => {
    mkdirSync(join(folder, 'empty'));
    expect(outcomeOf('./empty')).toBe('exit 66: file-missing 4:35');
    write('tree/b/c.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\n');
    write('tree/a.json', '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}');
    write('tree/.hidden.yaml', 'nonsense: [');
    write('tree/notes.txt', 'nonsense: [');
    const { scenario: read } = scenarioFromManifests([join(folder, 'tree')]);
    expect(read.manifests.map(({ metadata }) => metadata.name)).toEqual(['a', 'c']);
  });

  it.skipIf(process.getuid?.() === 0)('that may not be read say so', () => {
    const path = write('secret.yaml', 'a: 1');
    chmodSync(path, 0);
    expect(outcomeOf('./secret.yaml')).toBe('exit 66: file-unreadable 4:35');
  });

  it('may hold anything a file system takes', () => {
    write('with blank, [brackets] & "quotes".yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\n');
    expect(outcomeOf('./with blank, [brackets] & "quotes".yaml')).toBe('valid');
  });
});

describe('--set', () => {
  const path = join(folder, 'set.yaml');
  const load = (...set: string[]) => {
    writeFileSync(
      path,
      'apiVersion: orrery.dev/v1\nkind: Scenario\nmetadata: { name: x }\nspec:\n  duration: 1m\n  cluster:\n    nodes:\n      - { count: 1, capacity: { cpu: 1 } }\n',
    );
    const options: LoadOptions = { set };
    return attempt(() => loadScenario(path, options));
  };

  it('changes the scenario before it is checked', () => {
    const outcome = load(
      'spec.cluster.nodes[0].count=50',
      'cluster.nodes[1]={ name: b, count: 2, capacity: { cpu: 8 } }',
      'metadata.name=y',
      'cluster.nodes[0].labels["a.b/c"]=d',
      'seed=7',
    );
    if ('error' in outcome) throw outcome.error;
    const { scenario } = outcome.loaded;
    expect(scenario.name).toBe('y');
    expect(scenario.seed).toBe('7');
    expect(scenario.cluster.nodes.map(({ count }) => count)).toEqual([50, 2]);
    expect(scenario.cluster.nodes[0]?.labels['a.b/c']).toBe('d');
  });

  it.each([
    ['nothing', 'exit 65: bad-override 1:1'],
    ['=5', 'exit 65: bad-override 1:1'],
    ['a..b=1', 'exit 65: bad-override 1:1'],
    ['a[=1', 'exit 65: bad-override 1:1'],
    ['a[99999999999]=1', 'exit 65: bad-override 1:1'],
    ['cluster.nodes[5].count=1', 'exit 65: bad-override 1:1'],
    ['cluster.nodes.count=1', 'exit 65: bad-override 1:1'],
    ['duration.x=1', 'exit 65: bad-override 1:1'],
    ['duration=', 'exit 65: bad-duration 1:10'],
    ['duration={ a: 1', 'exit 65: bad-override 1:10'],
    ['duration=!!str 5', 'exit 65: bad-override 1:10'],
    ['duration=--- a', 'exit 65: bad-duration 1:10'],
    ['duration=[1]--- b', 'exit 65: bad-override 1:10'],
    ['cluster.nodes[0].count=many', 'exit 65: wrong-type 1:24'],
    ['cluster.nodes[0].cuont=5', 'exit 65: unknown-field 1:1'],
    ['__proto__.polluted=true', 'exit 65: bad-override 1:1'],
    ['a.__proto__.polluted=true', 'exit 65: bad-override 1:1'],
    ['cluster["__proto__"].polluted=true', 'exit 65: bad-override 1:1'],
    ['constructor.prototype.polluted=true', 'exit 65: bad-override 1:1'],
    ['cluster={ __proto__: { polluted: true } }', 'exit 65: bad-override 1:9'],
  ])('%s', (set, outcome) => {
    const found = load(set);
    expect(inWords(found)).toBe(outcome);
    if ('error' in found) {
      expectPrintable(found.error);
      expect(found.error.problems[0]?.source.name).toBe('--set');
    }
  });
});

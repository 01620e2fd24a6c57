import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadScenario } from '../src/scenario/load-scenario.ts';
import { attempt, inWords } from './doubles/loading-outcome.ts';

/** Texts as large as are read at all, made to be awkward. Every day they are a tenth of that. */

const scale = process.env['ORRERY_LONG'] === undefined ? 0.1 : 1;
const folder = mkdtempSync(join(tmpdir(), 'orrery-large-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('large input', () => {
  const bytes = 9_900_000 * scale;
  const scenario = 'apiVersion: orrery.dev/v1\nkind: Scenario\nmetadata: { name: large }\nspec: { duration: 1m }\n';
  const lines = (count: number, line: (index: number) => string) =>
    Array.from({ length: count }, (_, i) => line(i)).join('\n');
  const cases: [string, () => string, string][] = [
    ['a million empty lines', () => scenario + '\n'.repeat(1e6 * scale), 'valid'],
    ['a million comment lines', () => '# x\n'.repeat(1e6 * scale) + scenario, 'valid'],
    ['a line of 10 MB', () => scenario + 'x: ' + 'y'.repeat(bytes), 'exit 65: unknown-field 5:1'],
    ['a quote that never closes', () => scenario + 'x: "' + 'y'.repeat(bytes), 'exit 65: yaml-syntax 5:4'],
    ['a text block of 10 MB', () => scenario + 'x: |\n' + '  line\n'.repeat(1e6 * scale), 'exit 65: unknown-field 5:1'],
    ['100,000 keys in one map', () => lines(1e5 * scale, (i) => `k${i}: 1`), 'exit 65: required 1:1, required 1:1'],
    [
      '100,000 times the same key',
      () => 'a: 1\n'.repeat(1e5 * scale),
      'exit 65: duplicate-key 2:1, duplicate-key 3:1, duplicate-key 4:1',
    ],
    ['a million entries in brackets', () => '[' + '1,'.repeat(1e6) + ']', 'exit 65: too-many-nodes 1:2000000'],
    ['open brackets', () => '['.repeat(bytes), 'exit 65: too-deep 1:65'],
    ['open braces', () => '{a: '.repeat(bytes / 4), 'exit 65: too-deep 1:257'],
    ['dashes', () => '- '.repeat(bytes / 2), 'exit 65: too-deep 1:129'],
    ['commas', () => '[' + ','.repeat(bytes), 'exit 65: yaml-syntax 1:2'],
    ['colons', () => ':'.repeat(bytes), 'exit 65: required 1:1'],
    ['tabs', () => '\t'.repeat(bytes), 'exit 65: no-documents -'],
    ['hashes', () => '#'.repeat(bytes), 'exit 65: no-documents -'],
    ['quotes', () => '"'.repeat(bytes), 'exit 65: yaml-syntax 1:3'],
    ['exclamation marks', () => 'a: ' + '! '.repeat(bytes / 2), 'exit 65: yaml-tag 1:4, yaml-tag 1:6, yaml-tag 1:8'],
    ['ampersands', () => 'a: ' + '&x '.repeat(bytes / 3), 'exit 65: yaml-syntax 1:7'],
    ['empty lines inside a bracket', () => 'a: [' + '\n'.repeat(bytes) + ' ]', 'exit 65: required 1:1, required 1:1'],
    ['document markers', () => '---\n'.repeat(bytes / 4), 'exit 65: no-documents -'],
    ['document ends', () => '...\n'.repeat(bytes / 4), 'exit 65: no-documents -'],
    ['300,000 documents', () => '--- 1\n'.repeat(3e5), 'exit 65: too-many-documents 200001:1'],
    ['a hundred thousand anchors', () => lines(1e5 * scale, (i) => `- &a${i} x`), 'exit 65: wrong-type 1:1'],
    ['aliases of one value', () => '- &a x\n' + '- *a\n'.repeat(4e5 * scale), 'exit 65: wrong-type 1:1'],
    [
      'merges of merges',
      () => 'a0: &a0 { x: 1 }\n' + lines(3_000, (i) => `a${i + 1}: &a${i + 1} { <<: *a${i}, y${i}: 1 }`),
      'exit 65: too-many-nodes',
    ],
    ['more than 10 MB', () => scenario + '#'.repeat(10_000_000), 'exit 65: file-too-large -'],
    [
      '10,000 pods',
      () =>
        lines(
          10_000 * scale,
          (i) =>
            `---\napiVersion: v1\nkind: Pod\nmetadata: { name: p${i} }\nspec:\n  containers:\n    - { name: a, image: b }`,
        ),
      'valid',
    ],
    [
      '10,000 broken pods',
      () =>
        lines(
          10_000 * scale,
          (i) =>
            `---\napiVersion: v1\nkind: Pod\nmetadata: { name: p${i} }\nspec:\n  containers:\n    - { name: a, imag: b }`,
        ),
      'exit 65: required 7:7, unknown-field 7:18, required 14:7',
    ],
  ];
  it.each(cases)('%s', (name, make, outcome) => {
    const path = join(folder, `${name.replace(/\W+/g, '-')}.yaml`);
    writeFileSync(path, make());
    expect(inWords(attempt(() => loadScenario(path))).slice(0, outcome.length)).toBe(outcome);
    rmSync(path);
  });

  it('a snapshot of 20 MB in JSON', () => {
    const items = Array.from({ length: 10_000 * scale }, (_, i) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `p${i}`,
        namespace: 'default',
        uid: `u${i}`,
        resourceVersion: String(i + 1),
        annotations: { filler: 'x'.repeat(1_700) },
      },
      spec: { containers: [{ name: 'a', image: 'b' }] },
      status: { phase: 'Pending' },
    }));
    const path = join(folder, 'snapshot.json');
    writeFileSync(path, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    const { scenario } = loadScenario(path);
    expect(scenario.initial.filter(({ kind }) => kind === 'Pod')).toHaveLength(10_000 * scale);
    rmSync(path);
  });
});

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { checkLine } from '../tools/conformance-scheduler/check.ts';
import { differences } from '../tools/conformance-scheduler/compare.ts';
import { recordedLines, recordingFiles, type RecordedLine } from '../tools/conformance-scheduler/recordings.ts';

/** Decisions of the real kube-scheduler v1.36.3: a few of every family here, all of them in the folder of recordings. */
const selection = fileURLToPath(new URL('fixtures/kube-scheduler/selection.jsonl', import.meta.url));
const selected = [...recordedLines(selection)];
const recordings = join(process.env['ORRERY_DATA'] ?? '', 'kube-scheduler');
const hasRecordings = process.env['ORRERY_DATA'] !== undefined && existsSync(recordings);

function idOf(line: RecordedLine): string {
  const { id, shape } = line.value as { id: string; shape: string };
  return `${id} ${shape}`;
}

describe('the scheduler decides as kube-scheduler did', () => {
  test.each(selected.map((line) => [idOf(line), line] as const))('%s', (_id, line) => {
    expect(checkLine(line, 'plain').differences).toEqual([]);
    expect(checkLine(line, 'columns').differences).toEqual([]);
  });

  test('the selection has cases of every family', () => {
    const families = new Set(selected.map((line) => (line.value as { family: string }).family));
    expect(families.size).toBe(18);
  });
});

describe.skipIf(!hasRecordings)('every recording (set ORRERY_DATA)', () => {
  const long = process.env['ORRERY_LONG'] !== undefined;
  const files = hasRecordings ? recordingFiles([recordings]) : [];

  // Without ORRERY_LONG every twentieth case of a file, so that the suite stays short.
  test.each(files.map((file) => [file.slice(recordings.length + 1), file] as const))('%s', (_name, file) => {
    const lines = [...recordedLines(file)].filter((_, i) => long || i % 20 === 3);
    expect(lines.length).toBeGreaterThan(0);
    for (const form of long ? (['plain', 'columns'] as const) : (['columns'] as const)) {
      for (const line of lines) {
        const checked = checkLine(line, form);
        expect({ title: checked.title, differences: checked.differences }).toEqual({
          title: checked.title,
          differences: [],
        });
      }
    }
  });
});

describe('the runner', () => {
  const firstOf = (family: string): Record<string, unknown> =>
    selected.find((line) => (line.value as { family: string }).family === family)!.value as Record<string, unknown>;
  const asked = (value: unknown): readonly string[] =>
    checkLine({ file: 'f', line: 1, value, problem: undefined }, 'plain').differences;

  /** Every leaf of a value, as a path. */
  function leaves(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
    if (typeof value !== 'object' || value === null) return [path];
    return Object.entries(value).flatMap(([name, inner]) => leaves(inner, [...path, name]));
  }

  function changed(value: unknown, path: readonly (string | number)[]): unknown {
    const [first, ...rest] = path;
    if (first === undefined) return typeof value === 'number' ? value + 1 : `${String(value)}!`;
    const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<
      string,
      unknown
    >;
    copy[first] = changed(copy[first], rest);
    return copy;
  }

  test.each(['mixed', 'preemption', 'node-affinity'])('notices a change of any member of an answer: %s', (family) => {
    const recorded = firstOf(family);
    const answer = recorded['expect'];
    const paths = leaves(answer);
    expect(paths.length).toBeGreaterThan(50);
    // Comparing is what is tried here: the answer is asked for once.
    for (const path of paths) expect(differences(changed(answer, path), answer).length).toBeGreaterThan(0);
    for (const path of paths.filter((_, i) => i % 40 === 0)) {
      expect(asked({ ...recorded, expect: changed(answer, path) }).length).toBeGreaterThan(0);
    }
    expect(asked({ ...recorded, expect: { ...(answer as object), surprise: 1 } })).toEqual([
      'surprise: recorded 1\n          ours     (absent)',
    ]);
  });

  test('notices another order of candidates', () => {
    const two = { candidates: { a: 1, b: 2 } };
    expect(differences(two, { candidates: { b: 2, a: 1 } }).map(({ path }) => path)).toEqual(['candidates (order)']);
  });

  test('notices a change in a sequence and in a queue history', () => {
    const sequence = firstOf('sequence');
    expect(asked({ ...sequence, hash: 'x' })).toHaveLength(1);
    const queue = firstOf('queue');
    const after = [...(queue['after'] as object[])];
    after[3] = { ...after[3], active: ['nobody'] };
    expect(asked({ ...queue, after })).toHaveLength(1);
  });

  test('a cluster that differs makes a decision that differs', () => {
    const recorded = firstOf('fit');
    const nodes = (recorded['nodes'] as { status: object }[]).map((node) => ({ ...node, status: { allocatable: {} } }));
    expect(asked({ ...recorded, nodes }).length).toBeGreaterThan(0);
  });

  test.each<[string, unknown, RegExp]>([
    ['no object', 7, /expected an object, found 7/],
    ['an unknown member', { ...firstOf('fit'), resourceClaims: [] }, /unknown members: resourceClaims/],
    ['no answer', { ...firstOf('fit'), expect: undefined }, /expect: expected an object/],
    ['a pod without a name', { ...firstOf('fit'), pod: { spec: {} } }, /pod: metadata/],
    ['nodes that are no list', { ...firstOf('fit'), nodes: {} }, /nodes: expected a list/],
    [
      'a bad quantity',
      { ...firstOf('fit'), nodes: [{ metadata: { name: 'n' }, status: { allocatable: { cpu: 'x' } } }] },
      /quantity/,
    ],
    ['a configuration that is refused', { ...firstOf('fit'), configuration: { kind: 'X' } }, /configuration: /],
    [
      'an unknown profile',
      { ...firstOf('fit'), pod: { metadata: { name: 'p' }, spec: { schedulerName: 'x', containers: [] } } },
      /no profile for scheduler name "x"/,
    ],
    ['an unknown operation', { operations: [{ at: 1, explode: true }], after: [] }, /unknown operation explode/],
    [
      'a failure of a pod that does not fly',
      { operations: [{ at: 1, fail: { pod: 'p' } }], after: [] },
      /not in flight/,
    ],
    ['an unknown template', { nodes: [], arrivals: [{ pod: 'p', template: 't' }] }, /no template t/],
  ])('says what is wrong with a line: %s', (_what, value, message) => {
    const found = asked(value);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^could not be asked: /);
    expect(found[0]).toMatch(message);
  });

  test('a line that is no JSON is a difference of its own', () => {
    const checked = checkLine({ file: 'f', line: 3, value: undefined, problem: 'no JSON' }, 'plain');
    expect(checked).toEqual({ family: 'f', title: 'f (f line 3)', differences: ['could not be asked: no JSON'] });
  });

  test('a folder stands for its recordings, without the selection that repeats them', () => {
    const folder = fileURLToPath(new URL('fixtures/kube-scheduler', import.meta.url));
    expect(recordingFiles([folder])).toEqual([]);
    expect(recordingFiles([selection])).toEqual([selection]);
    expect(() => recordingFiles(['/no/such/place'])).toThrow('/no/such/place: no such file or folder');
  });
});

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FolderResults } from './result-store.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'orrery-results-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('leaves nothing of who was killed while it wrote, once the result is there', () => {
  new FolderResults<number>(folder).put('b', 2);
  for (const name of ['.a.1.tmp', '.a.22.tmp', '.b.1.tmp', '.c.1.tmp']) writeFileSync(join(folder, name), '');
  const results = new FolderResults<number>(folder);
  expect(results.get('a')).toBeUndefined();
  results.put('a', 1);
  expect(results.get('b')).toBe(2);
  // Nobody has c yet: whoever writes it may be at work.
  expect(readdirSync(folder).sort()).toEqual(['.c.1.tmp', 'a.json', 'b.json']);
});

it('gives what was put, to every process, and nothing of a file that is no result', () => {
  new FolderResults<object>(folder).put('a', { figure: 0.1 });
  writeFileSync(join(folder, 'damaged.json'), '{"fig');
  const results = new FolderResults<object>(folder);
  expect(results.get('a')).toEqual({ figure: 0.1 });
  expect(results.get('damaged')).toBeUndefined();
});

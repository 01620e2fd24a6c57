import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorsPage } from './errors-page.ts';
import { PROBLEM_CODES } from './problem-codes.ts';

const root = new URL('../../', import.meta.url);

/** Codes written out in the sources of a folder. */
function codesIn(folder: string): string[] {
  return readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .flatMap((name) => {
      const text = readFileSync(new URL(`${folder}/${name}`, root), 'utf8');
      const named = [...text.matchAll(/\bcode: '([a-z-]+)'/g)];
      const refused = [...text.matchAll(/(?:YamlRefusal|JsonRefusal|refuse)\(\s*'([a-z-]+)'/g)];
      // `custom` is zod's word.
      return [...named, ...refused].map(([, code]) => code as string).filter((code) => code !== 'custom');
    });
}

describe('problem codes', () => {
  it('are all in the table', () => {
    const used = new Set(['src/scenario', 'src/sim/api', 'src/policies/scheduling/configuration'].flatMap(codesIn));
    expect(used.size).toBeGreaterThan(30);
    expect([...used].filter((code) => !Object.hasOwn(PROBLEM_CODES, code))).toEqual([]);
  });

  it('are words', () => {
    for (const code of Object.keys(PROBLEM_CODES)) expect(code).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
  });

  it('are documented as in the table (UPDATE_DOCS=1 rewrites the page)', () => {
    const page = new URL('docs/errors.md', root);
    if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(page, errorsPage());
    expect(readFileSync(page, 'utf8')).toBe(errorsPage());
  });
});

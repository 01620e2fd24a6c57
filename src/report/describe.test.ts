import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { describeTables } from './describe.ts';
import { TABLES } from './tables.ts';

const page = new URL('../../docs/reports.md', import.meta.url);

it('docs/reports.md says what is written (UPDATE_DOCS=1 rewrites it)', () => {
  const text = describeTables(TABLES);
  if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(page, text);
  expect(readFileSync(page, 'utf8')).toBe(text);
});

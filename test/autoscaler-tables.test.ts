import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { casesIn, TABLES } from '../tools/conformance-control-plane/autoscaler-tables.ts';

const folder = join(process.env['ORRERY_DATA'] ?? '../shared/data', 'control-plane', 'hpa');

/** Without the recordings (ORRERY_DATA) there is nothing to hold the functions against. */
describe.skipIf(!existsSync(folder))('recorded calls of the horizontal pod autoscaler', () => {
  it.each(Object.keys(TABLES))('%s: every case is the recorded one', (name) => {
    const cases = casesIn(join(folder, name));
    expect(cases.length).toBeGreaterThan(0);
    for (const one of cases) expect({ in: one.in, out: TABLES[name]!(one.in as never) }).toEqual(one);
  });
});

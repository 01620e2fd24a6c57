import { describe, expect, it } from 'vitest';
import { measureCase } from '../bench/measure.ts';
import { SUITES } from '../bench/suites.ts';

/**
 * Benchmarks at small sizes. What they compute is fixed here, so that no optimisation changes meaning unseen; that
 * variants of a case agree is checked while they run.
 */
describe.each(SUITES.map((suite) => [suite.name, suite] as const))('the %s benchmark', (_, suite) => {
  it('comes to the same results as ever', () => {
    const rows = suite.cases('small').flatMap((subject) => measureCase(suite, subject));
    expect(rows.map((row) => `${row.case} | ${row.variant} | ${row.hash}`)).toMatchSnapshot();
    for (const row of rows) expect(row.nanosPerOperation).toBeGreaterThanOrEqual(0);
  });
});

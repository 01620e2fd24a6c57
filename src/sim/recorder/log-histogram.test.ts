import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogHistogram } from './log-histogram.ts';

function of(values: readonly number[]): LogHistogram {
  const histogram = new LogHistogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

describe('a histogram by powers of two', () => {
  it('knows nothing of nothing', () => {
    const histogram = new LogHistogram();
    expect([histogram.count, histogram.max, histogram.quantile(50)]).toEqual([0, 0, undefined]);
  });

  it('has quantiles within 1/64 of the nearest-rank ones, and the largest value as it is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(2_147_483_647), { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 1, max: 100 }),
        (values, percent) => {
          const sorted = [...values].sort((a, b) => a - b);
          const exact = sorted[Math.ceil((percent * sorted.length) / 100) - 1]!;
          const histogram = of(values);
          expect(Math.abs(histogram.quantile(percent)! - exact)).toBeLessThanOrEqual(exact / 64);
          expect(histogram.max).toBe(sorted.at(-1));
        },
      ),
    );
  });

  it('puts what is beyond its range into the last bucket', () => {
    const histogram = of([10_000_000_000]);
    expect(histogram.count).toBe(1);
    expect(histogram.max).toBe(10_000_000_000);
    expect(histogram.quantile(99)).toBeGreaterThan(2_000_000_000);
  });

  it('merged, is what it would have been with the values of both', () => {
    const values = fc.array(fc.nat(100_000_000), { maxLength: 50 });
    fc.assert(
      fc.property(values, values, (left, right) => {
        const merged = of(left);
        merged.merge(of(right));
        const both = of([...left, ...right]);
        for (const percent of [1, 50, 90, 99, 100]) expect(merged.quantile(percent)).toBe(both.quantile(percent));
        expect([merged.count, merged.max]).toEqual([both.count, both.max]);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

describe('TokenBucket', () => {
  it('lets the burst pass at once and the rest at the rate', () => {
    const bucket = new TokenBucket({ qps: 20, burst: 30 });
    const times = Array.from({ length: 32 }, () => bucket.take(0));
    expect(times.slice(0, 30)).toEqual(Array.from({ length: 30 }, () => 0));
    expect(times.slice(30)).toEqual([50_000, 100_000]);
  });

  it('500 requests at 20/s with a burst of 30 take 23.5 s (sheet 2.7)', () => {
    const bucket = new TokenBucket({ qps: 20, burst: 30 });
    let last = 0;
    for (let i = 0; i < 500; i++) last = bucket.take(0);
    expect(last).toBe(23_500_000);
  });

  it('never lets more than burst + qps * T pass in a window of length T (I12), in order', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 5, 20, 50, 400),
        fc.integer({ min: 1, max: 100 }),
        fc.array(fc.integer({ min: 0, max: 400_000 }), { minLength: 1, maxLength: 200 }),
        (qps, burst, gaps) => {
          const bucket = new TokenBucket({ qps, burst });
          let now = 0;
          const left: number[] = [];
          for (const gap of gaps) left.push(bucket.take((now += gap)));
          for (let i = 0; i < left.length; i++) {
            if (i > 0) expect(left[i]!).toBeGreaterThanOrEqual(left[i - 1]!);
            for (let j = i; j < left.length; j++) {
              const seconds = (left[j]! - left[i]!) / 1_000_000;
              expect(j - i + 1).toBeLessThanOrEqual(burst + qps * seconds + 1e-6);
            }
          }
        },
      ),
    );
  });
});

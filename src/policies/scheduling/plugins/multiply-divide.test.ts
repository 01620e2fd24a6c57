import fc from 'fast-check';
import { expect, test } from 'vitest';
import { multiplyDivide, roundHalfAway } from './multiply-divide.ts';

const INT64 = { min: -(2n ** 62n), max: 2n ** 62n };

test('multiplyDivide is int64 arithmetic, truncated toward zero, wrapping as Go wraps', () => {
  const double = fc.bigInt(INT64).map(Number);
  const small = fc.integer({ min: -1000, max: 1000 });
  const divisor = fc.oneof(double, small).filter((value) => value !== 0);
  fc.assert(
    fc.property(fc.oneof(double, fc.maxSafeInteger(), small), small, divisor, (a, b, c) => {
      const exact = BigInt.asIntN(64, BigInt(a) * BigInt(b)) / BigInt(c);
      // Equal as numbers: -0 is 0.
      expect(multiplyDivide(a, b, c) === Number(exact)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test('multiplyDivide is exact next to a whole quotient', () => {
  expect(multiplyDivide(90071992547409, 100, 90071992547410)).toBe(99);
  expect(multiplyDivide(56294995342131199, 100, 56294995342131200)).toBe(100);
  expect(multiplyDivide(-7, 1, 2)).toBe(-3);
});

test('roundHalfAway rounds halves away from zero and nothing else', () => {
  const rounded = [0.5, 1.5, 2.5, -0.5, -1.5, 0.49999999999999994, -0.49999999999999994, 3, 1e300].map(roundHalfAway);
  expect(rounded.map((value) => value + 0)).toEqual([1, 2, 3, -1, -2, 0, 0, 3, 1e300]);
});

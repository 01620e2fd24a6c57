import fc from 'fast-check';
import { expect, test } from 'vitest';
import { numFeasibleNodesToFind } from './num-feasible-nodes.ts';

test.each([
  [99, 99, 99, 99, 99],
  [100, 100, 100, 100, 100],
  [250, 120, 125, 250, 100],
  [500, 230, 250, 500, 100],
  [1000, 420, 500, 1000, 100],
  [3000, 780, 1500, 3000, 100],
  [5000, 500, 2500, 5000, 100],
  [5625, 281, 2812, 5625, 100],
  [15000, 750, 7500, 15000, 150],
])('of %d nodes: adaptive %d, at 50 %% %d, at 100 %% %d, at 1 %% %d (sheet 4.3)', (n, adaptive, half, all, one) => {
  expect([0, 50, 100, 1].map((percentage) => numFeasibleNodesToFind(n, percentage))).toEqual([
    adaptive,
    half,
    all,
    one,
  ]);
});

test('never fewer than 100 where there are as many, never more than there are, at least 5 % when adaptive', () => {
  fc.assert(
    fc.property(fc.nat({ max: 200_000 }), fc.integer({ min: 0, max: 100 }), (n, percentage) => {
      const found = numFeasibleNodesToFind(n, percentage);
      expect(found).toBeLessThanOrEqual(n);
      expect(found).toBeGreaterThanOrEqual(Math.min(n, 100));
      if (percentage === 0) expect(found).toBeGreaterThanOrEqual(Math.min(n, Math.floor(n / 20)));
    }),
  );
});

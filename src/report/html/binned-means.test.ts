import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BINS, BinnedMeans } from './binned-means.ts';

it('means are what was there, weighted by how long', () => {
  const bins = new BinnedMeans();
  bins.add('a', 500_000, 2_000_000, 4);
  bins.add('a', 1_000_000, 1_250_000, 8);
  expect(bins.means('a', 3_000_000)).toEqual([2, 6, 0]);
  expect(bins.means('a', 2_500_000)).toEqual([2, 6, 0]);
  expect(bins.means('b', 2_000_000)).toEqual([0, 0]);
});

it('the last bin counts only what was run', () => {
  const bins = new BinnedMeans();
  bins.add('a', 0, 1_250_000, 4);
  expect(bins.means('a', 1_250_000)).toEqual([4, 4]);
});

it('nothing is lost when bins become longer, in whatever order things end', () => {
  const stretch = fc.tuple(fc.nat(1_000_000_000), fc.nat(1_000_000_000), fc.integer({ min: 1, max: 64 }));
  fc.assert(
    fc.property(fc.array(stretch, { minLength: 1, maxLength: 30 }), (stretches) => {
      const bins = new BinnedMeans();
      let total = 0;
      for (const [from, length, amount] of stretches) {
        bins.add('a', from, from + length, amount);
        total += length * amount;
      }
      const means = bins.means('a', BINS * bins.binMicros);
      const sum = means.reduce((all, mean) => all + mean, 0) * bins.binMicros;
      expect(Math.abs(sum - total)).toBeLessThanOrEqual(total * 1e-4 + 1);
    }),
  );
});

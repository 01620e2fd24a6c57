import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssertionError } from './assert.ts';
import { Fingerprint } from './fingerprint.ts';
import { floorOf, LARGEST_SAMPLE, sampler, type Distribution } from './samplers.ts';
import { Stream } from './streams.ts';

const stream = (name: string) => new Stream('samplers', name, 0, new Fingerprint());
const draw = (distribution: Distribution, count: number): number[] => {
  const sample = sampler(distribution);
  const source = stream(JSON.stringify(distribution));
  return Array.from({ length: count }, () => sample(source));
};

/** The standard normal distribution function by its Taylor series around 0; good to 1e-12 for |x| < 6. */
function normalCdf(x: number): number {
  let term = x;
  let sum = x;
  for (let k = 1; k < 200; k++) {
    term *= -(x * x) / (2 * k);
    sum += term / (2 * k + 1);
  }
  return 0.5 + sum / Math.sqrt(2 * Math.PI);
}

function lognormalCdf(mean: number, cv: number): (x: number) => number {
  const variance = Math.log(1 + cv * cv);
  return (x) => (x <= 0 ? 0 : normalCdf((Math.log(x) - Math.log(mean) + variance / 2) / Math.sqrt(variance)));
}

const SECOND = 1_000_000;

const cases: { distribution: Distribution; cdf: (x: number) => number; mean: number; deviation: number }[] = [
  {
    distribution: { kind: 'uniform', min: 60 * SECOND, max: 540 * SECOND },
    cdf: (x) => (x - 60 * SECOND) / (480 * SECOND),
    mean: 300 * SECOND,
    deviation: (480 * SECOND) / Math.sqrt(12),
  },
  {
    distribution: { kind: 'exponential', mean: 5 * SECOND },
    cdf: (x) => 1 - Math.exp(-x / (5 * SECOND)),
    mean: 5 * SECOND,
    deviation: 5 * SECOND,
  },
  ...[0.1, 0.5, 2].map((cv) => ({
    distribution: { kind: 'lognormal', mean: 4 * SECOND, cv } as const,
    cdf: lognormalCdf(4 * SECOND, cv),
    mean: 4 * SECOND,
    deviation: 4 * SECOND * cv,
  })),
  {
    distribution: { kind: 'weibull', shape: 0.5, scale: SECOND },
    cdf: (x) => 1 - Math.exp(-Math.sqrt(x / SECOND)),
    mean: 2 * SECOND,
    deviation: Math.sqrt(20) * SECOND,
  },
  {
    distribution: { kind: 'weibull', shape: 2, scale: SECOND },
    cdf: (x) => 1 - Math.exp(-((x / SECOND) ** 2)),
    mean: (Math.sqrt(Math.PI) / 2) * SECOND,
    deviation: Math.sqrt(1 - Math.PI / 4) * SECOND,
  },
  {
    distribution: { kind: 'pareto', shape: 3, minimum: SECOND },
    cdf: (x) => (x < SECOND ? 0 : 1 - (SECOND / x) ** 3),
    mean: 1.5 * SECOND,
    deviation: Math.sqrt(0.75) * SECOND,
  },
];

const distributions: fc.Arbitrary<Distribution> = fc.oneof(
  fc.record({ kind: fc.constant('constant' as const), value: fc.nat() }),
  fc.tuple(fc.nat(), fc.nat()).map(([min, width]) => ({ kind: 'uniform' as const, min, max: min + width })),
  fc.record({ kind: fc.constant('exponential' as const), mean: fc.nat() }),
  fc.record({
    kind: fc.constant('lognormal' as const),
    mean: fc.nat(),
    cv: fc.double({ min: 0, max: 10, noNaN: true }),
  }),
  fc.record({
    kind: fc.constant('weibull' as const),
    shape: fc.double({ min: 0.1, max: 10, noNaN: true }),
    scale: fc.nat(),
  }),
  fc.record({
    kind: fc.constant('pareto' as const),
    shape: fc.double({ min: 0.1, max: 10, noNaN: true }),
    minimum: fc.nat(),
  }),
  fc.record({ kind: fc.constant('empirical' as const), values: fc.array(fc.nat(), { minLength: 1 }) }),
);

/** A number as a stream can draw it. */
const drawn = fc.integer({ min: 0, max: 2 ** 32 - 1 }).map((word) => word / 2 ** 32);

describe('samplers', () => {
  it.each(cases)('$distribution has its distribution function (Kolmogorov-Smirnov)', ({ distribution, cdf }) => {
    const count = 20_000;
    const sorted = draw(distribution, count).sort((left, right) => left - right);
    const distance = sorted.reduce((worst, value, i) => {
      const p = cdf(value);
      return Math.max(worst, p - i / count, (i + 1) / count - p);
    }, 0);
    // Exceeded with a probability of 0.001.
    expect(distance * Math.sqrt(count)).toBeLessThan(1.95);
  });

  it.each(cases)('$distribution has its mean', ({ distribution, mean, deviation }) => {
    const count = 20_000;
    const sum = draw(distribution, count).reduce((total, value) => total + value, 0);
    expect(Math.abs(sum / count - mean) / (deviation / Math.sqrt(count))).toBeLessThan(4);
  });

  it('draws the values of an empirical distribution equally often', () => {
    const counts = new Map<number, number>();
    for (const value of draw({ kind: 'empirical', values: [30, 10, 20, 10] }, 40_000)) {
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    expect(new Set(counts.keys())).toEqual(new Set([10, 20, 30]));
    const score = (value: number, p: number) => (counts.get(value)! - 40_000 * p) / Math.sqrt(40_000 * p * (1 - p));
    expect(Math.abs(score(10, 0.5))).toBeLessThan(4);
    expect(Math.abs(score(20, 0.25))).toBeLessThan(4);
  });

  it('draws one number a sample, and none for a constant', () => {
    fc.assert(
      fc.property(distributions, (distribution) => {
        const source = stream('count');
        sampler(distribution)(source);
        expect(source.draws).toBe(distribution.kind === 'constant' ? 0 : 1);
      }),
    );
  });

  it('gives whole numbers between the floor and the largest sample, and no smaller one for a larger number', () => {
    fc.assert(
      fc.property(distributions, drawn, drawn, (distribution, one, other) => {
        const sample = sampler(distribution);
        const low = sample({ next: () => Math.min(one, other) });
        const high = sample({ next: () => Math.max(one, other) });
        for (const value of [low, high]) {
          expect(Number.isSafeInteger(value)).toBe(true);
          expect(value).toBeGreaterThanOrEqual(floorOf(distribution));
          expect(value).toBeLessThanOrEqual(LARGEST_SAMPLE);
        }
        expect(low).toBeLessThanOrEqual(high);
      }),
      { numRuns: 2_000 },
    );
  });

  it('keeps to its range at the ends of what a stream can draw', () => {
    const ends = (distribution: Distribution) =>
      [0, 1 - 2 ** -32].map((number) => sampler(distribution)({ next: () => number }));
    expect(ends({ kind: 'uniform', min: 10, max: 20 })).toEqual([10, 20]);
    expect(ends({ kind: 'exponential', mean: SECOND })).toEqual([0, 22_180_710]);
    expect(ends({ kind: 'pareto', shape: 0.1, minimum: SECOND })).toEqual([SECOND, LARGEST_SAMPLE]);
    expect(ends({ kind: 'weibull', shape: 1, scale: SECOND })).toEqual([0, 22_180_710]);
    expect(ends({ kind: 'lognormal', mean: SECOND, cv: 0 })).toEqual([SECOND, SECOND]);
    expect(ends({ kind: 'empirical', values: [3, 1, 2] })).toEqual([1, 3]);
  });

  it('gives the same samples everywhere', () => {
    const golden: [Distribution, number[]][] = [
      [{ kind: 'uniform', min: 1000000, max: 9000000 }, [7534662, 2261912, 8492076, 2491290]],
      [{ kind: 'exponential', mean: 1000000 }, [372186, 1025745, 2938943, 2427031]],
      [{ kind: 'lognormal', mean: 1000000, cv: 0.5 }, [692060, 704510, 1182479, 1270607]],
      [{ kind: 'weibull', shape: 1.5, scale: 1000000 }, [959938, 704314, 725160, 869392]],
      [{ kind: 'pareto', shape: 2.5, minimum: 1000000 }, [1240224, 1052252, 1100123, 1582539]],
      [{ kind: 'empirical', values: [5, 1, 4, 2, 3] }, [1, 3, 4, 4]],
    ];
    for (const [distribution, values] of golden) expect(draw(distribution, 4)).toEqual(values);
  });

  it.each<[Distribution, string]>([
    [{ kind: 'constant', value: -1 }, 'constant value'],
    [{ kind: 'constant', value: NaN }, 'constant value'],
    [{ kind: 'constant', value: Infinity }, 'constant value'],
    [{ kind: 'uniform', min: 2, max: 1 }, 'uniform max - min'],
    [{ kind: 'uniform', min: -2, max: 1 }, 'uniform min'],
    [{ kind: 'uniform', min: 0, max: Infinity }, 'uniform max'],
    [{ kind: 'exponential', mean: -1 }, 'exponential mean'],
    [{ kind: 'lognormal', mean: 1, cv: -1 }, 'lognormal cv'],
    [{ kind: 'weibull', shape: 0, scale: 1 }, 'weibull shape'],
    [{ kind: 'pareto', shape: 0, minimum: 1 }, 'pareto shape'],
    [{ kind: 'pareto', shape: 1, minimum: NaN }, 'pareto minimum'],
    [{ kind: 'empirical', values: [] }, 'needs values'],
    [{ kind: 'empirical', values: [1, -1] }, 'empirical value'],
  ])('refuses %j', (distribution, reason) => {
    expect(() => sampler(distribution)).toThrow(AssertionError);
    expect(() => sampler(distribution)).toThrow(reason);
  });
});

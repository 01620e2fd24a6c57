import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exp, ln, power } from './dmath.ts';
import { normalQuantile } from './normal-quantile.ts';

const relative = (value: number, reference: number): number => Math.abs(value / reference - 1);
const bits = (values: readonly number[]): string => Buffer.from(Float64Array.from(values).buffer).toString('hex');

describe('our mathematics', () => {
  it('agrees with the platform’s, which need not be the same everywhere, to a few units in the last place', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (x) => {
        expect(Math.abs(ln(x) - Math.log(x))).toBeLessThanOrEqual(4e-16 * Math.abs(Math.log(x)));
      }),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => {
        expect(relative(exp(x), Math.exp(x))).toBeLessThan(1e-15);
      }),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(
        fc.double({ min: 1e-10, max: 1e10, noNaN: true }),
        fc.double({ min: -10, max: 10, noNaN: true }),
        (base, exponent) => {
          expect(relative(power(base, exponent), base ** exponent)).toBeLessThan(1e-13);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('knows the borders', () => {
    expect([ln(1), ln(0), exp(0), exp(-Infinity), exp(Infinity)]).toEqual([0, -Infinity, 1, 0, Infinity]);
    expect([power(0, 0), power(0, 2), power(0, -2), power(1, Infinity), power(Infinity, -1)]).toEqual([
      1,
      0,
      Infinity,
      1,
      0,
    ]);
    expect(power(0.3, 1)).toBe(0.3);
  });

  it('has the same bits everywhere', () => {
    const arguments_ = [1e-9, 0.1, 0.5, 1.5, Math.PI, 1e6, 1e300];
    expect(bits(arguments_.map(ln))).toBe(
      'b8ff2bf327b934c01555b5bbb16b02c0ef39fafe422ee6bf4c98bfec23f3d93fbda1e748d050f23fa0ff8f998aa12b40b57ff84734968540',
    );
    expect(bits([-700, -3.3, -0.1, 1e-9, 0.7, 2, 709].map(exp))).toBe(
      '7f30b90f2b4fd10085be85bb59e2a23f3a2bd5996df4ec3f30b844000000f03f878926612a1c0040aeddd4b8648e1d409bdce52b2d42dd7f',
    );
    expect(bits([1e-30, 1e-5, 0.03, 0.3, 0.5, 0.9, 0.99999].map(normalQuantile))).toBe(
      'c9cddaa494ed26c0daa343883f0f11c04091d809bb17febffac58295e3c7e0bf0000000000000000346de2363c81f43f50a843883f0f1140',
    );
  });

  it('finds normal quantiles', () => {
    // Reference: Python 3's statistics.NormalDist().inv_cdf, and scipy-free tables of the tails.
    expect([0.01, 0.3, 0.5, 0.9].map(normalQuantile)).toEqual([
      -2.3263478740408408, -0.5244005127080407, 0, 1.2815515655446008,
    ]);
    expect(normalQuantile(1e-10)).toBeCloseTo(-6.361340902404056, 13);
    expect(normalQuantile(1e-30)).toBeCloseTo(-11.464024988443617, 5);
  });
});

import { assert, unreachable } from './assert.ts';
import { exp, ln, power } from './dmath.ts';
import { normalQuantile } from './normal-quantile.ts';
import type { UniformSource } from './streams.ts';

/** A random duration or amount. Times in microseconds. */
export type Distribution =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly min: number; readonly max: number }
  | { readonly kind: 'exponential'; readonly mean: number }
  | { readonly kind: 'lognormal'; readonly mean: number; readonly cv: number }
  | { readonly kind: 'weibull'; readonly shape: number; readonly scale: number }
  | { readonly kind: 'pareto'; readonly shape: number; readonly minimum: number }
  | { readonly kind: 'empirical'; readonly values: readonly number[] };

/** Draws one value, a whole number of at least 0. */
export type Sampler = (source: UniformSource) => number;

/** No sample is larger: 2^51 µs are 71 years, and a sum with any time of a run stays a safe integer. */
export const LARGEST_SAMPLE = 2_251_799_813_685_248;

/** Half the distance of two neighbouring uniform numbers: keeps them off 0 and 1. */
const HALF_STEP = 0.5 / 4_294_967_296;

/**
 * The sampler of a distribution, by inversion: a constant draws no number, every other kind exactly one, and a larger
 * number never gives a smaller sample. So two runs that draw the same numbers meet comparable fates.
 *
 * @throws AssertionError for parameters that make no distribution of numbers from 0; scenarios are checked before
 */
export function sampler(distribution: Distribution): Sampler {
  switch (distribution.kind) {
    case 'constant': {
      const value = whole(amount(distribution.value, 'constant value'));
      return () => value;
    }
    case 'uniform': {
      const min = amount(distribution.min, 'uniform min');
      const width = amount(distribution.max - min, 'uniform max - min');
      return (source) => whole(min + width * source.next());
    }
    case 'exponential': {
      const mean = amount(distribution.mean, 'exponential mean');
      return (source) => whole(-mean * ln(1 - source.next()));
    }
    case 'lognormal': {
      const mean = amount(distribution.mean, 'lognormal mean');
      const cv = amount(distribution.cv, 'lognormal cv');
      const variance = ln(1 + cv * cv);
      const sigma = Math.sqrt(variance);
      const median = mean * exp(-variance / 2);
      return (source) => whole(median * exp(sigma * normalQuantile(source.next() + HALF_STEP)));
    }
    case 'weibull': {
      const exponent = 1 / positive(distribution.shape, 'weibull shape');
      const scale = amount(distribution.scale, 'weibull scale');
      return (source) => whole(scale * power(-ln(1 - source.next()), exponent));
    }
    case 'pareto': {
      const exponent = -1 / positive(distribution.shape, 'pareto shape');
      const minimum = amount(distribution.minimum, 'pareto minimum');
      return (source) => whole(minimum * power(1 - source.next(), exponent));
    }
    case 'empirical': {
      const values = Float64Array.from(distribution.values, (value) => whole(amount(value, 'empirical value'))).sort();
      assert(values.length > 0, 'an empirical distribution needs values');
      return (source) => values[Math.floor(source.next() * values.length)]!;
    }
    default:
      return unreachable(distribution);
  }
}

/** A bound below: no sample of the distribution is smaller. */
export function floorOf(distribution: Distribution): number {
  switch (distribution.kind) {
    case 'constant':
      return whole(distribution.value);
    case 'uniform':
      return whole(distribution.min);
    case 'pareto':
      return whole(distribution.minimum);
    case 'empirical':
      return distribution.values.reduce((least, value) => Math.min(least, whole(value)), LARGEST_SAMPLE);
    case 'exponential':
    case 'lognormal':
    case 'weibull':
      return 0;
    default:
      return unreachable(distribution);
  }
}

/** Rounded to a whole number; the sum makes 0 of -0. */
function whole(value: number): number {
  return value < LARGEST_SAMPLE ? Math.round(value) + 0 : LARGEST_SAMPLE;
}

function amount(value: number, what: string): number {
  assert(Number.isFinite(value) && value >= 0, `${what} must be a finite number of at least 0, not ${value}`);
  return value;
}

function positive(value: number, what: string): number {
  assert(Number.isFinite(value) && value > 0, `${what} must be a finite number above 0, not ${value}`);
  return value;
}

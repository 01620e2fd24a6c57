import { assert, unreachable } from './assert.ts';
import { exp, ln } from './dmath.ts';
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

/** No sample is longer: 2^51 µs are 71 years, and a sum with any time of a run stays a safe integer. */
export const LARGEST_SAMPLE = 2_251_799_813_685_248;

/**
 * The sampler of a distribution. A constant draws no number; uniform, exponential, Weibull, Pareto and empirical draw
 * one, by inversion; the lognormal draws two at a time until a point falls in the unit circle (Marsaglia's polar method).
 *
 * @throws AssertionError for parameters that are no distribution of numbers from 0; scenarios are checked before
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
      const mu = ln(mean) - variance / 2;
      if (mean === 0) return () => 0;
      return (source) => whole(exp(mu + sigma * normal(source)));
    }
    case 'weibull': {
      const exponent = 1 / positive(distribution.shape, 'weibull shape');
      const scale = amount(distribution.scale, 'weibull scale');
      return (source) => whole(scale * exp(exponent * ln(-ln(1 - source.next()))));
    }
    case 'pareto': {
      const exponent = -1 / positive(distribution.shape, 'pareto shape');
      const minimum = amount(distribution.minimum, 'pareto minimum');
      return (source) => whole(minimum * exp(exponent * ln(1 - source.next())));
    }
    case 'empirical': {
      const values = distribution.values.map((value) => whole(amount(value, 'empirical value')));
      assert(values.length > 0, 'empirical distribution without values');
      return (source) => values[Math.floor(source.next() * values.length)]!;
    }
    default:
      return unreachable(distribution);
  }
}

/** A standard normal number by the polar method; the second of each pair is left, so that a sampler keeps no state. */
function normal(source: UniformSource): number {
  for (;;) {
    const x = 2 * source.next() - 1;
    const y = 2 * source.next() - 1;
    const s = x * x + y * y;
    if (s > 0 && s < 1) return x * Math.sqrt((-2 * ln(s)) / s);
  }
}

function whole(value: number): number {
  return value < LARGEST_SAMPLE ? Math.round(value) : LARGEST_SAMPLE;
}

function amount(value: number, what: string): number {
  assert(Number.isFinite(value) && value >= 0, `${what} must be a finite number of at least 0: ${value}`);
  return value;
}

function positive(value: number, what: string): number {
  assert(Number.isFinite(value) && value > 0, `${what} must be a finite number above 0: ${value}`);
  return value;
}

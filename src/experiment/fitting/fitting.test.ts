import { describe, expect, it } from 'vitest';
import { Engine } from '../../sim/engine/engine.ts';
import { normalQuantile } from '../../sim/engine/normal-quantile.ts';
import { sampler, type Distribution } from '../../sim/engine/samplers.ts';
import { fitSample } from './fit-sample.ts';
import { goodnessOfFit } from './goodness-of-fit.ts';
import { normalDistribution } from './normal-distribution.ts';

const N = 4_000;

function sample(distribution: Distribution): number[] {
  const stream = new Engine({ seed: 'fit' }).stream('sample');
  const draw = sampler(distribution);
  return Array.from({ length: N }, () => draw(stream));
}

describe('fitting', () => {
  it.each<Distribution>([
    { kind: 'exponential', mean: 5e6 },
    { kind: 'lognormal', mean: 5e6, cv: 1.5 },
    { kind: 'weibull', shape: 0.6, scale: 5e6 },
    { kind: 'weibull', shape: 2.5, scale: 5e6 },
    { kind: 'pareto', shape: 1.8, minimum: 5e6 },
  ])('finds $kind again, with its parameters', (truth) => {
    const found = fitSample(sample(truth))!;
    const again = found.candidates.find(({ distribution }) => distribution.kind === truth.kind)!;
    for (const [name, value] of Object.entries(truth)) {
      if (name === 'kind') continue;
      const fitted = (again.distribution as unknown as Record<string, number>)[name]!;
      expect(Math.abs(fitted / (value as number) - 1), `${name} ${fitted}`).toBeLessThan(0.1);
    }
    // 1.63 / √n is exceeded by one sample in a hundred, when nothing was fitted to it.
    expect(again.ks).toBeLessThan(1.63 / Math.sqrt(N));
    expect(again.ad).toBeLessThan(3.9);
    // An exponential is a Weibull of shape 1 too, which is a little closer.
    if (truth.kind !== 'exponential') expect(found.chosen.kind).toBe(truth.kind);
    expect(found.candidates.at(-1)!.ks).toBeGreaterThan(again.ks);
  });

  it('measures the distances as defined: three points of a uniform', () => {
    const { ks, ad } = goodnessOfFit([0.25, 0.5, 0.75], (x) => x);
    expect(ks).toBeCloseTo(0.25, 12);
    // −3 − (2 ln 1/4 + 6 ln 1/2 + 10 ln 3/4) / 3, by hand.
    expect(ad).toBeCloseTo(0.269431, 6);
  });

  it('counts what is 0 as half of the smallest other value, and says how many', () => {
    const found = fitSample([0, 2, 4, 8, 0])!;
    expect(found.zeros).toBe(2);
    const pareto = found.candidates.find(({ distribution }) => distribution.kind === 'pareto')!;
    expect(pareto.distribution).toMatchObject({ minimum: 1 });
  });

  it('takes a constant for one', () => {
    expect(fitSample([7, 7, 7])).toMatchObject({ candidates: [], chosen: { kind: 'constant', value: 7 } });
    expect(fitSample([0, 0])).toMatchObject({ zeros: 2, chosen: { kind: 'constant', value: 0 } });
    expect(fitSample([])).toBeUndefined();
  });

  it('knows the normal distribution as the inverse of its quantiles', () => {
    for (const p of [1e-9, 1e-6, 0.001, 0.0013, 0.0014, 0.02, 0.3, 0.5, 0.7, 0.999]) {
      expect(normalDistribution(normalQuantile(p)) / p).toBeCloseTo(1, 6);
    }
    expect(normalDistribution(-1.959963984540054)).toBeCloseTo(0.025, 14);
  });
});

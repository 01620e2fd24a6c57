import { Engine } from '../src/sim/engine/engine.ts';
import { sampler, type Distribution } from '../src/sim/engine/samplers.ts';
import { RollingHash } from './event-queue/rolling-hash.ts';
import type { Suite, Variant, Work } from './suite.ts';

const SAMPLED: readonly Distribution[] = [
  { kind: 'constant', value: 1e6 },
  { kind: 'uniform', min: 1e6, max: 9e6 },
  { kind: 'exponential', mean: 1e6 },
  { kind: 'lognormal', mean: 1e6, cv: 0.5 },
  { kind: 'weibull', shape: 1.5, scale: 1e6 },
  { kind: 'pareto', shape: 2.5, minimum: 1e6 },
  { kind: 'empirical', values: [1e6, 2e6, 3e6, 4e6, 5e6] },
];

function drawing(draw: (engine: Engine) => () => number): () => Work {
  return () => {
    const engine = new Engine();
    const hash = new RollingHash();
    const next = draw(engine);
    return {
      run: (operations) => {
        for (let left = operations; left > 0; left--) hash.add(next(), 0);
      },
      hash: () => `${hash.toString()}-${engine.fingerprint.toString()}`,
    };
  };
}

const UNIFORMS: readonly Variant[] = [
  {
    name: 'a uniform number of a stream',
    result: 'stream',
    start: drawing((engine) => {
      const stream = engine.stream('x');
      return () => stream.next() * 4_294_967_296;
    }),
  },
  {
    name: 'a keyed uniform number',
    result: 'keyed',
    start: drawing((engine) => {
      const keyed = engine.keyed('x');
      let entity = 0;
      return () => keyed.uniform(entity++, 0) * 4_294_967_296;
    }),
  },
];

const SAMPLES: readonly Variant[] = SAMPLED.map((distribution) => ({
  name: `a sample, ${distribution.kind}`,
  result: distribution.kind,
  start: drawing((engine) => {
    const stream = engine.stream(distribution.kind);
    const sample = sampler(distribution);
    return () => sample(stream);
  }),
}));

/** What a random number costs, its trace in the fingerprint included. */
export const suite: Suite = {
  name: 'randomness',
  operation: 'draw',
  cases: (size) => [
    {
      name: 'draws',
      operations: size === 'full' ? 500_000 : 1_000,
      samples: size === 'full' ? 15 : 1,
      warmUp: size === 'full' ? 500_000 : 5_000,
      variants: [...UNIFORMS, ...SAMPLES],
    },
  ],
};

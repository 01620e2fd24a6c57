import { describe, expect, it, test } from 'vitest';
import { Engine } from '../../sim/engine/engine.ts';
import { ln } from '../../sim/engine/dmath.ts';
import { batchMeans } from './batch-means.ts';
import { binomialMass } from './binomial.ts';
import { bonferroni, failureBound, holm } from './families.ts';
import { meanInterval, tFactor } from './interval.ts';
import { eta, KimNelson } from './kim-nelson.ts';
import { lagOneCorrelation, mean, variance } from './moments.ts';
import { comparePaired } from './paired.ts';
import { leastCount, quantileInterval, quantileRanks } from './quantile-interval.ts';
import { runLength } from './run-length.ts';
import { precisionVerdict, replicationsNeeded } from './sequential.ts';
import { mser5, welchCurve } from './warm-up.ts';

const long = process.env['ORRERY_LONG'] !== undefined;

/** Uniform numbers, the same in every run of the tests. */
function uniform(seed: string): () => number {
  const stream = new Engine({ seed }).stream('test');
  return () => stream.next();
}

function normal(next: () => number): () => number {
  // Marsaglia's polar method.
  return () => {
    for (;;) {
      const u = 2 * next() - 1;
      const v = 2 * next() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * ln(s)) / s);
    }
  };
}

test('equal values have no variance, whatever their mean is rounded to', () => {
  expect(variance(Array.from({ length: 10 }, () => 0.520833333333333))).toBe(0);
});

describe('known answers', () => {
  it('moments', () => {
    expect([mean([1, 2, 6]), variance([1, 2, 6])]).toEqual([3, 7]);
    expect([mean([]), variance([1])]).toEqual([NaN, NaN]);
    expect(lagOneCorrelation([1, 2, 3, 4])).toBeCloseTo(0.25, 12);
  });

  test.each([
    [4, 0.95, 2.776445],
    [9, 0.95, 2.262157],
    [19, 0.95, 2.093024],
    [29, 0.95, 2.04523],
    [9, 0.99, 3.249836],
  ])('t with %i degrees of freedom at %f', (degrees, confidence, expected) => {
    expect(Math.abs(tFactor(degrees, confidence) - expected)).toBeLessThan(1e-6);
  });

  it('an interval', () => {
    const { mean: centre, halfWidth, count } = meanInterval([1, 2, 3, 4, 5]);
    expect([centre, count]).toEqual([3, 5]);
    expect(halfWidth).toBeCloseTo(2.776445 * Math.sqrt(0.5), 5);
    expect(meanInterval([7]).halfWidth).toBe(Infinity);
  });

  it('MSER-5', () => {
    const rest = Array.from({ length: 3 }, () => [1, 0, 1, 0, 1, 0, 1, 0, 1, 0]).flat();
    expect(mser5([10, 9, 8, 7, 6, 3, 2, 1, 2, 1, ...rest])).toBe(10);
    expect(mser5(rest)).toBe(0);
    // It never comes to rest.
    expect(mser5(Array.from({ length: 100 }, (_, i) => i))).toBeUndefined();
    expect(mser5([1, 2, 3])).toBeUndefined();
  });

  it("Welch's curve", () => {
    const curve = welchCurve(
      [
        [0, 2, 4, 6, 8, 10],
        [2, 4, 6, 8, 10, 12],
      ],
      2,
    );
    expect(curve).toEqual([1, 3, 5, 7]);
    expect(welchCurve([[0, 0, 9, 0, 0, 0]], 1)).toEqual([0, 3, 3, 3, 0]);
  });

  it('a paired comparison', () => {
    const found = comparePaired([5, 7, 9, 6, 8], [4, 6, 7, 6, 6]);
    expect(found.t.toFixed(5)).toBe('3.20713');
    expect(found.p.toFixed(6)).toBe('0.032678');
    expect(found.mean.toFixed(1)).toBe('1.2');
    expect(found.halfWidth.toFixed(5)).toBe('1.03885');
    expect(found.varianceRatio).toBeCloseTo((2.5 + 1.2) / 0.7, 10);
    expect(comparePaired([1, 2, 3], [1, 2, 3])).toMatchObject({ mean: 0, halfWidth: 0, p: 1 });
    expect(comparePaired([2, 3, 4], [1, 2, 3])).toMatchObject({ mean: 1, halfWidth: 0, p: 0 });
  });

  test.each([
    [0.5, 6],
    [0.9, 29],
    [0.95, 59],
    [0.99, 299],
    [0.999, 2995],
  ])('an interval for the %f quantile exists from %i values on', (p, least) => {
    expect(leastCount(p)).toBe(least);
    if (least > 1000 && !long) return;
    expect(quantileRanks(least, p)).toBeDefined();
    expect(quantileRanks(least - 1, p)).toBeUndefined();
  });

  test.each([
    [30, 0.5, 10, 21, '0.9572'],
    [100, 0.95, 90, 99, '0.9514'],
    [300, 0.99, 290, 300, '0.9507'],
    [1000, 0.99, 983, 996, '0.9575'],
  ])('%i values: the shortest interval for the %f quantile', (n, p, lower, upper, coverage) => {
    const ranks = quantileRanks(n, p)!;
    expect([ranks.lower, ranks.upper, ranks.coverage.toFixed(4)]).toEqual([lower, upper, coverage]);
  });

  it('a quantile interval takes its ends from the sample', () => {
    const values = Array.from({ length: 30 }, (_, i) => 29 - i);
    expect(quantileInterval(values, 0.5)).toMatchObject({ low: 9, high: 20 });
    expect(quantileInterval(values, 0.99)).toBeUndefined();
  });

  it('binomial masses add up to 1', () => {
    for (const [n, p] of [
      [1, 0.5],
      [1000, 0.99],
    ] as const) {
      expect(binomialMass(n, p).reduce((sum, mass) => sum + mass, 0)).toBeCloseTo(1, 10);
    }
    expect(binomialMass(2, 0.25).map((mass) => mass.toFixed(6))).toEqual(['0.562500', '0.375000', '0.062500']);
  });

  test.each([
    [1, 24, '9.22e+5', '3.69e+4'],
    [4, 1800, '4.32e+6', '1.73e+5'],
    [9, 34_200, '1.62e+7', '6.49e+5'],
  ])('the length of a run of M/M/1 with a mean of %i', (centre, asymptotic, one, five) => {
    expect(runLength(centre, asymptotic, 0.01).toExponential(2)).toBe(one);
    expect(runLength(centre, asymptotic, 0.05).toExponential(2)).toBe(five);
  });

  it('families of tests', () => {
    expect(bonferroni(0.95, 5)).toBeCloseTo(0.99, 12);
    const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
    [0.03, 0.06, 0.06, 0.02].forEach((expected, i) => expect(adjusted[i]).toBeCloseTo(expected, 12));
    expect(holm([0.5, 0.9])).toEqual([1, 1]);
    expect([failureBound(1000), failureBound(100_000), failureBound(2)]).toEqual([0.003, 0.00003, 1]);
  });

  it('stops when it is precise enough, and says when it was not', () => {
    const precision = { relative: 0.05, least: 10, most: 100 };
    const at = (halfWidth: number, count: number) => precisionVerdict({ mean: -20, halfWidth, count }, precision);
    expect(at(0.95, 9)).toBe('go on');
    expect(at(0.95, 10)).toBe('reached');
    expect(at(0.96, 10)).toBe('go on');
    expect(at(0.96, 100)).toBe('not reached');
    expect(replicationsNeeded({ mean: 20, halfWidth: 2, count: 10 }, precision)).toBe(45);
    expect(replicationsNeeded({ mean: 0, halfWidth: 2, count: 10 }, precision)).toBe(Infinity);
  });

  it('batch means notice that batches are too short', () => {
    const next = uniform('ar1');
    const noise = normal(next);
    let state = 0;
    const series = Array.from({ length: 2_000 }, () => (state = 0.99 * state + noise()));
    expect(batchMeans(series, 100).correlated).toBe(true);
    expect(batchMeans(Array.from({ length: 2_000 }, noise), 20).correlated).toBe(false);
  });

  it("eta of Kim and Nelson's procedure", () => {
    expect(eta(2, { probability: 0.95, indifference: 1, firstStage: 20 })).toBeCloseTo(
      0.5 * (0.1 ** (-2 / 19) - 1),
      12,
    );
  });
});

/** Mean time in an M/M/1 queue by Lindley's recursion, after `cut` customers. */
function mm1(next: () => number, load: number, customers: number, cut: number): number {
  let wait = 0;
  let sum = 0;
  for (let i = 0; i < customers; i++) {
    const service = -ln(1 - next());
    if (i >= cut) sum += wait + service;
    wait = Math.max(0, wait + service + ln(1 - next()) / load);
  }
  return sum / (customers - cut);
}

describe('promises, held by simulation', () => {
  it('95 % intervals hold the mean 95 % of the time', { timeout: 300_000 }, () => {
    const macro = long ? 1_000 : 60;
    const next = uniform('coverage');
    let held = 0;
    for (let i = 0; i < macro; i++) {
      const { mean: centre, halfWidth } = meanInterval(Array.from({ length: 10 }, () => mm1(next, 0.8, 6_000, 1_000)));
      if (Math.abs(centre - 5) <= halfWidth) held++;
    }
    const coverage = held / macro;
    expect(coverage).toBeGreaterThanOrEqual(long ? 0.93 : 0.86);
    expect(coverage).toBeLessThanOrEqual(long ? 0.97 : 1);
  });

  it('MSER-5 cuts the beginning of a series that starts far out', () => {
    const noise = normal(uniform('mser'));
    const cuts: number[] = [];
    for (let run = 0; run < (long ? 500 : 60); run++) {
      let state = 50;
      const series = Array.from({ length: 5_000 }, () => (state = 0.8 * state + noise()));
      cuts.push(mser5(series) ?? NaN);
    }
    cuts.sort((a, b) => a - b);
    const median = cuts[Math.floor(cuts.length / 2)]!;
    expect(median).toBeGreaterThanOrEqual(10);
    expect(median).toBeLessThanOrEqual(25);
  });

  test.each([
    [2, 0, 0.952],
    [5, 0, 0.968],
    [5, 0.8, 0.985],
  ])('Kim-Nelson selects the best of %i with correlation %f', (systems, correlation, measured) => {
    const runs = long ? 3_000 : 300;
    const noise = normal(uniform(`kn-${systems}-${correlation}`));
    let right = 0;
    let stages = 0;
    for (let run = 0; run < runs; run++) {
      const procedure = new KimNelson(systems, { probability: 0.95, indifference: 1, firstStage: 20 });
      while (procedure.survivors.length > 1) {
        const shared = Math.sqrt(correlation) * noise();
        procedure.add(
          Array.from({ length: systems }, (_, i) => {
            return (i === 0 ? 1 : 0) + 3 * (shared + Math.sqrt(1 - correlation) * noise());
          }),
        );
      }
      if (procedure.survivors[0] === 0) right++;
      stages += procedure.stage;
    }
    const error = Math.sqrt((0.95 * 0.05) / runs);
    expect(right / runs).toBeGreaterThanOrEqual(0.95 - 3 * error);
    expect(Math.abs(right / runs - measured)).toBeLessThan(4 * error);
    if (correlation > 0) expect(stages / runs).toBeLessThan(25);
  });

  it('sequential stopping keeps its confidence, nearly', { timeout: 300_000 }, () => {
    const macro = long ? 500 : 40;
    const next = uniform('sequential');
    let held = 0;
    for (let i = 0; i < macro; i++) {
      const values = Array.from({ length: 10 }, () => mm1(next, 0.5, 3_000, 500));
      const precision = { relative: 0.05, least: 10, most: 500 };
      while (precisionVerdict(meanInterval(values), precision) === 'go on') values.push(mm1(next, 0.5, 3_000, 500));
      const { mean: centre, halfWidth } = meanInterval(values);
      if (Math.abs(centre - 2) <= halfWidth) held++;
    }
    expect(held / macro).toBeGreaterThanOrEqual(0.85);
  });
});

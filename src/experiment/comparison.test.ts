import { describe, expect, it } from 'vitest';
import { compare, type Comparison } from './comparison.ts';
import { seedsUpTo } from './plan.ts';

/** Two variants over five seeds, each metric with its values under the one and the other. */
function compared(values: Readonly<Record<string, readonly [readonly number[], readonly number[]]>>): Comparison {
  const metrics = Object.keys(values);
  const seeds = seedsUpTo(5);
  const runsOf = (side: 0 | 1) =>
    seeds.map((_, seed) => ({
      figures: Object.fromEntries(metrics.map((metric) => [metric, values[metric]![side][seed]!])),
      units: {},
      fingerprint: '',
      stopped: 'duration',
    }));
  const variants = ['a', 'b'].map((label) => ({ label, sets: [], identity: label }));
  const plan = { name: 'test', path: 'x', variants, seeds };
  const results = { plan, results: [runsOf(0), runsOf(1)], failed: [], missing: 0, made: 10 };
  return compare(results, { metrics, confidence: 0.95 });
}

const base = [4, 6, 7, 6, 6];
/** p = 0.032678 against the base (reliability.md, 4.1). */
const perhaps = [5, 7, 9, 6, 8];
/** p = 0: always one more. */
const surely = base.map((value) => value + 1);

function judgement({ metrics }: Comparison): unknown[] {
  return metrics.flatMap(({ differences }) =>
    differences.map(({ adjustedP, verdict }) => [adjustedP.toFixed(6), verdict]),
  );
}

describe('several differences at once', () => {
  it('one alone is judged by its own p', () => {
    expect(judgement(compared({ one: [base, perhaps] }))).toEqual([['0.032678', 'more']]);
  });

  it('are one family, judged by Holm from the clearest on', () => {
    // After the clearer one is told apart, the other is judged as if it were alone ...
    const two = compared({ one: [base, perhaps], two: [base, surely] });
    expect(judgement(two)).toEqual([
      ['0.032678', 'more'],
      ['0.000000', 'more'],
    ]);
    // ... while the interval, good for both together, still holds 0.
    const { mean, halfWidth } = two.metrics[0]!.differences[0]!;
    expect(mean).toBeLessThan(halfWidth);
    // Of two as clear as each other neither is told apart: 2 x 0.032678 is more than 0.05.
    expect(judgement(compared({ one: [base, perhaps], two: [perhaps, base] }))).toEqual([
      ['0.065356', 'not told apart'],
      ['0.065356', 'not told apart'],
    ]);
  });

  it('where nothing differs there is nothing to tell', () => {
    expect(judgement(compared({ one: [base, base], two: [surely, base] }))).toEqual([
      ['1.000000', 'same'],
      ['0.000000', 'less'],
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { TimeBudget } from './time-budget.ts';

const SECOND = 1_000_000;

describe('the budget of a dispatcher for watchers that do not read', () => {
  it('grows by 50 ms a second up to 100 ms, and is taken whole', () => {
    const budget = new TimeBudget(0);
    expect(budget.take(0)).toBe(0);
    expect(budget.take(SECOND)).toBe(50_000);
    expect(budget.take(SECOND)).toBe(0);
    expect(budget.take(60 * SECOND)).toBe(100_000);
  });

  it('gets back what was not needed, and never more than it holds', () => {
    const budget = new TimeBudget(0);
    budget.take(60 * SECOND);
    budget.giveBack(30_000);
    budget.giveBack(-5);
    expect(budget.take(60 * SECOND)).toBe(30_000);
    budget.giveBack(400_000);
    expect(budget.take(60 * SECOND)).toBe(100_000);
  });
});

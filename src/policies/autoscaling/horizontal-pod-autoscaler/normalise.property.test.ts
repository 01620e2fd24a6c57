import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HPAScalingRules } from '../../../sim/api/autoscaling.ts';
import { normalise, rememberScaling } from './normalise.ts';
import { newHistory } from './replica-history.ts';

const SECOND = 1_000_000;
const PASS = 15 * SECOND;

const rules: fc.Arbitrary<HPAScalingRules> = fc.record({
  stabilizationWindowSeconds: fc.constantFrom(0, 30, 120),
  selectPolicy: fc.constantFrom('Max' as const, 'Min' as const, 'Disabled' as const),
  policies: fc.array(
    fc.record({
      type: fc.constantFrom('Pods' as const, 'Percent' as const),
      value: fc.integer({ min: 1, max: 100 }),
      periodSeconds: fc.constantFrom(15, 30, 60),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});

const behaviour = fc.option(fc.record({ scaleUp: rules, scaleDown: rules }), { nil: undefined });
const wishes = fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 60 });

/** Passes one after the other, each doing what the last one said. Gives the replicas after each. */
function run(
  behavior: { readonly scaleUp: HPAScalingRules; readonly scaleDown: HPAScalingRules } | undefined,
  proposals: readonly number[],
  [minReplicas, maxReplicas]: readonly [number, number],
): number[] {
  let current = Math.max(minReplicas, Math.min(5, maxReplicas));
  const history = newHistory(current, 0);
  return proposals.map((desiredReplicas, i) => {
    const now = (i + 1) * PASS;
    const input = { currentReplicas: current, desiredReplicas, minReplicas, maxReplicas, behavior, now };
    const { replicas } = normalise({ ...input, downscaleStabilization: 300 * SECOND }, history);
    rememberScaling(behavior, current, replicas, history, now);
    current = replicas;
    return replicas;
  });
}

describe('limits of the horizontal pod autoscaler (C12)', () => {
  it('never leave the range, and never move in a direction that is disabled', () => {
    fc.assert(
      fc.property(
        behaviour,
        wishes,
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 10, max: 150 }),
        (rule, all, min, max) => {
          const replicas = run(rule, all, [min, max]);
          replicas.forEach((now, i) => {
            const before = i === 0 ? Math.max(min, Math.min(5, max)) : replicas[i - 1]!;
            expect(now).toBeGreaterThanOrEqual(min);
            expect(now).toBeLessThanOrEqual(max);
            if (rule?.scaleUp.selectPolicy === 'Disabled') expect(now).toBeLessThanOrEqual(before);
            if (rule?.scaleDown.selectPolicy === 'Disabled') expect(now).toBeGreaterThanOrEqual(before);
          });
        },
      ),
    );
  });

  it('hold in every sliding period: no more pods are added than the one policy says', () => {
    const policy = fc.record({ value: fc.integer({ min: 1, max: 20 }), periodSeconds: fc.constantFrom(15, 30, 60) });
    fc.assert(
      fc.property(policy, wishes, ({ value, periodSeconds }, all) => {
        const policies = [{ type: 'Pods' as const, value, periodSeconds }];
        const scaleUp = { stabilizationWindowSeconds: 0, selectPolicy: 'Max' as const, policies };
        const scaleDown = { ...scaleUp, selectPolicy: 'Disabled' as const };
        const replicas = [5, ...run({ scaleUp, scaleDown }, all, [1, 150])];
        const passes = (periodSeconds * SECOND) / PASS;
        for (let i = 0; i + passes < replicas.length; i++) {
          expect(replicas[i + passes]! - replicas[i]!).toBeLessThanOrEqual(value);
        }
      }),
    );
  });

  it('keep what any proposal of the last five minutes asked for', () => {
    fc.assert(
      fc.property(wishes, (all) => {
        const replicas = run(undefined, all, [1, 150]);
        replicas.forEach((now, i) => {
          const late = Math.max(...all.slice(Math.max(0, i - 19), i + 1));
          const before = i === 0 ? 5 : replicas[i - 1]!;
          if (late >= before) expect(now).toBeGreaterThanOrEqual(Math.min(before, 150));
        });
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { Labels } from '../../../sim/api/meta.ts';
import type { ReplicaSet } from '../../../sim/api/workloads.ts';
import { replicaSetNamed } from '../../../../test/doubles/workload-objects.ts';
import { DESIRED_REPLICAS, MAX_REPLICAS } from './annotations.ts';
import { proportionalSizes } from './scaling.ts';

function sized(name: string, replicas: number, created: number, max?: number): ReplicaSet {
  const base = replicaSetNamed(name, { replicas });
  const annotations: Labels = max === undefined ? {} : { [DESIRED_REPLICAS]: '10', [MAX_REPLICAS]: String(max) };
  return { ...base, metadata: { ...base.metadata, creationTimestamp: created, annotations } };
}

function sizes(
  replicaSets: readonly ReplicaSet[],
  replicas: number,
  surge: number,
  statusReplicas = 0,
): Record<string, number> {
  const shares = proportionalSizes(replicaSets, { replicas, surge, statusReplicas });
  return Object.fromEntries(shares.map(({ replicaSet, size }) => [replicaSet.metadata.name, size]));
}

describe('proportional scaling', () => {
  it('gives what the documentation says: 8 and 5 of 10 become 11 and 7 of 15', () => {
    expect(sizes([sized('old', 8, 1, 13), sized('new', 5, 2, 13)], 15, 3)).toEqual({ old: 11, new: 7 });
  });

  it('shrinks in the same way', () => {
    expect(sizes([sized('old', 11, 1, 18), sized('new', 7, 2, 18)], 6, 2)).toEqual({ old: 5, new: 3 });
  });

  it('gives what rounding leaves over to the largest: the newest when growing, the oldest when shrinking', () => {
    const three = [sized('a', 1, 1, 3), sized('b', 1, 2, 3), sized('c', 1, 3, 3)];
    expect(sizes(three, 4, 0)).toEqual({ a: 1, b: 1, c: 2 });
    expect(sizes([sized('a', 2, 1, 6), sized('b', 2, 2, 6), sized('c', 2, 3, 6)], 5, 0)).toEqual({ a: 1, b: 2, c: 2 });
  });

  it('goes by the status where a ReplicaSet does not say for which size it was scaled', () => {
    expect(sizes([sized('a', 4, 1), sized('b', 4, 2)], 12, 0, 8)).toEqual({ a: 6, b: 6 });
    expect(sizes([sized('a', 4, 1), sized('b', 4, 2)], 12, 0, 0)).toEqual({ a: 4, b: 8 });
  });

  it('takes everything when the Deployment goes to 0', () => {
    expect(sizes([sized('a', 8, 1, 13), sized('b', 5, 2, 13)], 0, 0)).toEqual({ a: 0, b: 0 });
  });

  it('adds up to what is allowed, and neither shrinks anybody while growing nor the other way round', () => {
    const replicaSet = fc.record({ size: fc.integer({ min: 1, max: 30 }), age: fc.nat(5) });
    fc.assert(
      fc.property(
        fc.array(replicaSet, { minLength: 2, maxLength: 6 }),
        fc.nat(100),
        fc.nat(20),
        (all, replicas, surge) => {
          const before = all.reduce((sum, { size }) => sum + size, 0);
          const sets = all.map(({ size, age }, i) => sized(`rs-${i}`, size, age, before));
          const shares = proportionalSizes(sets, { replicas, surge, statusReplicas: before });
          const allowed = replicas > 0 ? replicas + surge : 0;
          expect(shares.reduce((sum, { size }) => sum + size, 0)).toBe(allowed);
          for (const {
            replicaSet: { spec },
            size,
          } of shares) {
            if (allowed >= before) expect(size).toBeGreaterThanOrEqual(spec.replicas);
            else expect(size).toBeLessThanOrEqual(spec.replicas);
            expect(size).toBeGreaterThanOrEqual(0);
          }
        },
      ),
    );
  });
});

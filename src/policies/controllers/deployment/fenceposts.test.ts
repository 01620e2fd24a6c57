import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { DeploymentSpec, IntOrString } from '../../../sim/api/workloads.ts';
import { deploymentNamed } from '../../../../test/doubles/workload-objects.ts';
import { maxSurge, maxUnavailable } from './fenceposts.ts';

function spec(replicas: number, surge: IntOrString, unavailable: IntOrString): DeploymentSpec {
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: surge, maxUnavailable: unavailable } } as const;
  return deploymentNamed('web', { replicas, strategy }).spec;
}

describe('the fenceposts of a rolling update', () => {
  it.each<[number, IntOrString, IntOrString, number, number]>([
    [10, '25%', '25%', 3, 2],
    [4, '25%', '25%', 1, 1],
    [1, '25%', '25%', 1, 0],
    [3, '1%', '1%', 1, 0],
    [7, '33%', '10%', 3, 0],
    [5, 0, 1, 0, 1],
    [5, 0, '100%', 0, 5],
    [5, 0, 9, 0, 5],
    [6, '100%', 0, 6, 0],
    [10, '150%', 0, 15, 0],
    // Neither leaves room to move: one may be missing.
    [3, 0, '1%', 0, 1],
    [0, '25%', '25%', 0, 0],
  ])('of %i replicas, %s surge and %s unavailable are %i and %i', (replicas, surge, unavailable, up, down) => {
    expect(maxSurge(spec(replicas, surge, unavailable))).toBe(up);
    expect(maxUnavailable(spec(replicas, surge, unavailable))).toBe(down);
  });

  it('are 0 for a Recreate, and 25 % where nothing is said', () => {
    const recreate = deploymentNamed('web', { replicas: 10, strategy: { type: 'Recreate' } }).spec;
    expect([maxSurge(recreate), maxUnavailable(recreate)]).toEqual([0, 0]);
    const silent = deploymentNamed('web', { replicas: 10, strategy: { type: 'RollingUpdate' } }).spec;
    expect([maxSurge(silent), maxUnavailable(silent)]).toEqual([3, 2]);
  });

  it('always leave a rollout room to move', () => {
    const share = fc.oneof(
      fc.nat(20),
      fc.nat(100).map((percent) => `${percent}%`),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), share, share, (replicas, surge, unavailable) => {
        const one = spec(replicas, surge, unavailable);
        expect(maxSurge(one) + maxUnavailable(one)).toBeGreaterThan(0);
        expect(maxUnavailable(one)).toBeLessThanOrEqual(replicas);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_FLOW_SCHEMAS, flowOf, type FlowAttributes } from './flow-schema.ts';
import { DEFAULT_PRIORITY_LEVELS } from './priority-level.ts';
import { RetryAfter } from './retry-after.ts';
import { handOf } from './shuffle-shard.ts';

const SECOND = 1_000_000;

function request(name: string, groups: readonly string[], more: Partial<FlowAttributes> = {}): FlowAttributes {
  const user = { name, groups: [...groups, 'system:authenticated'] };
  return { user, verb: 'get', resource: 'pods', subresource: '', namespace: 'w', ...more };
}

describe('flow schemas', () => {
  it('send requests to the levels they were recorded in', () => {
    const lease = { resource: 'leases', verb: 'update', namespace: 'kube-system' } as const;
    const levels = [
      request('admin', ['system:masters']),
      request('system:kube-controller-manager', []),
      request('system:kube-controller-manager', [], lease),
      request('system:node:fake', ['system:nodes']),
      request('system:node:fake', ['system:nodes'], { ...lease, namespace: 'kube-node-lease' }),
      request('system:node:fake', ['system:nodes'], { verb: 'patch', resource: 'nodes', subresource: 'status' }),
      request('system:node:fake', ['system:nodes'], { verb: 'patch', subresource: 'status' }),
      request('system:serviceaccount:w:a', ['system:serviceaccounts', 'system:serviceaccounts:w']),
      request('system:serviceaccount:kube-system:a', ['system:serviceaccounts', 'system:serviceaccounts:kube-system']),
      request('flood', []),
    ].map((one) => flowOf(one).level);
    expect(levels).toEqual([
      'exempt',
      'workload-high',
      'leader-election',
      'system',
      'node-high',
      'node-high',
      'system',
      'workload-low',
      'workload-high',
      'global-default',
    ]);
    expect(flowOf({ ...request('x', []), user: { name: 'x', groups: [] } })).toEqual({
      schema: 'catch-all',
      level: 'catch-all',
      distinguisher: 'x',
    });
  });

  it('tell flows apart by user, or by namespace', () => {
    expect(flowOf(request('flood', [])).distinguisher).toBe('flood');
    expect(flowOf(request('system:kube-scheduler', [])).distinguisher).toBe('w');
  });

  it('name levels that there are', () => {
    const names = new Set(DEFAULT_PRIORITY_LEVELS.map(({ name }) => name));
    for (const { level } of DEFAULT_FLOW_SCHEMAS) expect(names).toContain(level);
  });
});

it('a hand has different cards of the deck, each as likely', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.integer({ min: 6, max: 128 }), (hash, queues) => {
      const hand = handOf(hash, queues, 6);
      expect(new Set(hand).size).toBe(6);
      for (const card of hand) expect(card >= 0 && card < queues).toBe(true);
    }),
  );
  const dealt = new Float64Array(8);
  for (let hash = 0; hash < 8 * 7 * 6; hash++) for (const card of handOf(hash, 8, 3)) dealt[card]!++;
  expect([...dealt]).toEqual(Array.from({ length: 8 }, () => 3 * 7 * 6));
});

describe('what a client is told to wait', () => {
  it('doubles while many are dropped, up to 32 s, and never twice within what it is', () => {
    const retry = new RetryAfter();
    const told: number[] = [];
    for (let second = 0; second < 120; second++) {
      for (let i = 0; i < 40; i++) told[second] = retry.dropped(second * SECOND + i * 1_000);
    }
    const changes = told.flatMap((seconds, i) => (i > 0 && told[i - 1] !== seconds ? [[i, seconds] as const] : []));
    expect(changes.map(([, seconds]) => seconds)).toEqual([2, 4, 8, 16, 32]);
    changes.slice(1).forEach(([at], i) => expect(at - changes[i]![0]).toBeGreaterThanOrEqual(changes[i]![1]));
  });

  it('falls by a second where few are dropped', () => {
    const retry = new RetryAfter();
    for (let second = 0; second < 20; second++) for (let i = 0; i < 40; i++) retry.dropped(second * SECOND);
    const high = retry.dropped(20 * SECOND);
    expect(high).toBeGreaterThan(8);
    // One drop in three seconds, beginning when the many are forgotten.
    const later = Array.from({ length: 10 }, (_, i) => retry.dropped((80 + 3 * i) * SECOND));
    expect(later).toEqual(later.map((_, i) => high - 1 - i));
  });
});

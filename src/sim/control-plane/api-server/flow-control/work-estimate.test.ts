import { describe, expect, it } from 'vitest';
import { DEFAULT_PRIORITY_LEVELS, DEFAULT_SERVER_SEATS, seatLimits } from './priority-level.ts';
import { listSeats, mostSeats, writeEstimate, type ListWork } from './work-estimate.ts';

const LIMITS = seatLimits(DEFAULT_PRIORITY_LEVELS, DEFAULT_SERVER_SEATS);

function most(name: string): number {
  const i = DEFAULT_PRIORITY_LEVELS.findIndex((level) => level.name === name);
  return mostSeats(DEFAULT_PRIORITY_LEVELS[i]!, LIMITS[i]!);
}

describe('what a request takes of a server', () => {
  it('is never more than a sixth or so of its level', () => {
    expect([most('global-default'), most('workload-low'), most('leader-election'), most('catch-all')]).toEqual([
      8, 37, 4, 2,
    ]);
  });

  it('is of a list by the bytes loaded (recorded: 10,000 pods)', () => {
    const pods: ListWork = { objects: 10_000, objectBytes: 1_100, fromCache: true };
    const of = (more: Partial<ListWork>): number => listSeats({ ...pods, ...more }, most('global-default'));
    expect([of({}), of({ limit: 500 }), of({ limit: 5_000 }), of({ limit: 10 })]).toEqual([8, 6, 8, 1]);
    expect([of({ selects: true }), of({ byName: true }), of({ objects: 0 })]).toEqual([8, 1, 1]);
  });

  it('is of a page from etcd with a selector as for half of what is there', () => {
    const page: ListWork = { objects: 10_000, objectBytes: 1_000, limit: 10, fromCache: false, selects: true };
    expect(listSeats(page, 100)).toBe(50);
    expect(listSeats({ ...page, selects: false }, 100)).toBe(1);
    expect(listSeats({ ...page, limit: 0 }, 100)).toBe(100);
  });

  it('is of a write what its watchers cost, afterwards', () => {
    expect(writeEstimate(0, 8)).toEqual({ initialSeats: 1, finalSeats: 0, finalMicros: 0 });
    expect(writeEstimate(11, 8)).toEqual({ initialSeats: 1, finalSeats: 2, finalMicros: 5_000 });
    // Ten seats at most: the same work takes longer then.
    expect(writeEstimate(5_000, 37)).toEqual({ initialSeats: 1, finalSeats: 10, finalMicros: 250_000 });
  });
});

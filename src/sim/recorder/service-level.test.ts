import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ServiceLevel } from './service-level.ts';

const MINUTE = 60_000_000;

describe('a service level', () => {
  it('is what the nearest-rank 99th percentile of each five minutes says', () => {
    const request = fc.record({ at: fc.nat(20 * MINUTE), took: fc.constantFrom(1, 999, 1_000, 1_001, 5_000) });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 400 }), (requests) => {
        const inOrder = [...requests].sort((a, b) => a.at - b.at);
        const level = new ServiceLevel(1_000);
        for (const { took, at } of inOrder) level.add(took, at);
        level.finish();
        const windows = new Map<number, number[]>();
        for (const { took, at } of inOrder) {
          const window = Math.floor(at / (5 * MINUTE));
          windows.set(window, [...(windows.get(window) ?? []), took]);
        }
        const broken = [...windows].filter(([, taken]) => {
          const sorted = taken.sort((a, b) => a - b);
          return sorted[Math.ceil(0.99 * sorted.length) - 1]! > 1_000;
        });
        expect(level.windows).toBe(windows.size);
        expect(level.broken).toBe(broken.length);
        expect(level.firstBrokenAt).toBe(broken.length === 0 ? -1 : broken[0]![0] * 5 * MINUTE);
      }),
    );
  });

  it('counts the last window once, however often it is finished', () => {
    const level = new ServiceLevel(10);
    level.add(11, 0);
    level.finish();
    level.finish();
    expect([level.windows, level.broken, level.firstBrokenAt]).toEqual([1, 1, 0]);
  });
});

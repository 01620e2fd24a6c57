import fc from 'fast-check';
import { expect, test } from 'vitest';
import { podOf } from '../../../../test/doubles/scheduling-world.ts';
import type { PluginHandle, QueueSortPlugin } from '../../../sim/policy-api/scheduling.ts';
import { prioritySort } from './priority-sort.ts';

const plugin = prioritySort(undefined, {} as PluginHandle) as QueueSortPlugin;
const entry = (name: string, priority: number | undefined, enqueuedAt: number) => ({
  pod: podOf(name, priority === undefined ? {} : { priority }),
  enqueuedAt,
});

test('higher priority goes first, then who came earlier (sheet 3.1)', () => {
  const queue = [entry('late', 5, 2), entry('low', -1, 0), entry('early', 5, 1), entry('none', undefined, 0)];
  const order = queue.sort((a, b) => plugin.compare(a, b)).map(({ pod }) => pod.metadata.name);
  expect(order).toEqual(['early', 'late', 'none', 'low']);
});

test('no priority counts 0', () => {
  expect(plugin.compare(entry('a', undefined, 1), entry('b', 0, 1))).toBe(0);
});

test('is a total preorder', () => {
  const any = fc.tuple(fc.option(fc.integer({ min: -3, max: 3 })), fc.nat({ max: 3 }));
  fc.assert(
    fc.property(any, any, any, (a, b, c) => {
      const [x, y, z] = [a, b, c].map(([priority, at]) => entry('p', priority ?? undefined, at)) as [
        ReturnType<typeof entry>,
        ReturnType<typeof entry>,
        ReturnType<typeof entry>,
      ];
      expect(Math.sign(plugin.compare(x, y)) + Math.sign(plugin.compare(y, x))).toBe(0);
      if (plugin.compare(x, y) <= 0 && plugin.compare(y, z) <= 0) expect(plugin.compare(x, z)).toBeLessThanOrEqual(0);
    }),
  );
});

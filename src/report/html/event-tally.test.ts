import { expect, it } from 'vitest';
import { EventTallies } from './event-tally.ts';

it('counts a reason once for all nodes, Warnings first', () => {
  const tallies = new EventTallies();
  const event = { namespace: 'default', object: 'Pod/a', message: 'm', count: 1 };
  for (let i = 0; i < 1_000; i++) {
    tallies.add({ ...event, at: i, type: 'Normal', reason: 'Pulled', source: `kubelet, node-${i}` });
  }
  tallies.add({ ...event, at: 7, type: 'Warning', reason: 'FailedScheduling', source: 'default-scheduler' });
  expect(tallies.list()).toEqual([
    {
      type: 'Warning',
      reason: 'FailedScheduling',
      source: 'default-scheduler',
      firstAt: 7,
      lastAt: 7,
      times: 1,
      example: 'Pod/a: m',
    },
    { type: 'Normal', reason: 'Pulled', source: 'kubelet', firstAt: 0, lastAt: 999, times: 1_000, example: 'Pod/a: m' },
  ]);
});

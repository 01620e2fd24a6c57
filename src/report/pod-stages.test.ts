import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { PodRecord } from '../sim/recorder/records.ts';
import { stagesOf } from './pod-stages.ts';

const POD: PodRecord = {
  namespace: 'default',
  name: 'a',
  uid: 'u',
  owner: '',
  priority: 0,
  requestedMilliCpu: 100,
  requestedMemoryBytes: 0,
  createdAt: 10,
  node: 'n',
  scheduledAt: 20,
  startedAt: 40,
  readyAt: 45,
  finishedAt: -1,
  deletionAt: 80,
  removedAt: 90,
  phase: 'Running',
  reason: '',
  restarts: 0,
  schedulingAttempts: 1,
  isReady: true,
};

it('a life is its stages, one after the other', () => {
  expect(stagesOf(POD, 100)).toEqual([
    { from: 10, to: 20, stage: 'waits for a node' },
    { from: 20, to: 40, stage: 'containers start' },
    { from: 40, to: 45, stage: 'runs, not ready' },
    { from: 45, to: 80, stage: 'has been ready' },
    { from: 80, to: 90, stage: 'terminates' },
  ]);
});

it('a pod that never got a node only waited', () => {
  const waiting = { ...POD, node: '', scheduledAt: -1, startedAt: -1, readyAt: -1, deletionAt: -1, removedAt: -1 };
  expect(stagesOf(waiting, 100)).toEqual([{ from: 10, to: 100, stage: 'waits for a node' }]);
});

it('stages never overlap, and none lies outside the life', () => {
  const stages = fc.tuple(...Array.from({ length: 6 }, () => fc.option(fc.nat(50), { nil: undefined })));
  fc.assert(
    fc.property(stages, fc.nat(400), (gaps, until) => {
      let at = 10;
      const [scheduledAt, startedAt, readyAt, finishedAt, deletionAt, removedAt] = gaps.map((gap) =>
        gap === undefined ? -1 : (at += gap),
      ) as [number, number, number, number, number, number];
      const end = Math.max(10, until);
      const found = stagesOf({ ...POD, scheduledAt, startedAt, readyAt, finishedAt, deletionAt, removedAt }, end);
      let last = 10;
      for (const { from, to } of found) {
        expect(from >= last && to > from && to <= end).toBe(true);
        last = to;
      }
    }),
  );
});

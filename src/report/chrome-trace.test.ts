import { expect, it } from 'vitest';
import type { PodRecord } from '../sim/recorder/records.ts';
import type { RunRecord } from '../sim/recorder/run-record.ts';
import { ChromeTrace } from './chrome-trace.ts';

interface TraceEvent {
  readonly ph: string;
  readonly name: string;
  readonly ts: number;
  readonly pid: number;
  readonly id?: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

function pod(name: string, times: Partial<PodRecord>): PodRecord {
  return {
    ...{ namespace: 'default', name, uid: name, owner: 'ReplicaSet/a', priority: 0, requestedMilliCpu: 100 },
    ...{ requestedMemoryBytes: 0, createdAt: 0, node: 'node-"1"', scheduledAt: -1, startedAt: -1, readyAt: -1 },
    ...{ finishedAt: -1, deletionAt: -1, removedAt: -1, phase: 'Running', reason: '', restarts: 0 },
    ...{ schedulingAttempts: 1, isReady: true },
    ...times,
  };
}

function traced(pods: readonly PodRecord[], endedAt: number): TraceEvent[] {
  let text = '';
  const trace = new ChromeTrace((part) => (text += part));
  for (const one of pods) trace.pod(one);
  const message = 'line\nbreak "quoted"';
  const about = { at: 5, namespace: 'default', object: 'Pod/a', source: 'kubelet', count: 1, message };
  trace.event({ ...about, type: 'Warning', reason: 'BackOff' });
  trace.event({ ...about, type: 'Normal', reason: 'Pulled' });
  const sample = { at: endedAt, podsPending: 1, podsRunning: 2, podsReady: 2, requestedMilliCpu: 200 };
  trace.finish({ endedAt, samples: [], last: sample } as unknown as RunRecord);
  return (JSON.parse(text) as { traceEvents: TraceEvent[] }).traceEvents;
}

it('has a track of nested stages for each pod, in the process of its node', () => {
  const events = traced(
    [
      pod('a', { scheduledAt: 10, startedAt: 30, readyAt: 40, deletionAt: 70, removedAt: 90 }),
      pod('b', { createdAt: 20, scheduledAt: 35 }),
      pod('c', { createdAt: 50, node: '' }),
    ],
    100,
  );
  const node = events.find(({ ph, args }) => ph === 'M' && args?.['name'] === 'node-"1"')!.pid;
  const slices = events.filter(({ ph, pid }) => (ph === 'b' || ph === 'e') && pid === node);
  expect(slices.map(({ ph, name, ts, id }) => `${id} ${ph} ${ts} ${name}`)).toEqual([
    '1 b 10 default/a',
    '1 b 10 containers start',
    '1 e 30 containers start',
    '1 b 30 runs, not ready',
    '1 e 40 runs, not ready',
    '1 b 40 has been ready',
    '1 e 70 has been ready',
    '1 b 70 terminates',
    '1 e 90 terminates',
    '1 e 90 default/a',
    '2 b 35 default/b',
    '2 b 35 containers start',
    '2 e 100 containers start',
    '2 e 100 default/b',
  ]);
  const waiting = events.filter(({ ph, pid }) => (ph === 'b' || ph === 'e') && pid !== node);
  expect(waiting.map(({ ph, name, ts }) => `${ph} ${ts} ${name}`)).toEqual([
    'b 0 default/a',
    'e 10 default/a',
    'b 20 default/b',
    'e 35 default/b',
    'b 50 default/c',
    'e 100 default/c',
  ]);
});

it('has Warnings as instants, and counters', () => {
  const events = traced([], 100);
  expect(events.filter(({ ph }) => ph === 'i').map(({ name, args }) => [name, args?.['message']])).toEqual([
    ['BackOff', 'line\nbreak "quoted"'],
  ]);
  expect(events.filter(({ ph }) => ph === 'C').map(({ name }) => name)).toEqual([
    'pods',
    'pods ready',
    'CPU requested',
  ]);
});

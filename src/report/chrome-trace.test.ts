import fc from 'fast-check';
import { expect, it } from 'vitest';
import { traceProblems, type TraceEvent } from '../../test/doubles/trace-format.ts';
import type { PodRecord } from '../sim/recorder/records.ts';
import type { RunRecord } from '../sim/recorder/run-record.ts';
import { ChromeTrace } from './chrome-trace.ts';

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
  expect(traceProblems(text)).toEqual([]);
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
  expect(slices.map(({ ph, name, ts, id2 }) => `${Number(id2?.local)} ${ph} ${ts} ${name}`)).toEqual([
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

it('ties a pod that waited to its life on a node, and no other', () => {
  const events = traced(
    [
      pod('a', { scheduledAt: 10, startedAt: 30, removedAt: 90 }),
      pod('b', { createdAt: 20, scheduledAt: 20, startedAt: 40 }),
      pod('c', { createdAt: 50, node: '' }),
    ],
    100,
  );
  const flows = events.filter(({ bind_id: id }) => id !== undefined);
  expect(flows.map(({ name, flow_out: out, flow_in: into }) => [name, out === true, into === true])).toEqual([
    ['default/a', true, false],
    ['default/a', false, true],
  ]);
});

it('is well-formed whatever becomes of pods', () => {
  const moment = fc.integer({ min: -1, max: 60 });
  const times = fc.record({
    createdAt: fc.integer({ min: 0, max: 30 }),
    scheduledAt: moment,
    startedAt: moment,
    readyAt: moment,
    finishedAt: moment,
    deletionAt: moment,
    removedAt: moment,
    node: fc.constantFrom('', 'node-1', 'node-"2"'),
  });
  fc.assert(
    fc.property(fc.array(times, { maxLength: 8 }), (all) => {
      const inOrder = all.map(({ node, createdAt, ...rest }, i) => {
        // Moments of a pod do not lie before those that must come first.
        let latest = createdAt;
        const moments = Object.entries(rest).map(([name, at]) => [name, at < 0 ? -1 : (latest = Math.max(latest, at))]);
        const known = Object.fromEntries(moments) as Partial<PodRecord>;
        return pod(`p${i}`, {
          node,
          createdAt,
          ...known,
          ...(node === '' ? { scheduledAt: -1, startedAt: -1, readyAt: -1 } : {}),
        });
      });
      traced(inOrder, 100);
    }),
  );
});

it.each([
  ['{"traceEvents":[', 'no JSON'],
  [[{ ph: 'b', cat: 'pod', name: 'a', ts: 1.5, pid: 1, tid: 1, id2: { local: '0x1' } }], 'whole microseconds'],
  [[{ ph: 'C', name: 'a', ts: 1, pid: 1, tid: 1, args: { x: 'many' } }], 'numbers'],
  [[{ ph: 'i', name: 'a', ts: 1, pid: 1, tid: 1 }], 'scope'],
  [[{ ph: 'b', cat: 'pod', name: 'a', ts: 1, pid: 1, tid: 1, id2: { local: '0x1' } }], 'never ends'],
  [[{ ph: 'Q', name: 'a', ts: 1, pid: 1, tid: 1 }], 'ph'],
  [[{ ph: 'i', s: 'p', name: 'a', ts: 1, pid: 7, tid: 7 }], 'no process_name'],
])('the judge of the format sees what is wrong: %j', (events, problem) => {
  const about = ['process_name', 'thread_name'].map((name) => ({
    ph: 'M',
    name,
    ts: 0,
    pid: 1,
    tid: 1,
    args: { name: 'x' },
  }));
  const text =
    typeof events === 'string' ? events : JSON.stringify({ displayTimeUnit: 'ms', traceEvents: [...about, ...events] });
  expect(traceProblems(text).join('\n')).toContain(problem);
});

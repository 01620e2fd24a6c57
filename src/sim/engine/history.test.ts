import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Checkpoints, divergence } from './checkpoints.ts';
import { Engine, type EventKind } from './engine.ts';
import { firstDifference, type TraceRow } from './trace.ts';

interface Fault {
  /** The number of the event whose handler misbehaves. */
  readonly event: number;
  readonly how: 'extra-draw' | 'later' | 'extra-event' | 'other-operand' | 'stop';
}

/** A small model of random events, which may go wrong in one event. */
function model(fault?: Fault): Engine {
  const engine = new Engine({ seed: 'model', checkpointInterval: 16 });
  const random = engine.stream('walk');
  const walk: EventKind = engine.on('walk', (left) => {
    const wrong = engine.dispatched === fault?.event ? fault.how : undefined;
    if (wrong === 'extra-draw') random.next();
    if (wrong === 'extra-event') engine.after(0, walk, 0);
    if (wrong === 'stop' || left === 0) return;
    const delay = 1 + random.below(10) + (wrong === 'later' ? 1 : 0);
    engine.after(delay, walk, left - 1, wrong === 'other-operand' ? 1 : 0);
  });
  engine.at(0, walk, 2_000);
  return engine;
}

function ran(engine: Engine): Engine {
  engine.run();
  return engine;
}

/** What `verify` does with two runs: compare histories, trace the window where they part, name the first difference. */
function locate(left: () => Engine, right: () => Engine): ReturnType<typeof firstDifference> {
  const window = divergence(ran(left()).history(), ran(right()).history());
  if (window === undefined) return undefined;
  const traces = [left(), right()].map((engine) => {
    const rows = engine.traceWindow(window.from, window.to);
    engine.run();
    return { rows, end: engine.fingerprint.toString() };
  });
  return firstDifference(traces[0]!, traces[1]!);
}

describe('the history of a run', () => {
  it('is the same for the same run, and leads nowhere', () => {
    expect(ran(model()).history()).toEqual(ran(model()).history());
    expect(locate(model, model)).toBeUndefined();
  });

  it('finds the event after which two runs differ', () => {
    const how = fc.constantFrom<Fault['how'][]>('extra-draw', 'later', 'extra-event', 'other-operand', 'stop');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.integer({ min: 1, max: 2_000 }),
          fc.integer({ min: 1, max: 125 }).map((n) => n * 16),
        ),
        how,
        (event, fault) => {
          const difference = locate(model, () => model({ event, how: fault }))!;
          // The draws of an event's handler show as its own; what it schedules shows as the next event.
          const ownDraws = fault === 'extra-draw' || fault === 'stop';
          expect(difference.what).toBe(ownDraws && difference.right !== undefined ? 'draws' : 'event');
          expect(difference.number).toBe(difference.what === 'draws' ? event : event + 1);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('finds a difference after the last common checkpoint', () => {
    const difference = locate(model, () => model({ event: 1_999, how: 'extra-event' }))!;
    expect(difference).toMatchObject({ number: 2_000, what: 'event', left: { b: 0 }, right: { a: 0 } });
    const last = locate(model, () => model({ event: 2_001, how: 'extra-draw' }))!;
    expect(last).toMatchObject({ number: 2_001, what: 'draws', left: { a: 0 }, right: { a: 0 } });
  });

  it('is recorded at equal distances', () => {
    const { checkpoints, events, fingerprint } = ran(model()).history();
    expect(events).toBe(2_001);
    expect(checkpoints.map((checkpoint) => checkpoint.events)).toEqual(
      Array.from({ length: 125 }, (_, i) => (i + 1) * 16),
    );
    expect(new Set([fingerprint, ...checkpoints.map((checkpoint) => checkpoint.fingerprint)]).size).toBe(126);
  });

  it('never keeps more than 1,024 checkpoints, at distances that double', () => {
    const checkpoints = new Checkpoints(10);
    for (let events = 1; events <= 100_000; events++) {
      if (events === checkpoints.due) checkpoints.add({ events, time: 0, fingerprint: '' });
      if (events % 5_000 === 0) expect(checkpoints.list.length).toBeLessThanOrEqual(1_024);
    }
    const distances = checkpoints.list.map(({ events }, i) => events - (checkpoints.list[i - 1]?.events ?? 0));
    expect(new Set(distances)).toEqual(new Set([160]));
    expect(checkpoints.list.length).toBe(625);
  });

  it('can be compared where the distances are not the same', () => {
    const checkpoint = (events: number, fingerprint: string) => ({ events, time: events, fingerprint });
    const left = {
      ...checkpoint(40, 'x'),
      checkpoints: [10, 20, 30, 40].map((n) => checkpoint(n, n < 25 ? 'a' : 'b')),
    };
    const right = { ...checkpoint(45, 'y'), checkpoints: [20, 40].map((n) => checkpoint(n, n < 25 ? 'a' : 'c')) };
    expect(divergence(left, right)).toEqual({ from: 21, to: 41 });
    expect(divergence(right, left)).toEqual({ from: 21, to: 41 });
  });
});

describe('a trace window', () => {
  it('holds exactly its events, as they were dispatched', () => {
    const all = model();
    const rows = all.traceWindow(1, Infinity);
    all.run();
    expect(rows.map((row) => row.number)).toEqual(Array.from({ length: 2_001 }, (_, i) => i + 1));
    expect(rows[0]).toMatchObject({ number: 1, time: 0, kind: 'walk', a: 2_000, b: 0 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_001 }), fc.nat(100), (from, length) => {
        const engine = model();
        const window = engine.traceWindow(from, from + length);
        engine.run();
        expect(window).toEqual(rows.slice(from - 1, from + length));
      }),
      { numRuns: 50 },
    );
  });

  it('does not change the run, and can follow another', () => {
    const plain = ran(model()).history();
    const traced = model();
    const first = traced.traceWindow(5, 6);
    traced.run({ maxEvents: 100 });
    const second = traced.traceWindow(101, 110);
    expect(() => traced.traceWindow(100, 110)).toThrow('event 100 is past');
    expect(() => traced.traceWindow(110, 109)).toThrow('trace window');
    traced.run();
    expect(first.map((row) => row.number)).toEqual([5, 6]);
    expect(second.map((row) => row.number)).toEqual([101, 102, 103, 104, 105, 106, 107, 108, 109, 110]);
    expect(traced.history()).toEqual(plain);
  });

  it('of two runs differs where one has more events', () => {
    const row = (number: number): TraceRow => ({ number, time: number, kind: 'k', a: 0, b: 0, before: String(number) });
    const trace = (end: string, ...numbers: number[]) => ({ rows: numbers.map(row), end });
    expect(firstDifference(trace('x', 1, 2), trace('y', 1))).toEqual({
      number: 2,
      what: 'event',
      left: row(2),
      right: undefined,
    });
    expect(firstDifference(trace('x'), trace('y', 1))).toMatchObject({ number: 1, what: 'event', left: undefined });
    expect(firstDifference(trace('x', 1), trace('y', 1))).toMatchObject({ number: 1, what: 'draws' });
    expect(firstDifference(trace('x', 1), trace('x', 1))).toBeUndefined();
  });
});

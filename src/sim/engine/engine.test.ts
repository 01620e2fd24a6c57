import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssertionError } from './assert.ts';
import { Engine, type EventHandle, type EventKind } from './engine.ts';
import { LivelockError } from './livelock.ts';

/** An engine with one kind of event that notes time and operands. */
function noting(): { engine: Engine; note: EventKind; noted: (readonly [number, number, number, unknown])[] } {
  const engine = new Engine();
  const noted: (readonly [number, number, number, unknown])[] = [];
  const note = engine.on('note', (a, b, ref) => noted.push([engine.now, a, b, ref]));
  return { engine, note, noted };
}

describe('the engine', () => {
  it('dispatches in order of time, and equal times in order of scheduling', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 200 }), (times) => {
        const { engine, note, noted } = noting();
        times.forEach((time, i) => engine.at(time, note, i, -i, times));
        engine.run();
        const expected = times
          .map((time, i) => [time, i, i === 0 ? 0 : -i, times] as const)
          .sort((left, right) => left[0] - right[0] || left[1] - right[1]);
        expect(noted).toEqual(expected);
        expect(engine.now).toBe(times.length === 0 ? 0 : Math.max(...times));
        expect(engine.dispatched).toBe(times.length);
      }),
    );
  });

  it('dispatches what a handler schedules for the present instant after what is already due', () => {
    const engine = new Engine();
    const order: string[] = [];
    const late = engine.on('late', () => order.push('late'));
    const second = engine.on('second', () => order.push('second'));
    const first = engine.on('first', () => {
      order.push('first');
      engine.after(0, late);
    });
    engine.at(5, first);
    engine.at(5, second);
    engine.run();
    expect(order).toEqual(['first', 'second', 'late']);
    expect(engine.now).toBe(5);
  });

  it('hands operands and references through', () => {
    const { engine, note, noted } = noting();
    const ref = { x: 1 };
    engine.at(1, note);
    engine.at(2, note, -0x8000_0000, 0x7fff_ffff, ref);
    engine.at(3, note, 1, 2, null);
    engine.run();
    expect(noted).toEqual([
      [1, 0, 0, undefined],
      [2, -0x8000_0000, 0x7fff_ffff, ref],
      [3, 1, 2, null],
    ]);
    expect(noted[1]![3]).toBe(ref);
  });

  describe('refuses', () => {
    it.each([
      [-1, 'before now'],
      [0.5, 'not a safe integer'],
      [NaN, 'not a safe integer'],
      [Infinity, 'not a safe integer'],
      [2 ** 53, 'not a safe integer'],
    ])('the time %d', (time, reason) => {
      const { engine, note } = noting();
      expect(() => engine.at(time, note)).toThrow(AssertionError);
      expect(() => engine.at(time, note)).toThrow(`event note: time ${time} is ${reason}`);
      expect(() => engine.after(time, note)).toThrow(AssertionError);
      expect(engine.pending).toBe(0);
      expect(engine.run()).toBe('quiescent');
    });

    it.each([2 ** 31, -(2 ** 31) - 1, 0.5, NaN])('the operand %d', (operand) => {
      const { engine, note } = noting();
      expect(() => engine.at(1, note, operand)).toThrow('not both 32-bit integers');
      expect(() => engine.at(1, note, 0, operand)).toThrow('not both 32-bit integers');
    });

    it('the past, once time has gone on', () => {
      const { engine, note } = noting();
      engine.at(10, note);
      engine.run();
      expect(() => engine.at(9, note)).toThrow('time 9 is before now, 10');
      engine.at(10, note);
      expect(engine.run()).toBe('quiescent');
    });

    it('a delay that leads beyond the last time', () => {
      const { engine, note, noted } = noting();
      engine.at(Number.MAX_SAFE_INTEGER, note);
      engine.run();
      expect(noted).toHaveLength(1);
      expect(() => engine.after(1, note)).toThrow('not a safe integer');
    });

    it('two kinds of one name', () => {
      const { engine } = noting();
      expect(() => engine.on('note', () => undefined)).toThrow('two kinds of event are named note');
    });

    it('to run within a run', () => {
      const engine = new Engine();
      engine.at(
        0,
        engine.on('nested', () => void engine.run()),
      );
      expect(() => engine.run()).toThrow('run inside run');
    });

    it.each([{ until: 0.5 }, { until: NaN }, { maxEvents: NaN }, { maxEvents: -1 }])('the limits %j', (limits) => {
      const { engine } = noting();
      expect(() => engine.run(limits)).toThrow(AssertionError);
    });
  });

  describe('stops', () => {
    it('at a time, with what is due then done, and goes on from there', () => {
      const { engine, note, noted } = noting();
      for (const time of [5, 10, 10, 11]) engine.at(time, note);
      expect(engine.run({ until: 10 })).toBe('until');
      expect(noted.map(([time]) => time)).toEqual([5, 10, 10]);
      expect(engine.now).toBe(10);
      expect(engine.run({ until: 10 })).toBe('until');
      expect(engine.run({ until: 7 })).toBe('until');
      expect(engine.now).toBe(10);
      engine.at(10, note);
      expect(engine.run()).toBe('quiescent');
      expect(noted.map(([time]) => time)).toEqual([5, 10, 10, 10, 11]);
    });

    it('at a time at which nothing happens', () => {
      const { engine, note } = noting();
      engine.at(100, note);
      expect(engine.run({ until: 10 })).toBe('until');
      expect(engine.now).toBe(10);
      expect(engine.dispatched).toBe(0);
    });

    it('after a number of events, at the time of the last', () => {
      const { engine, note, noted } = noting();
      for (const time of [5, 5, 6]) engine.at(time, note);
      expect(engine.run({ maxEvents: 0 })).toBe('events');
      expect(engine.run({ maxEvents: 2, until: 100 })).toBe('events');
      expect(engine.now).toBe(5);
      expect(engine.run({ maxEvents: 1 })).toBe('quiescent');
      expect(noted).toHaveLength(3);
    });

    it('when it is told to, after the present event', () => {
      const engine = new Engine();
      const stop = engine.on('stop', () => engine.stop());
      engine.at(1, stop);
      engine.at(1, stop);
      expect(engine.run()).toBe('stopped');
      expect(engine.dispatched).toBe(1);
      expect(engine.run()).toBe('stopped');
      expect(engine.run()).toBe('quiescent');
    });

    it('when only background work is pending, at the last foreground event', () => {
      const engine = new Engine();
      let beats = 0;
      const beat: EventKind = engine.on(
        'beat',
        () => {
          beats++;
          engine.after(10, beat);
        },
        { background: true },
      );
      const work = engine.on('work', () => undefined);
      engine.at(0, beat);
      expect(engine.run({ until: 1_000 })).toBe('quiescent');
      engine.at(35, work);
      const cancelled = engine.at(500, work);
      engine.at(
        40,
        engine.on('cancel', () => void engine.cancel(cancelled)),
      );
      expect(engine.run({ until: 1_000 })).toBe('quiescent');
      expect(beats).toBe(4);
      expect(engine.now).toBe(40);
      expect(engine.lastForegroundAt).toBe(40);
      expect(engine.pending).toBe(1);
    });

    it('with what a handler throws, and can go on', () => {
      const engine = new Engine();
      const fail = engine.on('fail', () => {
        throw new Error('broken');
      });
      const { note, noted } = { note: engine.on('note', () => noted.push(engine.now)), noted: [] as number[] };
      engine.at(1, fail);
      engine.at(2, note);
      expect(() => engine.run()).toThrow('broken');
      expect(engine.dispatched).toBe(1);
      expect(engine.run()).toBe('quiescent');
      expect(noted).toEqual([2]);
    });

    it('in the same way however it is cut into pieces', () => {
      const history = (cut: (engine: Engine) => boolean): string => {
        const engine = new Engine({ seed: 'pieces', checkpointInterval: 10 });
        const random = engine.stream('x');
        const step: EventKind = engine.on('step', (left) => {
          if (left > 0) engine.after(random.below(3), step, left - 1);
          if (left % 3 === 2) engine.after(random.below(30), step, 0);
        });
        engine.at(0, step, 300);
        while (cut(engine));
        return JSON.stringify([engine.now, engine.history()]);
      };
      const whole = history((engine) => engine.run() !== 'quiescent');
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 20 }), (maxEvents, step) => {
          expect(history((engine) => engine.run({ maxEvents }) !== 'quiescent')).toBe(whole);
          expect(history((engine) => engine.run({ until: engine.now + step }) !== 'quiescent')).toBe(whole);
        }),
      );
    });
  });

  describe('cancels', () => {
    it('an event of the same instant from within a handler', () => {
      const { engine, note, noted } = noting();
      let handle: EventHandle = -1;
      engine.at(
        5,
        engine.on('cancel', () => expect(engine.cancel(handle)).toBe(true)),
      );
      handle = engine.at(5, note, 1);
      engine.at(5, note, 2);
      engine.run();
      expect(noted.map(([, a]) => a)).toEqual([2]);
    });

    it('once, and neither what fired nor what fires now', () => {
      const engine = new Engine();
      const results: boolean[] = [];
      const own = engine.on('own', () => results.push(engine.cancel(handle)));
      const handle = engine.at(1, own);
      const other = engine.at(2, own);
      expect([engine.cancel(other), engine.cancel(other)]).toEqual([true, false]);
      engine.run();
      expect(results).toEqual([false]);
      expect(engine.cancel(handle)).toBe(false);
    });

    it('nothing but what was meant: every event is dispatched, cancelled or pending', () => {
      const action = fc.record({
        delay: fc.nat(30),
        cancel: fc.option(fc.nat(), { nil: undefined }),
        children: fc.nat(2),
      });
      fc.assert(
        fc.property(fc.array(action, { minLength: 1, maxLength: 200 }), fc.nat(300), (actions, maxEvents) => {
          const engine = new Engine();
          const handles: EventHandle[] = [];
          const fate: ('pending' | 'cancelled' | 'fired')[] = [];
          let last = 0;
          const schedule = (): void => {
            const index = handles.length;
            if (index === actions.length) return;
            fate.push('pending');
            handles.push(engine.after(actions[index]!.delay, act, index, -1));
          };
          const act = engine.on('act', (index, minusOne) => {
            expect(minusOne).toBe(-1);
            expect(fate[index]).toBe('pending');
            expect(engine.now).toBeGreaterThanOrEqual(last);
            last = engine.now;
            fate[index] = 'fired';
            const { cancel, children } = actions[index]!;
            if (cancel !== undefined) {
              const victim = cancel % handles.length;
              expect(engine.cancel(handles[victim]!)).toBe(fate[victim] === 'pending');
              if (fate[victim] === 'pending') fate[victim] = 'cancelled';
            }
            for (let i = 0; i < children; i++) schedule();
          });
          for (let i = 0; i < 5; i++) schedule();
          const reason = engine.run({ maxEvents });
          const count = (what: string) => fate.filter((entry) => entry === what).length;
          expect(engine.dispatched).toBe(count('fired'));
          expect(engine.pending).toBe(count('pending'));
          expect(fate.length).toBe(count('fired') + count('cancelled') + count('pending'));
          expect(reason).toBe(count('pending') === 0 ? 'quiescent' : 'events');
        }),
        { numRuns: process.env['ORRERY_LONG'] ? 50_000 : 500 },
      );
    });
  });

  describe('finds a livelock', () => {
    it('and names the cycle, the time and the event', () => {
      const engine = new Engine({ livelockLimit: 2_000 });
      const kinds: EventKind[] = [];
      ['a/ask', 'b/answer', 'c/again'].forEach((name, i) => {
        kinds.push(engine.on(name, () => void engine.after(0, kinds[(i + 1) % 3]!)));
      });
      engine.at(
        3,
        engine.on('quiet', () => undefined),
      );
      engine.at(724_000_000, kinds[0]!);
      let error: unknown;
      try {
        engine.run();
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(LivelockError);
      const { message, cycle, time, eventNumber } = error as LivelockError;
      expect(message).toMatch(
        /^livelock at 12m04s \(event 2002\): more than 2000 events at this instant, in the cycle /,
      );
      expect([...cycle].sort()).toEqual(['a/ask', 'b/answer', 'c/again']);
      expect(`${cycle.join()},${cycle.join()}`).toContain('a/ask,b/answer,c/again');
      expect([time, eventNumber]).toEqual([724_000_000, 2_002]);
    });

    it('without a fixed cycle, and names what is commonest', () => {
      const engine = new Engine({ livelockLimit: 1_000 });
      const random = engine.stream('coin');
      const kinds: EventKind[] = [];
      for (const name of ['heads', 'tails']) {
        kinds.push(engine.on(name, () => void engine.after(0, kinds[random.below(2)]!)));
      }
      engine.at(0, kinds[0]!);
      expect(() => engine.run()).toThrow(/of the last 512: \d+ (heads|tails), \d+ (heads|tails)$/);
    });

    it('not in as many events as are allowed at one instant, at every instant', () => {
      const engine = new Engine({ livelockLimit: 100 });
      const step: EventKind = engine.on('step', (left) => {
        if (left > 0) engine.after(left % 100 === 1 ? 1 : 0, step, left - 1);
      });
      engine.at(0, step, 1_000);
      expect(engine.run()).toBe('quiescent');
      engine.at(engine.now + 1, step, 100);
      expect(engine.run()).toBe('quiescent');
      const strict = new Engine({ livelockLimit: 100 });
      const nothing = strict.on('nothing', () => undefined);
      for (let i = 0; i < 101; i++) strict.at(7, nothing);
      expect(() => strict.run()).toThrow(LivelockError);
    });
  });

  it('gives the same stream for the same name', () => {
    const engine = new Engine({ seed: '5' });
    expect(engine.stream('a')).toBe(engine.stream('a'));
    expect(engine.keyed('a')).toBe(engine.keyed('a'));
    expect(engine.stream('a').next()).not.toBe(engine.stream('b').next());
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WorkQueue } from './work-queue.ts';

describe('WorkQueue', () => {
  it('holds a key once, and again after the work that was under way', () => {
    const queue = new WorkQueue();
    queue.add('a');
    queue.add('a');
    expect(queue.get()).toBe('a');
    expect(queue.get()).toBeUndefined();
    queue.add('a');
    expect(queue.get()).toBeUndefined();
    queue.done('a');
    expect(queue.get()).toBe('a');
  });

  it('retries after 5 ms, doubled up to 1,000 s, from the start again once forgotten', () => {
    const queue = new WorkQueue();
    const retry = (): number => {
      queue.addRateLimited('a', 0);
      const due = queue.nextDueAt!;
      queue.advance(due);
      queue.get();
      queue.done('a');
      return due;
    };
    const delays = Array.from({ length: 20 }, retry);
    expect(delays.slice(0, 4)).toEqual([5_000, 10_000, 20_000, 40_000]);
    expect(delays[17]).toBe(655_360_000);
    expect(delays[18]).toBe(1_000_000_000);
    expect(delays[19]).toBe(1_000_000_000);
    queue.forget('a');
    expect(retry()).toBe(5_000);
  });

  it('retries at most 10 keys a second after the first 100', () => {
    const queue = new WorkQueue();
    for (let i = 0; i < 110; i++) queue.addRateLimited(`key-${i}`, 0);
    queue.advance(5_000);
    expect(queue.length).toBe(100);
    queue.advance(1_000_000);
    expect(queue.length).toBe(110);
  });

  it('keeps the earlier of two delays for a key', () => {
    const queue = new WorkQueue();
    queue.addAt('a', 100);
    queue.addAt('a', 50);
    queue.addAt('a', 70);
    queue.advance(50);
    expect(queue.get()).toBe('a');
    queue.done('a');
    queue.advance(1000);
    expect(queue.get()).toBeUndefined();
    expect(queue.nextDueAt).toBeUndefined();
  });

  it('never gives a key to two workers and loses none (C17)', () => {
    const step = fc.oneof(
      fc.record({ op: fc.constant('add' as const), key: fc.constantFrom('a', 'b', 'c', 'd') }),
      fc.record({ op: fc.constant('get' as const), key: fc.constant('') }),
      fc.record({ op: fc.constant('done' as const), key: fc.constantFrom('a', 'b', 'c', 'd') }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const queue = new WorkQueue();
        const working = new Set<string>();
        const owed = new Set<string>();
        for (const { op, key } of steps) {
          if (op === 'add') {
            queue.add(key);
            owed.add(key);
          } else if (op === 'get') {
            const taken = queue.get();
            if (taken === undefined) {
              for (const one of owed) expect(working.has(one)).toBe(true);
              continue;
            }
            expect(working.has(taken)).toBe(false);
            expect(owed.has(taken)).toBe(true);
            owed.delete(taken);
            working.add(taken);
          } else if (working.delete(key)) queue.done(key);
        }
        for (const key of working) queue.done(key);
        const rest = new Set<string>();
        for (let key = queue.get(); key !== undefined; key = queue.get()) rest.add(key);
        expect(rest).toEqual(owed);
      }),
    );
  });
});

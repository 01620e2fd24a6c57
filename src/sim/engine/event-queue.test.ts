import { strictEqual } from 'node:assert';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OracleEventQueue } from '../../../test/oracle/event-queue.ts';
import { EventQueue } from './event-queue.ts';

const RUNS = process.env['ORRERY_LONG'] ? 30_000 : 1_000;
/** One more push, and sequence numbers are used up. */
const LAST_SEQUENCE = 268_435_455;
const SLOTS = 33_554_432;

/** Both queues, and the handles of the n-th push in each. */
interface Pair {
  readonly queue: EventQueue;
  readonly handles: number[];
}

type Model = OracleEventQueue & { pushed: number };

/** Few different times, so that most events are equal in time and only the sequence orders them. */
const time = fc.oneof(fc.nat(5), fc.nat(1_000), fc.constantFrom(0, Number.MAX_SAFE_INTEGER));
const operand = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });

class Push implements fc.Command<Model, Pair> {
  readonly event: readonly [number, number, number, number, unknown];
  constructor(event: [number, number, number, number, unknown]) {
    this.event = event;
  }
  check = () => true;
  run(model: Model, real: Pair): void {
    const handle = real.queue.push(...this.event);
    strictEqual(Number.isSafeInteger(handle), true);
    real.handles.push(handle);
    model.push(...this.event);
    model.pushed++;
    strictEqual(real.queue.size, model.size);
  }
  toString = () => `push(${this.event.join(', ')})`;
}

class Pop implements fc.Command<Model, Pair> {
  check = (model: Readonly<Model>) => model.size > 0;
  run(model: Model, { queue }: Pair): void {
    strictEqual(queue.nextTime(), model.nextTime());
    queue.pop();
    const event = model.pop();
    strictEqual(queue.kind, event.kind);
    strictEqual(queue.a, event.a);
    strictEqual(queue.b, event.b);
    strictEqual(queue.ref, event.ref);
    strictEqual(queue.size, model.size);
  }
  toString = () => 'pop';
}

class Cancel implements fc.Command<Model, Pair> {
  readonly pick: number;
  constructor(pick: number) {
    this.pick = pick;
  }
  check = (model: Readonly<Model>) => model.pushed > 0;
  run(model: Model, real: Pair): void {
    const index = this.pick % model.pushed;
    strictEqual(real.queue.cancel(real.handles[index]!), model.cancel(index));
    strictEqual(real.queue.size, model.size);
  }
  toString = () => `cancel(${this.pick})`;
}

class CancelMost implements fc.Command<Model, Pair> {
  check = (model: Readonly<Model>) => model.pushed > 0;
  run(model: Model, real: Pair): void {
    for (let index = 0; index < model.pushed; index++) {
      if (index % 4 !== 0) strictEqual(real.queue.cancel(real.handles[index]!), model.cancel(index));
    }
    strictEqual(real.queue.size, model.size);
  }
  toString = () => 'cancel three of four';
}

class PushMany implements fc.Command<Model, Pair> {
  readonly times: readonly number[];
  constructor(times: readonly number[]) {
    this.times = times;
  }
  check = () => true;
  run(model: Model, real: Pair): void {
    for (let i = 0; i < 100; i++) new Push([this.times[i % this.times.length]!, 3, i, 0, undefined]).run(model, real);
  }
  toString = () => `push 100 at ${this.times.join(', ')}`;
}

class PopAll implements fc.Command<Model, Pair> {
  check = () => true;
  run(model: Model, real: Pair): void {
    while (model.size > 0) new Pop().run(model, real);
    strictEqual(real.queue.nextTime(), Infinity);
  }
  toString = () => 'pop all';
}

class Reschedule implements fc.Command<Model, Pair> {
  readonly pick: number;
  readonly to: number;
  constructor(pick: number, to: number) {
    this.pick = pick;
    this.to = to;
  }
  check = (model: Readonly<Model>) => model.pushed > 0;
  run(model: Model, real: Pair): void {
    new Cancel(this.pick).run(model, real);
    new Push([this.to, 1, this.pick, 0, undefined]).run(model, real);
  }
  toString = () => `reschedule(${this.pick}, ${this.to})`;
}

function drained(queue: EventQueue): number[][] {
  const events: number[][] = [];
  while (queue.size > 0) {
    const at = queue.nextTime();
    queue.pop();
    events.push([at, queue.kind, queue.a, queue.b]);
  }
  return events;
}

describe('the event queue', () => {
  const ref = fc.option(fc.string(), { nil: undefined });
  const push = fc.tuple(time, fc.nat(2_000), operand, operand, ref).map((event) => new Push(event));
  const commands = [
    push,
    push,
    fc.constant(new Pop()),
    fc.nat().map((pick) => new Cancel(pick)),
    fc.tuple(fc.nat(), time).map(([pick, to]) => new Reschedule(pick, to)),
    fc.array(time, { minLength: 1, maxLength: 7 }).map((times) => new PushMany(times)),
    fc.constant(new CancelMost()),
  ];

  it.each([
    ['from the start', 0],
    ['across the end of the sequence numbers', LAST_SEQUENCE - 20],
  ])(
    'does what the oracle does, %s',
    (_, firstSequence) => {
      fc.assert(
        fc.property(fc.commands(commands, { maxCommands: 100, size: 'max' }), (sequence) => {
          fc.modelRun(() => {
            const model = Object.assign(new OracleEventQueue(), { pushed: 0 });
            return { model, real: { queue: new EventQueue(firstSequence), handles: [] } };
          }, [...sequence, new PopAll()]);
        }),
        { numRuns: RUNS },
      );
    },
    600_000,
  );

  it('keeps the order of equal times, through growth', () => {
    const queue = new EventQueue();
    for (let i = 0; i < 5_000; i++) queue.push(7, 1, i, -i, undefined);
    expect(drained(queue).map(([, , a]) => a)).toEqual(Array.from({ length: 5_000 }, (_, i) => i));
  });

  it('has no next time when it is empty', () => {
    const queue = new EventQueue();
    expect(queue.nextTime()).toBe(Infinity);
    queue.cancel(queue.push(1, 1, 0, 0, undefined));
    expect(queue.size).toBe(0);
    expect(queue.nextTime()).toBe(Infinity);
  });

  it('does not take a handle for that of the slot’s next event', () => {
    const queue = new EventQueue();
    const first = queue.push(1, 1, 0, 0, undefined);
    queue.nextTime();
    queue.pop();
    const second = queue.push(2, 2, 0, 0, undefined);
    expect(second).not.toBe(first);
    expect(queue.cancel(first)).toBe(-1);
    expect(queue.size).toBe(1);
    expect(queue.cancel(second)).toBe(2);
  });

  it.each([-1, 0.5, 1e300, NaN, Infinity, -Infinity, 2 ** 40])('takes %d for no handle', (handle) => {
    const queue = new EventQueue();
    queue.push(1, 1, 0, 0, undefined);
    expect(queue.cancel(handle)).toBe(-1);
    expect(queue.size).toBe(1);
  });

  it('retires a slot whose generations are used up, so that no handle is ever given twice', () => {
    const queue = new EventQueue();
    queue.push(1, 1, 0, 0, undefined);
    const { records } = queue as unknown as { records: Int32Array };
    records[3] = LAST_SEQUENCE;
    const old = LAST_SEQUENCE * SLOTS;
    expect(Number.isSafeInteger(old + SLOTS - 1)).toBe(true);
    queue.nextTime();
    queue.pop();
    for (let time = 2; time < 200; time++) expect(queue.push(time, 1, time, 0, undefined) % SLOTS).toBe(time - 1);
    expect(queue.cancel(old)).toBe(-1);
    expect(drained(queue)).toHaveLength(198);
  });

  it('lets go of what was cancelled and of what fired', () => {
    const queue = new EventQueue();
    const handle = queue.push(1, 1, 0, 0, { large: true });
    queue.push(2, 1, 0, 0, { large: true });
    queue.cancel(handle);
    queue.nextTime();
    queue.pop();
    expect(queue.ref).toEqual({ large: true });
    const { refs } = queue as unknown as { refs: unknown[] };
    expect(refs.filter((ref) => ref !== undefined)).toEqual([]);
  });

  it('does not grow with what is cancelled', () => {
    const queue = new EventQueue();
    for (let i = 0; i < 100; i++) queue.push(1_000_000 + i, 1, i, 0, undefined);
    for (let i = 0; i < 100_000; i++) queue.cancel(queue.push(2_000_000 + i, 1, 0, 0, undefined));
    const { capacity } = queue as unknown as { capacity: number };
    expect(queue.size).toBe(100);
    expect(capacity).toBeLessThanOrEqual(512);
  });
});

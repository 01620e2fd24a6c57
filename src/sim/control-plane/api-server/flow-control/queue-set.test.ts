import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QueueSet, type Admitted } from './queue-set.ts';

const QUEUING = { queues: 8, handSize: 2, queueLengthLimit: 5 };
const SEAT = { initialSeats: 1, finalSeats: 0, finalMicros: 0 };
const MILLISECOND = 1_000;

function seats(initialSeats: number): typeof SEAT {
  return { ...SEAT, initialSeats };
}

/** Serves requests that last as long as they say, each as it gets its seats. */
class Station {
  readonly set: QueueSet;
  readonly started: { readonly flow: number; readonly at: number }[] = [];
  now = 0;
  #ends: { readonly at: number; readonly one: () => Admitted }[] = [];

  constructor(limit: number, queuing = QUEUING) {
    this.set = new QueueSet(queuing, limit);
  }

  arrive(flow: number, lasts: number, work = SEAT): Admitted | undefined {
    let one: Admitted | undefined = undefined;
    const start = (): void => {
      this.started.push({ flow, at: this.now });
      this.#ends.push({ at: this.now + lasts, one: () => one! });
    };
    one = this.set.arrive(flow, work, start, this.now);
    return one;
  }

  /** Lets everything end that ends until then. */
  until(time: number): void {
    for (;;) {
      this.#ends.sort((a, b) => a.at - b.at);
      const next = this.#ends[0];
      if (next === undefined || next.at > time) break;
      this.#ends.shift();
      this.now = next.at;
      this.set.finish(next.one(), this.now);
    }
    this.now = time;
  }
}

describe('the queues of a priority level', () => {
  it('start what fits and keep the rest, in order', () => {
    const station = new Station(2);
    for (let i = 0; i < 5; i++) station.arrive(1, 10 * MILLISECOND);
    expect([station.set.executing, station.set.waiting]).toEqual([2, 3]);
    station.until(30 * MILLISECOND);
    expect(station.started.map(({ at }) => at / MILLISECOND)).toEqual([0, 0, 10, 10, 20]);
    expect([station.set.executing, station.set.waiting, station.set.seatsInUse]).toEqual([0, 0, 0]);
  });

  it('refuse a flow whose hand is full, and nobody else', () => {
    const station = new Station(1);
    const flood = Array.from({ length: 20 }, () => station.arrive(0, 1_000 * MILLISECOND));
    // One is served, two queues of five are full.
    expect(flood.filter((one) => one !== undefined)).toHaveLength(11);
    const other = 3 + 8 * 5;
    expect(station.arrive(other, 1)).toBeDefined();
  });

  it('serve a small flow at its turn, however many requests of another wait', () => {
    const station = new Station(1, { queues: 64, handSize: 1, queueLengthLimit: 50 });
    for (let i = 0; i < 40; i++) station.arrive(1, 10 * MILLISECOND);
    station.until(100 * MILLISECOND);
    const before = station.started.length;
    station.arrive(2, 10 * MILLISECOND);
    station.until(130 * MILLISECOND);
    expect(station.started.slice(before, before + 2).map(({ flow }) => flow)).toContain(2);
  });

  it('give two flows that always want more the same share of seats, whatever their requests take', () => {
    const station = new Station(4, { queues: 64, handSize: 1, queueLengthLimit: 50 });
    const used = new Map([
      [1, 0],
      [2, 0],
    ]);
    const takes = new Map([
      [1, 30 * MILLISECOND],
      [2, 5 * MILLISECOND],
    ]);
    for (let at = 0; at < 20_000 * MILLISECOND; at += 5 * MILLISECOND) {
      station.until(at);
      for (const flow of [1, 2]) for (let i = 0; i < 4; i++) station.arrive(flow, takes.get(flow)!);
    }
    for (const { flow } of station.started) used.set(flow, used.get(flow)! + takes.get(flow)!);
    expect(used.get(1)! / used.get(2)!).toBeGreaterThan(0.9);
    expect(used.get(1)! / used.get(2)!).toBeLessThan(1.1);
  });

  it('let a request that is wider than the level run alone', () => {
    const station = new Station(3);
    station.arrive(1, 10 * MILLISECOND);
    station.arrive(1, 10 * MILLISECOND, seats(8));
    expect(station.started).toHaveLength(1);
    station.until(10 * MILLISECOND);
    expect([station.started.length, station.set.seatsInUse]).toEqual([2, 8]);
    station.until(20 * MILLISECOND);
    expect(station.set.seatsInUse).toBe(0);
  });

  it('never use more seats than there are (I12), never leave one idle that somebody could use, and lose nobody', () => {
    const arrival = fc.record({
      flow: fc.nat(5),
      after: fc.nat(20),
      lasts: fc.integer({ min: 1, max: 50 }),
      width: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(arrival, { maxLength: 80 }), fc.integer({ min: 3, max: 8 }), (arrivals, limit) => {
        const station = new Station(limit);
        let at = 0;
        let admitted = 0;
        for (const { flow, after, lasts, width } of arrivals) {
          station.until((at += after));
          if (station.arrive(flow, lasts, seats(width)) !== undefined) admitted++;
          expect(station.set.seatsInUse).toBeLessThanOrEqual(limit);
          // Only a request that does not fit may make the others wait: it has three seats at most.
          if (station.set.waiting > 0) expect(station.set.seatsInUse).toBeGreaterThan(limit - 3);
        }
        station.until(at + 80 * 50);
        expect(station.started).toHaveLength(admitted);
        expect([station.set.executing, station.set.waiting, station.set.seatsInUse]).toEqual([0, 0, 0]);
      }),
    );
  });

  it('forget who gives up waiting, and never who has started', () => {
    const station = new Station(1);
    const first = station.arrive(1, 10 * MILLISECOND)!;
    const second = station.arrive(1, 10 * MILLISECOND)!;
    expect(station.set.giveUp(first, 0)).toBe(false);
    expect(station.set.giveUp(second, 5 * MILLISECOND)).toBe(true);
    station.until(100 * MILLISECOND);
    expect(station.started).toHaveLength(1);
  });

  it('serve those that wait when they get more seats', () => {
    const station = new Station(1);
    for (let i = 0; i < 4; i++) station.arrive(1, 10 * MILLISECOND);
    station.set.setLimit(3, 0);
    expect([station.set.executing, station.set.waiting]).toEqual([3, 1]);
  });
});

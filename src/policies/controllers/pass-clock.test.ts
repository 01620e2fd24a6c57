import { describe, expect, it } from 'vitest';
import { PassClock } from './pass-clock.ts';

const SECOND = 1_000_000;

describe('PassClock', () => {
  it('passes every period and what a pass takes, before the first pass too', () => {
    const clock = new PassClock(5 * SECOND, 2_000, 3 * SECOND);
    expect(clock.atOrAfter(3 * SECOND)).toBe(3 * SECOND);
    expect(clock.after(3 * SECOND)).toBe(8_002_000);
    expect(clock.atOrAfter(-20 * SECOND)).toBe(3 * SECOND - 4 * 5_002_000);
    expect(clock.atOrBefore(8 * SECOND)).toBe(3 * SECOND);
  });

  it('counts the period from the end of a pass that worked, and remembers the rhythm before it', () => {
    const clock = new PassClock(5 * SECOND, 0, 0);
    clock.endedAt(10_300_000);
    expect(clock.after(10 * SECOND)).toBe(15_300_000);
    expect(clock.atOrAfter(6 * SECOND)).toBe(10 * SECOND);
    expect(clock.atOrAfter(20 * SECOND)).toBe(20_300_000);
    expect(clock.atOrBefore(21 * SECOND)).toBe(20_300_000);
  });
});

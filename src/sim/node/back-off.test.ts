import { describe, expect, it } from 'vitest';
import { newBackOff, raiseBackOff, remainingBackOff } from './back-off.ts';

const SECOND = 1_000_000;

describe('the crash back-off', () => {
  it('lets the first restart go at once, then holds back 10, 20, 40 … 300 s', () => {
    const entry = newBackOff();
    const waits: number[] = [];
    let now = 0;
    for (let death = 0; death < 8; death++) {
      const diedAt = now;
      const wait = remainingBackOff(entry, diedAt, now);
      waits.push(wait / SECOND);
      now += wait;
      raiseBackOff(entry, diedAt, now);
    }
    expect(waits).toEqual([0, 10, 20, 40, 80, 160, 300, 300]);
  });

  it('counts from the death, not from when it is asked', () => {
    const entry = newBackOff();
    raiseBackOff(entry, 0, 0);
    expect(remainingBackOff(entry, 4 * SECOND, 9 * SECOND)).toBe(5 * SECOND);
    expect(remainingBackOff(entry, 4 * SECOND, 14 * SECOND)).toBe(0);
  });

  it('forgets when the next death comes more than 600 s after the entry was raised', () => {
    const entry = newBackOff();
    raiseBackOff(entry, 0, 0);
    raiseBackOff(entry, 10 * SECOND, 20 * SECOND);
    expect(entry.delay).toBe(20 * SECOND);
    expect(remainingBackOff(entry, 620 * SECOND, 620 * SECOND)).toBe(20 * SECOND);
    expect(remainingBackOff(entry, 620 * SECOND + 1, 620 * SECOND + 1)).toBe(0);
    raiseBackOff(entry, 620 * SECOND + 1, 620 * SECOND + 1);
    expect(entry.delay).toBe(10 * SECOND);
  });
});

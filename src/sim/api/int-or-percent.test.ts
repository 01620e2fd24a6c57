import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentOf, scaledValue } from './int-or-percent.ts';

describe('numbers or percentages', () => {
  it('scale exactly, up or down', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1000 }), fc.nat({ max: 2 ** 31 - 1 }), (percent, total) => {
        const exact = BigInt(percent) * BigInt(total);
        expect(BigInt(scaledValue(`${percent}%`, total, 'down'))).toBe(exact / 100n);
        expect(BigInt(scaledValue(`${percent}%`, total, 'up'))).toBe((exact + 99n) / 100n);
      }),
    );
  });

  it('leave numbers alone', () => {
    expect(scaledValue(7, 100, 'up')).toBe(7);
    expect(percentOf(7)).toBeUndefined();
    expect(percentOf('7%')).toBe(7);
  });

  it('know the documented rollout', () => {
    expect(scaledValue('25%', 10, 'up')).toBe(3);
    expect(scaledValue('25%', 10, 'down')).toBe(2);
  });

  it('refuse other text', () => {
    for (const text of ['', '7', 'x%', '-1%', '1.5%', '%']) {
      expect(() => scaledValue(text, 10, 'up'), text).toThrow(RangeError);
    }
  });
});

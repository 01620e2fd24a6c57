import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DurationError, formatDuration, parseDuration } from './time.ts';

describe('parseDuration', () => {
  it.each([
    ['0', 0],
    ['0s', 0],
    ['1us', 1],
    ['1µs', 1],
    ['1μs', 1],
    ['1000ns', 1],
    ['500ns500ns', 1],
    ['250ms', 250_000],
    ['1.5s', 1_500_000],
    ['.5s', 500_000],
    ['1.s', 1_000_000],
    ['+2m', 120_000_000],
    ['1h30m', 5_400_000_000],
    ['12m04s', 724_000_000],
    ['30m1h', 5_400_000_000],
    ['0.1s', 100_000],
    ['0.3s', 300_000],
    ['1.000001s', 1_000_001],
    ['1.0000000000000s', 1_000_000],
    ['0.000000277777777777h', undefined],
    ['4.35s', 4_350_000],
    ['9007199254740991us', Number.MAX_SAFE_INTEGER],
    ['9007199254.740991s', Number.MAX_SAFE_INTEGER],
    ['2501999h47m34.740991s', Number.MAX_SAFE_INTEGER],
  ])('reads %s as %s', (text, micros) => {
    if (micros === undefined) expect(() => parseDuration(text)).toThrow(DurationError);
    else expect(parseDuration(text)).toBe(micros);
  });

  it.each([
    ['', 'empty'],
    ['+', 'empty'],
    ['-1s', 'negative'],
    ['-0', 'negative'],
    ['--1s', 'negative'],
    ['+-1s', 'expected a number'],
    ['5', 'lacks its unit'],
    ['1.5', 'lacks its unit'],
    ['1h30', 'lacks its unit'],
    ['.', 'expected a number'],
    ['.s', 'expected a number'],
    ['s', 'expected a number'],
    ['h1', 'expected a number'],
    ['1..5s', 'lacks its unit'],
    ['2d', 'days are written in hours'],
    ['1w', 'unknown unit "w"'],
    ['1S', 'unknown unit "S"'],
    ['1 s', 'unknown unit " s"'],
    ['1s ', 'unknown unit "s "'],
    [' 1s', 'expected a number'],
    ['1e3s', 'unknown unit "e"'],
    ['1e3', 'unknown unit "e"'],
    ['0x10s', 'unknown unit "x"'],
    ['1_000s', 'unknown unit "_"'],
    ['Infinity', 'expected a number'],
    ['NaN', 'expected a number'],
    ['1,5s', 'unknown unit ","'],
    ['١s', 'expected a number'],
    ['1ns', 'whole number of microseconds'],
    ['0.1us', 'whole number of microseconds'],
    ['0.0000001s', 'whole number of microseconds'],
    ['9007199254740992us', '2^53'],
    ['9999999999999999999999999999h', '2^53'],
    [`1${'0'.repeat(100_000)}s`, 'longer than 64 characters'],
  ])('refuses %j with a reason', (text, reason) => {
    expect(() => parseDuration(text)).toThrow(DurationError);
    expect(() => parseDuration(text)).toThrow(reason);
  });

  it('shows what it was given, shortened', () => {
    expect(() => parseDuration('12 parsecs')).toThrow('invalid duration "12 parsecs": unknown unit " parsecs"');
    expect(() => parseDuration('1'.repeat(1_000))).toThrow(/^invalid duration "1{64}…": longer/);
  });

  it('adds up any terms exactly', () => {
    const units = { us: 1n, ms: 1_000n, s: 1_000_000n, m: 60_000_000n, h: 3_600_000_000n };
    const term = fc.tuple(fc.nat(999), fc.constantFrom<(keyof typeof units)[]>('us', 'ms', 's', 'm', 'h'));
    fc.assert(
      fc.property(fc.array(term, { minLength: 1, maxLength: 8 }), (terms) => {
        const text = terms.map(([count, unit]) => `${count}${unit}`).join('');
        const sum = terms.reduce((total, [count, unit]) => total + BigInt(count) * units[unit], 0n);
        expect(parseDuration(text)).toBe(Number(sum));
      }),
    );
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [1, '1us'],
    [999, '999us'],
    [1_000, '1ms'],
    [1_050, '1.05ms'],
    [250_000, '250ms'],
    [1_000_000, '1s'],
    [1_500_000, '1.5s'],
    [59_999_999, '59.999999s'],
    [60_000_000, '1m'],
    [724_000_000, '12m04s'],
    [724_500_000, '12m04.5s'],
    [734_000_000, '12m14s'],
    [3_600_000_000, '1h'],
    [3_600_000_001, '1h00m00.000001s'],
    [3_605_000_000, '1h00m05s'],
    [5_400_000_000, '1h30m'],
    [3_900_000_000, '1h05m'],
    [86_400_000_000, '24h'],
    [Number.MAX_SAFE_INTEGER, '2501999h47m34.740991s'],
    [-1_500_000, '-1.5s'],
    [Infinity, 'Infinity'],
  ])('writes %d as %s', (micros, text) => {
    expect(formatDuration(micros)).toBe(text);
  });

  it('is read back exactly', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.maxSafeNat(),
          fc.nat(100_000_000),
          fc.nat(10_000).map((s) => s * 1_000_000),
        ),
        (micros) => {
          expect(parseDuration(formatDuration(micros))).toBe(micros);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

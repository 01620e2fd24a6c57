import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMicroTime, formatTimestamp, parseTimestamp } from './timestamps.ts';

const EPOCH = Date.UTC(2026, 0, 1);

describe('timestamps', () => {
  it('start with the run', () => {
    expect(formatTimestamp(0)).toBe('2026-01-01T00:00:00Z');
    expect(formatTimestamp(5_999_999)).toBe('2026-01-01T00:00:05Z');
    expect(formatTimestamp(-1)).toBe('2025-12-31T23:59:59Z');
    expect(formatMicroTime(5_000_250)).toBe('2026-01-01T00:00:05.000250Z');
    expect(formatMicroTime(-1)).toBe('2025-12-31T23:59:59.999999Z');
  });

  it('agree with the calendar of the language', () => {
    const times = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(times, (date) => {
        const micros = (date.getTime() - EPOCH) * 1000;
        expect(parseTimestamp(date.toISOString())).toBe(micros);
        expect(formatTimestamp(micros)).toBe(date.toISOString().slice(0, 19) + 'Z');
        expect(parseTimestamp(formatMicroTime(micros))).toBe(micros);
      }),
    );
  });

  it('know offsets and fractions', () => {
    expect(parseTimestamp('2026-01-01T01:30:00+01:30')).toBe(0);
    expect(parseTimestamp('2025-12-31T19:00:00-05:00')).toBe(0);
    expect(parseTimestamp('2026-01-01T00:00:00.1234567Z')).toBe(123_456);
  });

  it('refuse days that do not exist', () => {
    for (const text of [
      '2026-02-29T00:00:00Z',
      '2100-02-29T00:00:00Z',
      '2026-13-01T00:00:00Z',
      '2026-00-01T00:00:00Z',
      '2026-01-00T00:00:00Z',
      '2026-01-01T24:00:00Z',
      '2026-01-01T00:60:00Z',
      '2026-01-01',
      '2026-01-01T00:00:00',
      '2026-01-01 00:00:00Z',
      'yesterday',
      '',
    ]) {
      expect(parseTimestamp(text), text).toBeUndefined();
    }
    expect(parseTimestamp('2000-02-29T00:00:00Z')).toBeDefined();
  });
});

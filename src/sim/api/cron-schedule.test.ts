import { describe, expect, it } from 'vitest';
import { nextTime, parseCronSchedule, type CronSchedule } from './cron-schedule.ts';
import { timeZone, UTC } from './time-zone.ts';
import { formatTimestamp, parseTimestamp } from './timestamps.ts';

function schedule(text: string): CronSchedule {
  const parsed = parseCronSchedule(text);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}

function times(text: string, from: string, count: number, zone = 'UTC'): string[] {
  const found: string[] = [];
  let at = parseTimestamp(from);
  for (let i = 0; i < count && at !== undefined; i++) {
    at = nextTime(schedule(text), at, timeZone(zone) ?? UTC);
    if (at !== undefined) found.push(formatTimestamp(at));
  }
  return found;
}

describe('a cron schedule', () => {
  it('comes strictly after the given time, on whole minutes', () => {
    expect(times('* * * * *', '2026-01-01T00:00:00Z', 2)).toEqual(['2026-01-01T00:01:00Z', '2026-01-01T00:02:00Z']);
    expect(times('* * * * *', '2026-01-01T00:00:59Z', 1)).toEqual(['2026-01-01T00:01:00Z']);
    expect(times('*/20 3 * * *', '2026-01-01T03:10:00Z', 3)).toEqual([
      '2026-01-01T03:20:00Z',
      '2026-01-01T03:40:00Z',
      '2026-01-02T03:00:00Z',
    ]);
  });

  it('takes either day field when both are restricted, else the restricted one', () => {
    expect(times('0 0 13 * fri', '2026-02-01T00:00:00Z', 3)).toEqual([
      '2026-02-06T00:00:00Z',
      '2026-02-13T00:00:00Z',
      '2026-02-20T00:00:00Z',
    ]);
    expect(times('0 0 13 * *', '2026-02-01T00:00:00Z', 2)).toEqual(['2026-02-13T00:00:00Z', '2026-03-13T00:00:00Z']);
    expect(times('0 0 * * 0', '2026-02-01T00:00:00Z', 1)).toEqual(['2026-02-08T00:00:00Z']);
  });

  it('finds leap days and gives up on days that never come', () => {
    expect(times('0 0 29 2 *', '2026-01-01T00:00:00Z', 1)).toEqual(['2028-02-29T00:00:00Z']);
    expect(times('0 0 31 2 *', '2026-01-01T00:00:00Z', 1)).toEqual([]);
  });

  it('knows descriptors and intervals', () => {
    expect(times('@hourly', '2026-01-01T00:30:00Z', 1)).toEqual(['2026-01-01T01:00:00Z']);
    expect(times('@yearly', '2026-01-01T00:00:00Z', 1)).toEqual(['2027-01-01T00:00:00Z']);
    expect(times('@every 1m30s', '2026-01-01T00:00:10Z', 2)).toEqual(['2026-01-01T00:01:40Z', '2026-01-01T00:03:10Z']);
  });

  it('follows the clocks of a zone: an hour that is skipped does not come', () => {
    expect(times('30 2 * * *', '2026-03-28T00:00:00Z', 2, 'Europe/Berlin')).toEqual([
      '2026-03-28T01:30:00Z',
      '2026-03-30T00:30:00Z',
    ]);
    expect(times('0 9 * * *', '2026-10-24T00:00:00Z', 2, 'Europe/Berlin')).toEqual([
      '2026-10-24T07:00:00Z',
      '2026-10-25T08:00:00Z',
    ]);
    expect(times('0 0 * * *', '2026-06-30T12:00:00Z', 1, 'america/new_york')).toEqual(['2026-07-01T04:00:00Z']);
  });

  it.each([
    ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['* * * * 7', 'end of range (7) above maximum (6): 7'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
    ['@fortnightly', 'unrecognized descriptor: @fortnightly'],
    ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
  ])('refuses %s', (text, error) => {
    expect(parseCronSchedule(text)).toBe(error);
  });
});

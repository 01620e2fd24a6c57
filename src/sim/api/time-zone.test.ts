import { describe, expect, it } from 'vitest';
import { offsetAt, timeZone } from './time-zone.ts';

/** 2026-01-01T00:00:00Z in the engine's own count of Intl, in milliseconds. */
const EPOCH_MILLIS = Date.UTC(2026, 0, 1);
/** Its clocks go back in Ramadan, which no rule of ours says; the rest differs only where a database is older. */
const LEFT_OUT = new Set(['africa/casablanca', 'africa/el_aaiun']);

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    const numeric = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', second: 'numeric', ...numeric });
    formats.set(zone, format);
  }
  return format;
}

function offsetOf(zone: string, second: number): number {
  const date = new Date(EPOCH_MILLIS + second * 1000);
  const parts = formatOf(zone).formatToParts(date);
  const [year, month, day, hour, minute, ofMinute] = ['year', 'month', 'day', 'hour', 'minute', 'second'].map((type) =>
    Number(parts.find((part) => part.type === type)?.value),
  );
  return (Date.UTC(year!, month! - 1, day, hour, minute, ofMinute) - date.getTime()) / 1000;
}

describe('time zones', () => {
  it('show the same clocks as the runtime does, through the years 2026 and 2027', () => {
    const wrong: string[] = [];
    const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Santiago', 'Asia/Kolkata'];
    zones.push('Pacific/Chatham', 'Africa/Cairo', 'Europe/Dublin', 'America/St_Johns', 'UTC', 'Asia/Jerusalem');
    for (const name of zones) {
      const zone = timeZone(name);
      if (zone === undefined) throw new Error(name);
      for (let hour = 0; hour < 2 * 365 * 24; hour += 11) {
        const second = hour * 3600;
        if (offsetAt(zone, second) !== offsetOf(name, second)) wrong.push(`${name} at hour ${hour}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('know every zone that the runtime knows', () => {
    const unknown = Intl.supportedValuesOf('timeZone').filter((name) => timeZone(name) === undefined);
    expect(unknown).toEqual([]);
    const winter = Intl.supportedValuesOf('timeZone').filter(
      (name) => !LEFT_OUT.has(name.toLowerCase()) && offsetAt(timeZone(name)!, 0) !== offsetOf(name, 0),
    );
    expect(winter).toEqual([]);
  });
});

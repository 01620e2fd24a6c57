import { dateOfDay, dayOfDate, daysOfMonth, weekdayOfDay } from './calendar.ts';
import { ZONE_ROWS, type SummerTime } from './time-zone-rules.ts';

/** A zone's clock. All in seconds. */
export interface TimeZone {
  readonly name: string;
  /** Seconds east of Greenwich outside of summer time. */
  readonly offset: number;
  readonly summer: { readonly offset: number; readonly from: Turn; readonly to: Turn } | undefined;
}

/** A moment of the year on the local clock of before. */
interface Turn {
  readonly month: number;
  /** 5 is the last. */
  readonly week: number;
  readonly weekday: number;
  readonly secondOfDay: number;
}

const SECONDS_PER_DAY = 86_400;

export const UTC: TimeZone = Object.freeze({ name: 'UTC', offset: 0, summer: undefined });

let zones: Map<string, TimeZone> | undefined;

/** A zone by its IANA name, however it is capitalised; undefined when there is none. */
export function timeZone(name: string): TimeZone | undefined {
  zones ??= readZones();
  return zones.get(name.toLowerCase());
}

function readZones(): Map<string, TimeZone> {
  const found = new Map<string, TimeZone>();
  for (const [minutes, summer, names] of ZONE_ROWS) {
    for (const name of names.split(' ')) {
      found.set(name.toLowerCase(), { name, offset: minutes * 60, summer: summer && readSummer(summer) });
    }
  }
  return found;
}

function readSummer({ offset, from, to }: SummerTime): TimeZone['summer'] {
  return { offset: offset * 60, from: readTurn(from), to: readTurn(to) };
}

function readTurn(text: string): Turn {
  const [, month, week, weekday, sign, hour = '2', minute = '0'] =
    /^M(\d+)\.(\d)\.(\d)(?:\/(-?)(\d+)(?::(\d+))?)?$/.exec(text)!;
  const second = (Number(hour) * 60 + Number(minute)) * 60;
  return {
    month: Number(month),
    week: Number(week),
    weekday: Number(weekday),
    secondOfDay: sign === '-' ? -second : second,
  };
}

/** Seconds east of Greenwich at a second since the run's epoch. */
export function offsetAt(zone: TimeZone, second: number): number {
  const { summer } = zone;
  if (summer === undefined) return zone.offset;
  const { year } = dateOfDay(Math.floor((second + zone.offset) / SECONDS_PER_DAY));
  const from = turnIn(year, summer.from) - zone.offset;
  const to = turnIn(year, summer.to) - summer.offset;
  const isSummer = from < to ? second >= from && second < to : second >= from || second < to;
  return isSummer ? summer.offset : zone.offset;
}

/** Seconds since the epoch on the local clock. */
function turnIn(year: number, { month, week, weekday, secondOfDay }: Turn): number {
  const first = dayOfDate(year, month, 1);
  let day = first + ((weekday - weekdayOfDay(first) + 7) % 7) + (week - 1) * 7;
  if (day >= first + daysOfMonth(year, month)) day -= 7;
  return day * SECONDS_PER_DAY + secondOfDay;
}

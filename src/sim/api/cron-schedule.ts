import { dateOfDay, dayOfDate, weekdayOfDay } from './calendar.ts';
import { offsetAt, type TimeZone } from './time-zone.ts';
import type { Timestamp } from './meta.ts';

/**
 * The schedules of CronJobs: five fields or a descriptor, with the grammar and the errors of the library Kubernetes uses
 * (kubernetes-behaviour.md 7.4).
 */
export type CronSchedule =
  | {
      readonly form: 'fields';
      /** One bit a value. */
      readonly minutes: Field;
      readonly hours: Field;
      readonly daysOfMonth: Field;
      readonly months: Field;
      readonly daysOfWeek: Field;
    }
  /** `@every`, in whole seconds. */
  | { readonly form: 'every'; readonly seconds: number };

interface Field {
  readonly values: ReadonlySet<number>;
  /** Written as `*` or `?`: of two day fields one such leaves the other to decide. */
  readonly isStar: boolean;
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const MINUTES: Bounds = { min: 0, max: 59 };
const HOURS: Bounds = { min: 0, max: 23 };
const DAYS_OF_MONTH: Bounds = { min: 1, max: 31 };
const MONTHS: Bounds = {
  min: 1,
  max: 12,
  names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
};
const DAYS_OF_WEEK: Bounds = { min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] };

const DESCRIPTORS: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);

class Malformed extends Error {}

/** Reads a schedule; a text says what is wrong with it. */
export function parseCronSchedule(text: string): CronSchedule | string {
  try {
    return parse(text.trim());
  } catch (error) {
    if (error instanceof Malformed) return error.message;
    throw error;
  }
}

function parse(text: string): CronSchedule {
  if (text === '') throw new Malformed('empty spec string');
  if (text.startsWith('@')) {
    if (text.startsWith('@every ')) return { form: 'every', seconds: everySeconds(text) };
    const fields = DESCRIPTORS.get(text);
    if (fields === undefined) throw new Malformed(`unrecognized descriptor: ${text}`);
    return parse(fields);
  }
  const fields = text.split(/\s+/);
  if (fields.length !== 5) {
    throw new Malformed(`expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`);
  }
  return {
    form: 'fields',
    minutes: field(fields[0]!, MINUTES),
    hours: field(fields[1]!, HOURS),
    daysOfMonth: field(fields[2]!, DAYS_OF_MONTH),
    months: field(fields[3]!, MONTHS),
    daysOfWeek: field(fields[4]!, DAYS_OF_WEEK),
  };
}

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3_600,
};

/** A Go duration, cut to whole seconds, at least one. */
function everySeconds(text: string): number {
  const duration = text.slice('@every '.length).trim();
  const whole = /^[+-]?(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)((\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))*$/;
  if (!whole.test(duration)) {
    throw new Malformed(`failed to parse duration ${text}: time: invalid duration "${duration}"`);
  }
  let seconds = 0;
  for (const [, amount, unit] of duration.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g)) {
    seconds += Number(amount) * UNIT_SECONDS[unit!]!;
  }
  return duration.startsWith('-') ? 1 : Math.max(1, Math.floor(seconds));
}

/** A list of ranges. */
function field(text: string, bounds: Bounds): Field {
  const values = new Set<number>();
  let isStar = false;
  for (const part of text.split(',').filter((each) => each !== '')) {
    if (addRange(part, bounds, values)) isStar = true;
  }
  return { values, isStar };
}

/** `*`, `n`, `a-b`, each with an optional step. Gives whether it is a plain star. */
function addRange(text: string, { min, max, names }: Bounds, values: Set<number>): boolean {
  const [range = '', stepText, ...moreSteps] = text.split('/');
  const [low = '', high, ...moreEnds] = range.split('-');
  if (moreSteps.length > 0) throw new Malformed(`too many slashes: ${text}`);
  if (moreEnds.length > 0) throw new Malformed(`too many hyphens: ${text}`);
  const isStar = low === '*' || low === '?';
  const start = isStar ? min : numberOrName(low, names);
  let end = isStar ? max : high === undefined ? start : numberOrName(high, names);
  const step = stepText === undefined ? 1 : wholeNumber(stepText);
  // A single value with a step runs to the end.
  if (stepText !== undefined && high === undefined) end = max;
  if (start < min) throw new Malformed(`beginning of range (${start}) below minimum (${min}): ${text}`);
  if (end > max) throw new Malformed(`end of range (${end}) above maximum (${max}): ${text}`);
  if (start > end) throw new Malformed(`beginning of range (${start}) beyond end of range (${end}): ${text}`);
  if (step === 0) throw new Malformed(`step of range should be a positive number: ${text}`);
  for (let value = start; value <= end; value += step) values.add(value);
  return isStar && step === 1;
}

function numberOrName(text: string, names: readonly string[] | undefined): number {
  const named = names?.indexOf(text.toLowerCase()) ?? -1;
  if (named >= 0) return named + (names?.length === 12 ? 1 : 0);
  return wholeNumber(text);
}

function wholeNumber(text: string): number {
  if (/^-\d+$/.test(text)) throw new Malformed(`negative number (${text}) not allowed: ${text}`);
  if (!/^\+?\d{1,9}$/.test(text)) {
    throw new Malformed(`failed to parse int from ${text}: strconv.Atoi: parsing "${text}": invalid syntax`);
  }
  return Number(text);
}

const MICROS_PER_SECOND = 1_000_000;
const SECONDS_PER_DAY = 86_400;
/** Schedules such as the 31st of February never come; nobody looks further ahead than this. */
const SEARCHED_YEARS = 5;

/**
 * The first time after `after` at which a schedule is due; undefined when there is none within five years. A wall-clock
 * time that a zone skips does not come, one that it repeats comes once more only where the hour is free.
 */
export function nextTime(schedule: CronSchedule, after: Timestamp, zone: TimeZone): Timestamp | undefined {
  const afterSecond = Math.floor(after / MICROS_PER_SECOND);
  if (schedule.form === 'every') return (afterSecond + schedule.seconds) * MICROS_PER_SECOND;
  let second = afterSecond + 1;
  const lastYear = dateOfDay(Math.floor((second + offsetAt(zone, second)) / SECONDS_PER_DAY)).year + SEARCHED_YEARS;
  for (;;) {
    const offset = offsetAt(zone, second);
    const local = second + offset;
    const day = Math.floor(local / SECONDS_PER_DAY);
    const { year, month, day: dayOfMonth } = dateOfDay(day);
    if (year > lastYear) return undefined;
    if (!schedule.months.values.has(month)) {
      second = startOf(month === 12 ? dayOfDate(year + 1, 1, 1) : dayOfDate(year, month + 1, 1), zone, second);
      continue;
    }
    if (!dayFits(schedule, dayOfMonth, weekdayOfDay(day))) {
      second = startOf(day + 1, zone, second);
      continue;
    }
    const ofDay = local - day * SECONDS_PER_DAY;
    const hour = Math.floor(ofDay / 3600);
    if (!schedule.hours.values.has(hour)) {
      second += 3600 - (ofDay % 3600);
      continue;
    }
    const minute = Math.floor(ofDay / 60) % 60;
    const secondOfMinute = ofDay % 60;
    if (!schedule.minutes.values.has(minute) || secondOfMinute !== 0) {
      second += 60 - secondOfMinute;
      continue;
    }
    return second * MICROS_PER_SECOND;
  }
}

/** The second at which a local day begins, later than `after`. */
function startOf(day: number, zone: TimeZone, after: number): number {
  const local = day * SECONDS_PER_DAY;
  let second = local - offsetAt(zone, after);
  second = local - offsetAt(zone, second);
  return Math.max(second, after + 1);
}

function dayFits(schedule: Extract<CronSchedule, { form: 'fields' }>, dayOfMonth: number, weekday: number): boolean {
  const byMonth = schedule.daysOfMonth.values.has(dayOfMonth);
  const byWeek = schedule.daysOfWeek.values.has(weekday);
  return schedule.daysOfMonth.isStar || schedule.daysOfWeek.isStar ? byMonth && byWeek : byMonth || byWeek;
}

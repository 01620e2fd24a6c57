import { dateOfDay, dayOfDate, daysOfMonth, weekdayOfDay } from './calendar.ts';
import type { Timestamp } from './meta.ts';

/**
 * Timestamps count microseconds from the run's epoch, 2026-01-01T00:00:00Z. Here they become the text of the wire and
 * come back, by the arithmetic of the Gregorian calendar alone.
 */

const MICROS_PER_SECOND = 1_000_000;
const SECONDS_PER_DAY = 86_400;

function divideFloor(dividend: number, divisor: number): number {
  return Math.floor(dividend / divisor);
}

function padded(value: number, width: number): string {
  return value.toString().padStart(width, '0');
}

function formatSeconds(seconds: number): string {
  const day = divideFloor(seconds, SECONDS_PER_DAY);
  const ofDay = seconds - day * SECONDS_PER_DAY;
  const { year, month, day: dayOfMonth } = dateOfDay(day);
  const date = `${padded(year, 4)}-${padded(month, 2)}-${padded(dayOfMonth, 2)}`;
  const time = [divideFloor(ofDay, 3600), divideFloor(ofDay, 60) % 60, ofDay % 60].map((part) => padded(part, 2));
  return `${date}T${time.join(':')}`;
}

/** As most API timestamps are shown: truncated to whole seconds, e.g. `2026-01-01T00:00:05Z`. */
export function formatTimestamp(time: Timestamp): string {
  const seconds = divideFloor(time, MICROS_PER_SECOND);
  if (seconds !== last.seconds) last = { seconds, text: formatSeconds(seconds) + 'Z' };
  return last.text;
}

/** What is shown at one time mostly shows one second. */
let last = { seconds: NaN, text: '' };

/** In a zone so many seconds east of Greenwich: `2026-01-01T02:00:05+02:00`, and `Z` where that is none. */
export function formatLocalTime(time: Timestamp, offsetSeconds: number): string {
  const local = formatSeconds(divideFloor(time, MICROS_PER_SECOND) + offsetSeconds);
  if (offsetSeconds === 0) return local + 'Z';
  const minutes = Math.abs(offsetSeconds) / 60;
  const offset = `${padded(Math.floor(minutes / 60), 2)}:${padded(Math.floor(minutes % 60), 2)}`;
  return `${local}${offsetSeconds < 0 ? '-' : '+'}${offset}`;
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** As some messages have it: `Thu, 01 Jan 2026 00:00:05 +0000`. */
export function formatRfc1123(time: Timestamp): string {
  const seconds = divideFloor(time, MICROS_PER_SECOND);
  const epochDay = divideFloor(seconds, SECONDS_PER_DAY);
  const { year, month, day } = dateOfDay(epochDay);
  const clock = formatSeconds(seconds).slice('2026-01-01T'.length);
  return `${WEEKDAYS[weekdayOfDay(epochDay)]}, ${padded(day, 2)} ${MONTHS[month - 1]} ${padded(year, 4)} ${clock} +0000`;
}

/** As leases show theirs, e.g. `2026-01-01T00:00:05.000250Z`. */
export function formatMicroTime(time: Timestamp): string {
  const seconds = divideFloor(time, MICROS_PER_SECOND);
  return `${formatSeconds(seconds)}.${padded(time - seconds * MICROS_PER_SECOND, 6)}Z`;
}

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:Z|([+-])(\d{2}):(\d{2}))$/;

/** Reads RFC 3339 text with any offset; parts finer than a microsecond are cut off. `undefined` when it is none. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const fraction = Number((match[7] ?? '').padEnd(6, '0').slice(0, 6));
  const offsetHours = Number(match[9] ?? 0);
  const offsetMinutes = Number(match[10] ?? 0);
  if (day < 1 || day > daysOfMonth(year, month) || hour > 23 || minute > 59 || second > 59) return undefined;
  if (offsetHours > 23 || offsetMinutes > 59) return undefined;
  const offset = (match[8] === '-' ? -1 : 1) * (offsetHours * 3600 + offsetMinutes * 60);
  const seconds = dayOfDate(year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second - offset;
  return seconds * MICROS_PER_SECOND + fraction;
}

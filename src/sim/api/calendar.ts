/**
 * The Gregorian calendar by arithmetic alone: days are counted from 2026-01-01, the run's epoch.
 */

/** Days from 0000-03-01 to 2026-01-01. */
const EPOCH_DAY = 739_922;
const DAYS_PER_400_YEARS = 146_097;
/** The weekday of 2026-01-01, a Thursday; 0 is Sunday. */
const EPOCH_WEEKDAY = 4;

export interface CalendarDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

function divideFloor(dividend: number, divisor: number): number {
  return Math.floor(dividend / divisor);
}

/** The day a date falls on. */
export function dayOfDate(year: number, month: number, day: number): number {
  // Years begin in March here, so that the leap day is a year's last.
  const y = month <= 2 ? year - 1 : year;
  const era = divideFloor(y, 400);
  const yearOfEra = y - era * 400;
  const monthFromMarch = (month + 9) % 12;
  const dayOfYear = divideFloor(153 * monthFromMarch + 2, 5) + day - 1;
  return (
    era * DAYS_PER_400_YEARS +
    yearOfEra * 365 +
    divideFloor(yearOfEra, 4) -
    divideFloor(yearOfEra, 100) +
    dayOfYear -
    EPOCH_DAY
  );
}

export function dateOfDay(epochDay: number): CalendarDate {
  const days = epochDay + EPOCH_DAY;
  const era = divideFloor(days, DAYS_PER_400_YEARS);
  const dayOfEra = days - era * DAYS_PER_400_YEARS;
  const yearOfEra = divideFloor(
    dayOfEra - divideFloor(dayOfEra, 1460) + divideFloor(dayOfEra, 36_524) - divideFloor(dayOfEra, 146_096),
    365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + divideFloor(yearOfEra, 4) - divideFloor(yearOfEra, 100));
  const monthFromMarch = divideFloor(5 * dayOfYear + 2, 153);
  const day = dayOfYear - divideFloor(153 * monthFromMarch + 2, 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

/** 0 is Sunday. */
export function weekdayOfDay(epochDay: number): number {
  const weekday = (epochDay + EPOCH_WEEKDAY) % 7;
  return weekday < 0 ? weekday + 7 : weekday;
}

const DAYS_OF_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** 0 where there is no such month. */
export function daysOfMonth(year: number, month: number): number {
  const isLeapYear = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month === 2 && isLeapYear ? 29 : (DAYS_OF_MONTH[month - 1] ?? 0);
}

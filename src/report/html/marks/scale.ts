import ln from '@stdlib/math-base-special-ln';
import { shortDuration } from '../../quantity-text.ts';

/** One place on an axis, from 0 to 1, and what stands there. */
export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** Where values lie on an axis. Values outside are held at its ends. */
export interface Scale {
  place(value: number): number;
  readonly ticks: readonly Tick[];
}

const STEPS_OF_TEN = [1, 2, 5, 10];

/** From zero to at least `most`, with four or five whole or decimal steps; `unit` follows each number. */
export function countScale(most: number, unit = '', steps = 4): Scale {
  const step = niceStep(Math.max(most, 1e-9) / steps, STEPS_OF_TEN);
  const top = Math.max(Math.ceil(most / step - 1e-9), 1) * step;
  const ticks: Tick[] = [];
  for (let i = 0; i * step <= top * (1 + 1e-9); i++)
    ticks.push({ at: (i * step) / top, label: short(i * step) + unit });
  return { place: (value) => within(value / top), ticks };
}

/** Simulated time from `from` to `to`, in microseconds. */
export function timeScale(from: number, to: number, most = 5): Scale {
  const width = Math.max(to - from, 1);
  const step = timeStep(width / most);
  const ticks: Tick[] = [];
  for (let i = Math.ceil(from / step); i * step <= to; i++) {
    ticks.push({ at: (i * step - from) / width, label: shortDuration(i * step) });
  }
  return { place: (value) => within((value - from) / width), ticks };
}

/** Marks of a logarithmic axis of durations, in microseconds: powers of ten, in the units that people use. */
const LOG_MARKS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 6e7, 6e8, 3.6e9, 3.6e10, 8.64e10, 8.64e11, 8.64e12, 8.64e13];

/** Durations over several powers of ten, in microseconds; from a mark that is not above `least` to one not below `most`. */
export function logDurationScale(least: number, most: number): Scale {
  const first = Math.max(
    0,
    LOG_MARKS.findLastIndex((mark) => mark <= least),
  );
  const found = LOG_MARKS.findIndex((mark) => mark >= most);
  const last = Math.max(first + 1, found < 0 ? LOG_MARKS.length - 1 : found);
  const low = LOG_MARKS[first]!;
  const decades = ln(LOG_MARKS[last]! / low);
  const place = (value: number): number => within(ln(Math.max(value, low) / low) / decades);
  const every = Math.ceil((last - first) / 6);
  const ticks = LOG_MARKS.slice(first, last + 1)
    .filter((_, i) => i % every === 0)
    .map((mark) => ({ at: place(mark), label: shortDuration(mark) }));
  return { place, ticks };
}

const SECOND = 1_000_000;
const ROUND_TIMES = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

function timeStep(wanted: number): number {
  if (wanted < SECOND) return niceStep(wanted, STEPS_OF_TEN);
  for (const seconds of ROUND_TIMES) if (seconds * SECOND >= wanted) return seconds * SECOND;
  return niceStep(wanted / (86_400 * SECOND), STEPS_OF_TEN) * 86_400 * SECOND;
}

/** The least of 1, 2 or 5 times a power of ten that is not below what is wanted. */
function niceStep(wanted: number, steps: readonly number[]): number {
  let power = 1;
  while (power * 10 <= wanted) power *= 10;
  while (power > wanted) power /= 10;
  for (const step of steps) if (step * power >= wanted * (1 - 1e-9)) return step * power;
  return 10 * power;
}

function within(place: number): number {
  return Math.min(1, Math.max(0, place));
}

/** A number for an axis: 0.25, 12, 3.4k, 5M. */
function short(value: number): string {
  if (value >= 1e6) return `${trimmed(value / 1e6)}M`;
  if (value >= 10_000) return `${trimmed(value / 1_000)}k`;
  return trimmed(value);
}

function trimmed(value: number): string {
  return String(Number(value.toFixed(3)));
}

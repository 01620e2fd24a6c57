import { InvalidArgumentError } from 'commander';
import { DurationError, parseDuration } from '../sim/engine/time.ts';

/** Texts of the command line as values. Each throws an InvalidArgumentError, which the command line shows. */

/** Options that can be given again. */
export function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}

export function wholeNumber(value: string): number {
  if (!/^\d{1,15}$/.test(value)) throw new InvalidArgumentError('a whole number is expected.');
  return Number(value);
}

export function positive(value: string): number {
  const number = Number(value);
  if (!/^[\d.]+$/.test(value) || !(number > 0)) throw new InvalidArgumentError('a number above 0 is expected.');
  return number;
}

export function positiveWhole(value: string): number {
  const number = wholeNumber(value);
  if (number === 0) throw new InvalidArgumentError('a whole number above 0 is expected.');
  return number;
}

/** A number between 0 and 1. */
export function share(value: string): number {
  const number = positive(value);
  if (number >= 1) throw new InvalidArgumentError('a number between 0 and 1 is expected.');
  return number;
}

export function shard(value: string): { readonly index: number; readonly count: number } {
  const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(value) ?? [];
  if (index === undefined || Number(index) >= Number(count)) {
    throw new InvalidArgumentError('i/n is expected, with i from 0 to n - 1.');
  }
  return { index: Number(index), count: Number(count) };
}

/** The address of a Redis, for who knows none: redis://[user:password@]host[:port][/database]. */
export function redisUrl(value: string): string {
  if (!/^rediss?:\/\/\S+$/.test(value) || !URL.canParse(value)) {
    throw new InvalidArgumentError('redis://HOST:PORT is expected, or rediss:// for TLS.');
  }
  return value;
}

/** A duration of simulated time, in microseconds. */
export function duration(value: string): number {
  try {
    return parseDuration(value);
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    throw new InvalidArgumentError(error.message);
  }
}

export function seed(value: string): string {
  if (value === '' || value.length > 64) throw new InvalidArgumentError('a seed is a text of 1 to 64 characters.');
  return value;
}

/** A duration as it was written, or the name of the method that finds it. */
export function warmUp(value: string): string {
  if (value !== 'mser-5') duration(value);
  return value;
}

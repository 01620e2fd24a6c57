import { formatDuration } from '../sim/engine/time.ts';

/** A name in the first column of the terminal, with room after it. */
export function padded(name: string): string {
  return name.padEnd(13);
}

/** Whole numbers with thin groups: 50 000. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** A duration with about three digits, since nobody reads more. */
export function rounded(micros: number): string {
  if (micros < 1_000) return `${micros}µs`;
  if (micros < 1_000_000) return `${significant(micros / 1_000)}ms`;
  if (micros < 60_000_000) return `${significant(micros / 1_000_000)}s`;
  return formatDuration(micros - (micros % 1_000_000));
}

/** A moment or duration as short as an axis wants it: two units at most, nothing that is zero. */
export function shortDuration(micros: number): string {
  if (micros === 0) return '0';
  if (micros < 1_000) return `${decimal(micros)}µs`;
  if (micros < 1_000_000) return `${decimal(micros / 1_000)}ms`;
  const seconds = micros / 1_000_000;
  if (seconds < 60) return `${decimal(seconds)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m` + rest(Math.round(seconds % 60), 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours}h` + rest(minutes % 60, 'm');
  return `${Math.floor(hours / 24)}d` + rest(hours % 24, 'h');
}

/** A ratio as a percentage with one decimal. */
export function percent(share: number): string {
  return `${(Math.round(share * 1_000) / 10).toFixed(1)} %`;
}

function rest(value: number, unit: string): string {
  return value === 0 ? '' : `${value < 10 ? '0' : ''}${value}${unit}`;
}

function decimal(value: number): string {
  return String(Number(value.toFixed(value < 10 ? 2 : 1)));
}

function significant(value: number): string {
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0);
}

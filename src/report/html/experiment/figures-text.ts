import { halfWidth, significant } from '../../comparison.ts';

/** A number of a page: four significant digits, a true minus, a dash where there is none. */
export function amount(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '–' : typographic(significant(value));
}

/** `3.367 ± 0.5234`. */
export function estimate(mean: number, half: number): string {
  return `${amount(mean)} ${halfWidth(half)}`;
}

/** `+3.367 ± 0.5234`: a difference says on which side it lies. */
export function difference(mean: number, half: number): string {
  return `${mean > 0 ? '+' : ''}${estimate(mean, half)}`;
}

/** What an amount is of, where that is worth a word: a ratio is a bare number. */
export function unitWord(unit: string): string {
  return unit === '' || unit === 'ratio' ? '' : ` ${unit}`;
}

function typographic(number: string): string {
  return number.replace(/^-/, '−');
}

/**
 * Resource quantities, exactly. Grammar, rounding and canonical text follow kubernetes-behaviour.md section 7.1:
 * decimals are exact down to one billionth, finer ones are rounded away from zero, and no float is ever involved.
 */

/** Which family of suffixes a quantity was written in; printing stays in the family where it can. */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

export interface Quantity {
  /** The exact value in billionths. */
  readonly nano: bigint;
  readonly format: QuantityFormat;
}

const NANO_PER_UNIT = 1_000_000_000n;
const NANO_PER_MILLI = 1_000_000n;
const LEXICAL = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eE][-+]?[0-9]+|[A-Za-z]*)$/;
/** Longer texts than any honest quantity are refused, so that hostile ones cost nothing. */
const MAX_TEXT = 128;
/** The largest decimal exponent that is accepted; Kubernetes accepts more, but no resource is that large. */
const MAX_EXPONENT = 100;
/** Binary quantities are capped here, as int64 caps them in Kubernetes. */
const MAX_BINARY_NANO = ((1n << 63n) - 1n) * NANO_PER_UNIT;

const DECIMAL_SUFFIXES: ReadonlyMap<string, number> = new Map([
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
]);
const SUFFIX_OF_EXPONENT: ReadonlyMap<number, string> = new Map(
  [...DECIMAL_SUFFIXES].map(([suffix, exponent]) => [exponent, suffix]),
);
const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** Parses a quantity; `undefined` when the text is none. */
export function parseQuantity(text: string): Quantity | undefined {
  if (text.length > MAX_TEXT) return undefined;
  const match = LEXICAL.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match;
  if (whole === '' && fraction === '') return undefined;
  const digits = BigInt(whole + fraction);
  const negative = sign === '-';

  const binary = suffix === '' ? -1 : BINARY_SUFFIXES.indexOf(suffix);
  if (binary > 0) {
    const scaled = digits * NANO_PER_UNIT * (1n << BigInt(10 * binary));
    const exact = divideUp(scaled, powerOfTen(fraction.length));
    const nano = exact > MAX_BINARY_NANO ? MAX_BINARY_NANO : exact;
    const format = nano > 0n && nano < NANO_PER_UNIT ? 'DecimalSI' : 'BinarySI';
    return { nano: negative ? -nano : nano, format };
  }

  const decimal = DECIMAL_SUFFIXES.get(suffix);
  const exponent = decimal ?? (suffix.length > 1 ? Number(suffix.slice(1)) : Number.NaN);
  if (!Number.isInteger(exponent) || exponent > MAX_EXPONENT) return undefined;
  const format = decimal === undefined ? 'DecimalExponent' : 'DecimalSI';
  // Anything below the smallest exponent rounds up to one billionth, however small it is.
  const scale = Math.max(exponent, -2 * MAX_TEXT) + 9 - fraction.length;
  const nano = scale >= 0 ? digits * powerOfTen(scale) : divideUp(digits, powerOfTen(-scale));
  return { nano: negative ? -nano : nano, format };
}

function powerOfTen(exponent: number): bigint {
  return BigInt('1' + '0'.repeat(exponent));
}

function divideUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}

function divideAwayFromZero(dividend: bigint, divisor: bigint): bigint {
  return dividend < 0n ? -divideUp(-dividend, divisor) : divideUp(dividend, divisor);
}

/** The largest amount there is: the last double below 2^63, where Kubernetes' int64 ends too. */
export const MAX_AMOUNT = 9_223_372_036_854_774_784;

/** Exact up to 2^53; beyond it the nearest double, as far as int64 goes. */
function amount(value: bigint): number {
  return Math.max(-MAX_AMOUNT, Math.min(MAX_AMOUNT, Number(value)));
}

/** Billionths to whole units, rounded away from zero; exact up to 2^53 (8 PiB). */
export function unitsOfNano(nano: bigint): number {
  return amount(divideAwayFromZero(nano, NANO_PER_UNIT));
}

/** Billionths to thousandths, rounded away from zero; exact up to 2^53. */
export function milliOfNano(nano: bigint): number {
  return amount(divideAwayFromZero(nano, NANO_PER_MILLI));
}

/** What the API server does to every resource list: rounded away from zero to thousandths. */
export function roundUpToMilli(quantity: Quantity): Quantity {
  const nano = divideAwayFromZero(quantity.nano, NANO_PER_MILLI) * NANO_PER_MILLI;
  return nano === quantity.nano ? quantity : { nano, format: quantity.format };
}

/** Negative, zero or positive, as `a` is less than, equal to or greater than `b` in value. */
export function compareQuantities(a: Quantity, b: Quantity): number {
  return a.nano < b.nano ? -1 : a.nano > b.nano ? 1 : 0;
}

/** The canonical text: no fraction, the largest suffix that loses nothing. */
export function formatQuantity(quantity: Quantity): string {
  const { nano, format } = quantity;
  if (nano === 0n) return '0';
  const sign = nano < 0n ? '-' : '';
  const magnitude = nano < 0n ? -nano : nano;
  if (format === 'BinarySI' && magnitude >= 1024n * NANO_PER_UNIT && magnitude % NANO_PER_UNIT === 0n) {
    let mantissa = magnitude / NANO_PER_UNIT;
    let power = 0;
    while (power < BINARY_SUFFIXES.length - 1 && mantissa % 1024n === 0n) {
      mantissa /= 1024n;
      power += 1;
    }
    return sign + mantissa.toString() + (BINARY_SUFFIXES[power] ?? '');
  }
  let mantissa = magnitude;
  let exponent = -9;
  while (mantissa % 1000n === 0n && (format === 'DecimalExponent' || exponent < 18)) {
    mantissa /= 1000n;
    exponent += 3;
  }
  const suffix =
    format === 'DecimalExponent' ? (exponent === 0 ? '' : `e${exponent}`) : (SUFFIX_OF_EXPONENT.get(exponent) ?? '');
  return sign + mantissa.toString() + suffix;
}

/** Texts repeat without end (every pod of a template), so what follows from one is kept. The cache is bounded. */
interface Parsed {
  readonly quantity: Quantity | undefined;
  readonly units: number;
  readonly milli: number;
}
const cache = new Map<string, Parsed>();
const CACHE_LIMIT = 65_536;

function parsed(text: string): Parsed {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const quantity = parseQuantity(text);
  const entry: Parsed = {
    quantity,
    units: quantity === undefined ? Number.NaN : unitsOfNano(quantity.nano),
    milli: quantity === undefined ? Number.NaN : milliOfNano(quantity.nano),
  };
  if (cache.size >= CACHE_LIMIT) cache.clear();
  cache.set(text, entry);
  return entry;
}

function known(text: string): Parsed {
  const entry = parsed(text);
  if (entry.quantity === undefined) throw new RangeError(`not a quantity: ${text.slice(0, MAX_TEXT)}`);
  return entry;
}

/** The quantity of a text that validation has let through. Throws a RangeError when it is none. */
export function quantityOf(text: string): Quantity {
  return known(text).quantity as Quantity;
}

/** Whole units, rounded away from zero: bytes, counts. Exact up to 2^53. Throws a RangeError on bad text. */
export function value(text: string): number {
  return known(text).units;
}

/** Thousandths, rounded away from zero: CPU. Exact up to 2^53. Throws a RangeError on bad text. */
export function milliValue(text: string): number {
  return known(text).milli;
}

/** CPU text to thousandths of a CPU, e.g. `0.5` to 500. */
export const milliCpuOf: (text: string) => number = milliValue;

/** Memory or storage text to bytes, e.g. `1Ki` to 1024. */
export const bytesOf: (text: string) => number = value;

/** The canonical text of a quantity in text form; `undefined` when it is none. */
export function canonicalQuantity(text: string): string | undefined {
  const { quantity } = parsed(text);
  return quantity === undefined ? undefined : formatQuantity(quantity);
}

/** Time in the simulation is a whole number of microseconds since the run's start, below 2^53. */
export const MICROS_PER_MILLISECOND = 1_000;
export const MICROS_PER_SECOND = 1_000_000;
export const MICROS_PER_MINUTE = 60_000_000;
export const MICROS_PER_HOUR = 3_600_000_000;

/** A duration's text cannot be read. The message says why and is fit to be shown to the user. */
export class DurationError extends Error {
  override readonly name = 'DurationError';
}

const NANOS_PER_UNIT: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n], // U+00B5, micro sign
  ['μs', 1_000n], // U+03BC, Greek letter mu
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);

const LONGEST_TEXT = 64;

/**
 * Reads a duration as Kubernetes writes it (Go's grammar: `1h30m`, `1.5s`, `250ms`, `0`) into whole microseconds,
 * exactly.
 *
 * @throws DurationError when the text is malformed, negative, not a whole number of microseconds or 2^53 µs and more
 */
export function parseDuration(text: string): number {
  const shown = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
  const refuse = (reason: string): never => {
    throw new DurationError(`invalid duration ${JSON.stringify(shown)}: ${reason}`);
  };
  if (text.length > LONGEST_TEXT) refuse(`longer than ${LONGEST_TEXT} characters`);
  if (text.startsWith('-')) refuse('a duration cannot be negative');
  const unsigned = text.startsWith('+') ? text.slice(1) : text;
  if (unsigned === '0') return 0;
  if (unsigned === '') refuse('it is empty');

  const term = /(\d*)(?:\.(\d*))?([^\d.]*)/y;
  let nanos = 0n;
  while (term.lastIndex < unsigned.length) {
    const match = term.exec(unsigned);
    const whole = match?.[1] ?? '';
    const fraction = match?.[2] ?? '';
    const unit = match?.[3] ?? '';
    if (whole === '' && fraction === '') refuse('expected a number such as 1h30m, 1.5s or 250ms');
    if (unit === '') refuse('a number lacks its unit (ns, us, ms, s, m, h)');
    const nanosPerUnit = NANOS_PER_UNIT.get(unit);
    if (nanosPerUnit === undefined) {
      refuse(
        unit === 'd'
          ? 'unknown unit "d": days are written in hours, 48h'
          : `unknown unit ${JSON.stringify(unit)} (known: ns, us, ms, s, m, h)`,
      );
    } else {
      const scale = BigInt(`1${'0'.repeat(fraction.length)}`);
      const scaled = BigInt(whole + fraction) * nanosPerUnit;
      if (scaled % scale !== 0n) refuse('it is not a whole number of microseconds');
      nanos += scaled / scale;
    }
  }
  if (nanos % 1_000n !== 0n) refuse('it is not a whole number of microseconds');
  const micros = nanos / 1_000n;
  if (micros > BigInt(Number.MAX_SAFE_INTEGER)) refuse('it is longer than 2^53 microseconds (285 years)');
  return Number(micros);
}

/** Writes whole microseconds shortly and exactly, so that {@link parseDuration} reads them back: `12m04s`, `1.5s`. */
export function formatDuration(micros: number): string {
  if (!Number.isSafeInteger(micros)) return String(micros);
  if (micros < 0) return `-${formatDuration(-micros)}`;
  if (micros === 0) return '0s';
  if (micros < MICROS_PER_MILLISECOND) return `${micros}us`;
  if (micros < MICROS_PER_SECOND) return `${decimal(micros, MICROS_PER_MILLISECOND)}ms`;
  if (micros < MICROS_PER_MINUTE) return `${decimal(micros, MICROS_PER_SECOND)}s`;

  const hours = Math.floor(micros / MICROS_PER_HOUR);
  const minutes = Math.floor((micros % MICROS_PER_HOUR) / MICROS_PER_MINUTE);
  const rest = micros % MICROS_PER_MINUTE;
  const seconds = rest === 0 ? '' : `${rest < 10 * MICROS_PER_SECOND ? '0' : ''}${decimal(rest, MICROS_PER_SECOND)}s`;
  if (hours === 0) return `${minutes}m${seconds}`;
  if (minutes === 0 && seconds === '') return `${hours}h`;
  return `${hours}h${minutes < 10 ? '0' : ''}${minutes}m${seconds}`;
}

function decimal(micros: number, perUnit: number): string {
  const whole = Math.floor(micros / perUnit);
  const rest = micros % perUnit;
  if (rest === 0) return String(whole);
  const digits = String(perUnit + rest).slice(1);
  return `${whole}.${digits.replace(/0+$/, '')}`;
}

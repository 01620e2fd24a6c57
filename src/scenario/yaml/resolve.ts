import type { ProblemCode } from '../problem-codes.ts';

/** What there is to say about a value: an error when it cannot be kept, otherwise a warning. */
export interface ValueRemark {
  readonly code: ProblemCode;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly help?: string;
}

const INTEGER = /^[-+]?[0-9]+$/;
/** `0o644`, and `0644`: modes of files are written so, and kubectl reads them as octal. */
const OCTAL = /^([-+]?)0o?([0-7]+)$/;
const LEADING_ZERO = /^[-+]?0[0-9]/;
const MODE_OF_A_FILE = /^0[0-7]{3}$/;
const HEXADECIMAL = /^([-+]?)(0x[0-9a-fA-F]+)$/;
const BINARY = /^([-+]?)(0b[01]+)$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const NOT_FINITE = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['', null],
  ['~', null],
  ['null', null],
  ['Null', null],
  ['NULL', null],
  ['true', true],
  ['True', true],
  ['TRUE', true],
  ['false', false],
  ['False', false],
  ['FALSE', false],
]);
const BOOLEAN_ELSEWHERE = /^(?:yes|no|on|off|y|n)$/i;

/**
 * What text without quotes stands for in YAML 1.2's core schema: null, a boolean, a number, or itself. Numbers are those
 * that kubectl reads, of which some are YAML 1.1's.
 */
export function resolvePlain(text: string, remark: (remark: ValueRemark) => void): unknown {
  if (text.length <= 5) {
    const word = WORDS.get(text);
    if (word !== undefined) return word;
    if (text.length <= 3 && BOOLEAN_ELSEWHERE.test(text)) {
      const meant = /^(?:yes|on|y)$/i.test(text);
      remark({
        code: 'bare-boolean-word',
        severity: 'warning',
        message: `\`${text}\` without quotes is text here`,
        help: `kubectl may read it as a boolean: write ${meant}, or "${text}" in quotes`,
      });
      return text;
    }
  }
  const first = text.charCodeAt(0);
  const numeric = (first >= 48 && first <= 57) || first === 45 || first === 43 || first === 46;
  return numeric ? resolveNumber(text, remark) : text;
}

function resolveNumber(text: string, remark: (remark: ValueRemark) => void): unknown {
  const shown = text.length > 60 ? text.slice(0, 57) + '…' : text;
  const whole = wholeNumber(text);
  if (whole !== undefined) {
    if (!Number.isSafeInteger(whole))
      remark({
        code: 'inexact-number',
        severity: 'error',
        message: `the number ${shown} cannot be kept exactly`,
        help: 'whole numbers go up to 9007199254740991; a Kubernetes quantity may stand in quotes',
      });
    if (LEADING_ZERO.test(text) && !MODE_OF_A_FILE.test(text))
      remark({
        code: 'leading-zero',
        severity: 'warning',
        message: `${shown} is read as ${whole}, as kubectl reads it`,
        help: 'a leading zero makes a number octal where its digits allow it: write it without, or in quotes',
      });
    return Object.is(whole, -0) ? 0 : whole;
  }
  if (FLOAT.test(text) || NOT_FINITE.test(text)) {
    const value = Number(text);
    if (!Number.isFinite(value))
      remark({ code: 'not-finite', severity: 'error', message: `${shown} is not a finite number` });
    return Object.is(value, -0) ? 0 : value;
  }
  return text;
}

function wholeNumber(text: string): number | undefined {
  const octal = OCTAL.exec(text);
  if (octal !== null) return signed(octal[1], Number(`0o${octal[2]}`));
  if (INTEGER.test(text)) return Number(text);
  const prefixed = HEXADECIMAL.exec(text) ?? BINARY.exec(text);
  return prefixed === null ? undefined : signed(prefixed[1], Number(prefixed[2]));
}

function signed(sign: string | undefined, value: number): number {
  return sign === '-' ? -value : value;
}

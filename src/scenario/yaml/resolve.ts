import type { ProblemCode } from '../problem-codes.ts';

/** What there is to say about a value: an error when it cannot be kept, otherwise a warning. */
export interface ValueRemark {
  readonly code: ProblemCode;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly help?: string;
}

const INTEGER = /^[-+]?[0-9]+$/;
const OCTAL = /^0o[0-7]+$/;
const HEXADECIMAL = /^0x[0-9a-fA-F]+$/;
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

/** What text without quotes stands for in YAML 1.2's core schema: null, a boolean, a number, or itself. */
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
  if (INTEGER.test(text) || OCTAL.test(text) || HEXADECIMAL.test(text)) {
    const value = Number(text);
    if (!Number.isSafeInteger(value))
      remark({
        code: 'inexact-number',
        severity: 'error',
        message: `the number ${shown} cannot be kept exactly`,
        help: 'whole numbers go up to 9007199254740991; a Kubernetes quantity may stand in quotes',
      });
    if (/^[-+]?0[0-9]/.test(text)) {
      const octal = /^[-+]?0[0-7]+$/.test(text) ? ` ${Number.parseInt(text, 8)}` : ' where it can';
      remark({
        code: 'leading-zero',
        severity: 'warning',
        message: `${shown} is read as ${value}`,
        help: `kubectl reads it as octal${octal}: write it without the leading zero, or in quotes`,
      });
    }
    return Object.is(value, -0) ? 0 : value;
  }
  if (FLOAT.test(text) || NOT_FINITE.test(text)) {
    const value = Number(text);
    if (!Number.isFinite(value))
      remark({ code: 'not-finite', severity: 'error', message: `${shown} is not a finite number` });
    return Object.is(value, -0) ? 0 : value;
  }
  return text;
}

import { deepFreeze } from '../../../sim/api/freeze.ts';
import type { Problem, Report } from '../../../sim/api/problem.ts';
import { nearest } from '../../../sim/api/decode/nearest.ts';

/**
 * Strict reading of plain data: a reader returns the value it expects, or reports what it found instead and returns
 * `undefined`. Everything that is wrong is reported, not only the first thing.
 */
export type Reader<T> = (value: unknown, at: Place) => T | undefined;

/** Where a value stands, and where to complain about it. */
export interface Place {
  readonly path: readonly (string | number)[];
  readonly report: Report;
}

export function below(at: Place, ...parts: readonly (string | number)[]): Place {
  return { path: [...at.path, ...parts], report: at.report };
}

export function problem(at: Place, code: string, message: string, more: Partial<Problem> = {}): undefined {
  at.report({ path: at.path, severity: 'error', code, message, ...more });
  return undefined;
}

/** An error in Kubernetes' own words: `Invalid value: 101: not in valid range [0-100]`. */
export function invalid(at: Place, value: unknown, why: string): undefined {
  return problem(at, 'invalid-value', `Invalid value: ${shown(value)}: ${why}`);
}

export function duplicate(at: Place, value: unknown): undefined {
  return problem(at, 'duplicate', `Duplicate value: ${shown(value)}`);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null) return 'null';
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'a boolean';
    case 'object':
      return 'an object';
    default:
      return typeof value;
  }
}

function wrongType(value: unknown, at: Place, expected: string): undefined {
  return problem(at, 'wrong-type', `expected ${expected}, found ${kindOf(value)}`);
}

export const text: Reader<string> = (value, at) => (typeof value === 'string' ? value : wrongType(value, at, 'text'));

export const boolean: Reader<boolean> = (value, at) =>
  typeof value === 'boolean' ? value : wrongType(value, at, 'true or false');

/** A whole number of 32 bits, as the Go types behind these fields are. */
export const integer: Reader<number> = (value, at) => {
  if (typeof value !== 'number' || !Number.isInteger(value)) return wrongType(value, at, 'an integer');
  return value === Math.trunc(value) && Math.abs(value) < 2_147_483_648
    ? value
    : problem(at, 'wrong-type', `expected an integer of 32 bits, found ${value}`);
};

export const decimal: Reader<number> = (value, at) =>
  typeof value === 'number' && Number.isFinite(value) ? value : wrongType(value, at, 'a number');

export function integerWhere(holds: (value: number) => boolean, why: string): Reader<number> {
  return (value, at) => {
    const number = integer(value, at);
    if (number === undefined || holds(number)) return number;
    return invalid(at, number, why);
  };
}

export function oneOf<T extends string>(...values: readonly T[]): Reader<T> {
  return (value, at) => {
    const found = text(value, at);
    if (found === undefined) return undefined;
    if ((values as readonly string[]).includes(found)) return found as T;
    const list = values.map((known) => JSON.stringify(known)).join(', ');
    const suggestion = nearest(found, values);
    return problem(
      at,
      'unsupported-value',
      `Unsupported value: ${shown(found)}: supported values: ${list}`,
      suggestion === undefined ? {} : { suggestion },
    );
  };
}

/** A duration as Go writes it: `1m30s`. Kept as text; nothing simulated depends on it. */
export const durationText: Reader<string> = (value, at) => {
  const found = text(value, at);
  if (found === undefined) return undefined;
  return /^[-+]?(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h))+)$/.test(found)
    ? found
    : invalid(at, found, 'is not a duration such as 1m30s');
};

/** Any value, kept as it is and frozen. */
export const anything: Reader<unknown> = (value) => deepFreeze(value);

/** null stands for an empty list, as in Kubernetes. */
export function list<T>(item: Reader<T>): Reader<readonly T[]> {
  return (value, at) => {
    if (value === null) return [];
    if (!Array.isArray(value)) return wrongType(value, at, 'a list');
    const items: T[] = [];
    value.forEach((raw, i) => {
      const one = item(raw, below(at, i));
      if (one !== undefined) items.push(one);
    });
    return items.length === value.length ? items : undefined;
  };
}

export interface Field<T> {
  readonly read: Reader<T>;
  /** What an absent (or null) member means. */
  readonly otherwise?: T;
  readonly required?: true;
  /** Kubernetes has this member, the simulation does nothing with it; says what to tell the author. */
  readonly notSimulated?: string;
}

export type Fields<T> = { readonly [K in keyof T]-?: Field<Exclude<T[K], undefined>> };

/** An object with exactly these members. A member that is wrong leaves the whole object unread. */
export function object<T extends object>(fields: Fields<T>): Reader<T> {
  const names = Object.keys(fields);
  return (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrongType(value, at, 'an object');
    const raw = value as Record<string, unknown>;
    let isWrong = false;
    for (const name of Object.keys(raw)) {
      if (names.includes(name)) continue;
      isWrong = true;
      const suggestion = nearest(name, names);
      problem(below(at, name), 'unknown-field', `unknown field ${JSON.stringify(name)}`, {
        at: 'key',
        ...(suggestion === undefined ? {} : { suggestion }),
      });
    }
    const result: Record<string, unknown> = {};
    for (const name of names) {
      const field = (fields as Record<string, Field<unknown>>)[name]!;
      const present = Object.hasOwn(raw, name) ? raw[name] : undefined;
      if (present === undefined || present === null) {
        if (field.required === true) {
          problem(below(at, name), 'required', 'Required value');
          isWrong = true;
        }
        if (field.otherwise !== undefined) result[name] = field.otherwise;
        continue;
      }
      const member = field.read(present, below(at, name));
      if (member === undefined) isWrong = true;
      else result[name] = member;
      if (field.notSimulated !== undefined) {
        at.report({
          path: [...at.path, name],
          severity: 'warning',
          code: 'field-not-simulated',
          message: `accepted, not simulated: ${field.notSimulated}`,
          at: 'key',
        });
      }
    }
    return isWrong ? undefined : (result as T);
  };
}

/** A reader whose result is looked at once more; `check` reports, and returns false to refuse. */
export function checked<T>(read: Reader<T>, check: (value: T, at: Place) => boolean): Reader<T> {
  return (value, at) => {
    const found = read(value, at);
    return found === undefined || check(found, at) ? found : undefined;
  };
}

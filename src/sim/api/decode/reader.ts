import { NO_LABELS } from '../meta.ts';
import type { Problem, Report } from '../problem.ts';
import { formatQuantity, parseQuantity, roundUpToMilli } from '../quantity.ts';
import { sameData } from '../equality.ts';
import { NONE } from '../schema/meta.ts';
import { isZero, type Data, type Field, type Scalar, type Table, type Type } from '../schema/type.ts';
import { parseTimestamp } from '../timestamps.ts';
import { describe, quoted } from './describe.ts';
import { nearest } from './nearest.ts';
import { quantityHint } from './quantity-hint.ts';

export interface ReadOptions {
  /** Keep what only the server writes: identity, versions and status. */
  readonly snapshot: boolean;
  /** `Kind Type.field` of what the author has been told about already. */
  readonly warned: Set<string>;
}

/** Nobody reads more problems than this of one object, and a hostile one could have millions. */
const MAX_PROBLEMS = 200;

const QUANTITY_RULE = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

type Path = (string | number)[];

function isObject(raw: unknown): raw is Data {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}

/**
 * Reads raw data by a schema into the form the simulation keeps, and reports whatever does not fit: unknown fields,
 * wrong types, missing values. What is broken is replaced by the type's zero, so that reading can go on; `isBroken`
 * tells later checks to keep quiet about it.
 */
export class Reader {
  private readonly kind: string;
  private readonly options: ReadOptions;
  private readonly sink: Report;
  private readonly path: Path = [];
  private readonly broken = new Set<string>();
  private problems = 0;
  /** Whether any error was reported. */
  failed = false;

  constructor(kind: string, options: ReadOptions, report: Report) {
    this.kind = kind;
    this.options = options;
    this.sink = report;
  }

  /** Reports a problem, unless there were too many already. */
  report(problem: Problem): void {
    if (problem.severity === 'error') this.failed = true;
    this.problems += 1;
    if (this.problems < MAX_PROBLEMS) this.sink(problem);
    else if (this.problems === MAX_PROBLEMS) {
      this.sink({
        path: [],
        severity: 'error',
        code: 'too-many-problems',
        message: 'too many problems to list them all',
      });
    }
  }

  /** Whether the value at a path, or one that it lies in, has been reported already. */
  isBroken(path: readonly (string | number)[]): boolean {
    if (this.broken.size === 0) return false;
    for (let length = path.length; length >= 0; length--) {
      if (this.broken.has(JSON.stringify(path.slice(0, length)))) return true;
    }
    return false;
  }

  /** Whether so much is wrong that nothing more is read or checked. */
  get gaveUp(): boolean {
    return this.problems >= MAX_PROBLEMS;
  }

  /** Reads the members of an object. `raw` is known to be one. */
  readTable(table: Table, raw: Data): Data {
    const values = new Map<string, unknown>();
    for (const key of Object.keys(raw)) {
      if (this.gaveUp) break;
      const field = table.fields.get(key);
      if (field === undefined) this.unknownField(key, table);
      else if (this.counts(field)) {
        this.path.push(key);
        const value = this.readField(field, raw[key]);
        if (value !== undefined) {
          values.set(key, value);
          if (field.role === 'ignored') this.warn(table, key, field, value);
        }
        this.path.pop();
      }
    }
    const object: Record<string, unknown> = {};
    for (const [key, field] of table.fields) {
      let value = values.get(key);
      if (value === undefined && this.isMissing(key, field)) value = this.zero(field.type);
      if (value === undefined && field.absent !== undefined) value = this.absent(key, field);
      if (value !== undefined) object[key] = value;
    }
    return table.fromWire === undefined ? object : table.fromWire(object);
  }

  private counts(field: Field): boolean {
    return field.role !== 'dropped' && (field.role !== 'server' || this.options.snapshot);
  }

  private isMissing(key: string, field: Field): boolean {
    if (!field.required) return false;
    const path = [...this.path, key];
    if (!this.isBroken(path)) this.missing(path);
    return true;
  }

  private missing(path: Path): void {
    this.broken.add(JSON.stringify(path));
    this.report({ path, severity: 'error', code: 'required', message: 'Required value' });
  }

  /** What stands for nothing; a table's own members may stand for nothing in turn. */
  private absent(key: string, field: Field): unknown {
    if (field.type.form !== 'table') return field.absent;
    this.path.push(key);
    const value = this.readTable(field.type, {});
    this.path.pop();
    return value;
  }

  private unknownField(key: string, table: Table): void {
    const suggestion = nearest(key, table.fields.keys());
    this.report({
      path: [...this.path, key],
      severity: 'error',
      code: 'unknown-field',
      message: `unknown field ${quoted(key)}`,
      at: 'key',
      ...(suggestion === undefined ? {} : { suggestion }),
    });
  }

  private warn(table: Table, key: string, field: Field, value: unknown): void {
    if (sameData(value, field.harmless)) return;
    const name = `${this.kind} ${table.name}.${key}`;
    if (this.options.warned.has(name)) return;
    this.options.warned.add(name);
    this.report({
      path: [...this.path],
      severity: 'warning',
      code: 'field-not-simulated',
      message: 'accepted, not simulated',
      at: 'key',
    });
  }

  private wrong(expected: string, raw: unknown, suggestion?: string): undefined {
    this.broken.add(JSON.stringify(this.path));
    this.report({
      path: [...this.path],
      severity: 'error',
      code: 'wrong-type',
      message: `expected ${expected}, found ${describe(raw)}`,
      ...(suggestion === undefined ? {} : { suggestion }),
    });
    return undefined;
  }

  private invalid(raw: unknown, detail: string, suggestion?: string): undefined {
    this.broken.add(JSON.stringify(this.path));
    const shown = typeof raw === 'string' ? quoted(raw) : String(raw);
    this.report({
      path: [...this.path],
      severity: 'error',
      code: 'invalid',
      message: `Invalid value: ${shown}: ${detail}`,
      ...(suggestion === undefined ? {} : { suggestion }),
    });
    return undefined;
  }

  /** `undefined`: there is no value, either because none was given or because it was wrong. */
  private readField(field: Field, raw: unknown): unknown {
    if (raw === null || raw === undefined) return undefined;
    if (field.keepsZero && raw === '' && field.type.form === 'enum' && !field.type.values.includes('')) {
      this.missing([...this.path]);
      return undefined;
    }
    const value = this.readType(field.type, raw);
    return !field.keepsZero && isZero(value) ? undefined : value;
  }

  private readType(type: Type, raw: unknown): unknown {
    switch (type.form) {
      case 'table':
        return isObject(raw) ? this.readTable(type, raw) : this.wrong('an object', raw);
      case 'list':
        return Array.isArray(raw) ? this.readList(type.of, raw) : this.wrong('a list', raw);
      case 'map':
        return isObject(raw) ? this.readMap(type.of, raw) : this.wrong('an object', raw);
      default:
        return this.readScalar(type, raw);
    }
  }

  /** Nothing in a list is the zero of what the list is of. */
  private readList(of: Type, raw: readonly unknown[]): readonly unknown[] {
    if (raw.length === 0) return NONE;
    const list: unknown[] = [];
    for (const [index, item] of raw.entries()) {
      if (this.gaveUp) break;
      this.path.push(index);
      list.push(this.readItem(of, item));
      this.path.pop();
    }
    return list;
  }

  private readItem(of: Type, item: unknown): unknown {
    // A member may be left out, but one of several values is none of them when it is empty.
    if (of.form === 'enum' && (item === null || item === '')) return this.unsupported('', of.values) ?? '';
    return item === null || item === undefined ? this.zero(of) : (this.readType(of, item) ?? this.zero(of));
  }

  /** Without a prototype, so that no key finds anything but what was written; in order of the keys. */
  private readMap(of: Type, raw: Data): Data {
    const keys = Object.keys(raw).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    if (keys.length === 0) return NO_LABELS;
    const map = Object.create(null) as Record<string, unknown>;
    for (const key of keys) {
      if (this.gaveUp) break;
      this.path.push(key);
      const item = raw[key];
      map[key] = this.readItem(of, item);
      this.path.pop();
    }
    return map;
  }

  private zero(type: Type): unknown {
    switch (type.form) {
      case 'table':
        return this.readTable(type, {});
      case 'list':
        return NONE;
      case 'map':
        return NO_LABELS;
      case 'integer':
      case 'intOrString':
      case 'time':
      case 'resourceVersion':
        return 0;
      case 'bool':
        return false;
      case 'quantity':
        return '0';
      case 'enum':
      case 'text':
      case 'bytes':
        return '';
      case 'anything':
        return undefined;
    }
  }

  private readScalar(type: Scalar, raw: unknown): unknown {
    switch (type.form) {
      case 'text':
        return typeof raw === 'string' ? raw : this.wrong('text', raw, asText(raw));
      case 'bool':
        return typeof raw === 'boolean' ? raw : this.wrong('true or false', raw, asBool(raw));
      case 'integer':
        return this.readInteger(raw, type.min, type.max);
      case 'quantity':
        return this.readQuantity(raw);
      case 'intOrString':
        return typeof raw === 'string'
          ? raw
          : this.readInteger(raw, -2_147_483_648, 2_147_483_647, 'an integer or text');
      case 'time':
        return this.readTime(raw);
      case 'resourceVersion':
        return this.readResourceVersion(raw);
      case 'bytes':
        return this.readBytes(raw);
      case 'enum':
        return this.readEnum(type.values, raw);
      case 'anything':
        return raw;
    }
  }

  private readInteger(raw: unknown, min: number, max: number, expected = 'an integer'): number | undefined {
    const number = typeof raw === 'bigint' ? Number(raw) : raw;
    if (typeof number !== 'number') return this.wrong(expected, raw, asInteger(raw));
    if (!Number.isInteger(number)) return this.wrong(expected, raw);
    if (number < min || number > max) return this.wrong(`an integer between ${min} and ${max}`, raw);
    return number + 0;
  }

  private readQuantity(raw: unknown): string | undefined {
    if (typeof raw !== 'string' && typeof raw !== 'number' && typeof raw !== 'bigint') {
      return this.wrong('a quantity such as 500m or 1Gi', raw);
    }
    const quantity = parseQuantity(String(raw));
    if (quantity === undefined) return this.invalid(raw, QUANTITY_RULE, quantityHint(String(raw)));
    return formatQuantity(roundUpToMilli(quantity));
  }

  private readTime(raw: unknown): number | undefined {
    if (typeof raw !== 'string') return this.wrong('a time such as "2026-01-01T00:00:00Z"', raw);
    const time = parseTimestamp(raw);
    if (time === undefined) return this.invalid(raw, 'must be a time such as "2026-01-01T00:00:00Z"');
    if (!Number.isSafeInteger(time)) return this.invalid(raw, 'is too far from the start of the run');
    return time;
  }

  private readResourceVersion(raw: unknown): number | undefined {
    if (typeof raw !== 'string') return this.wrong('text', raw, asText(raw));
    const version = /^[0-9]{1,16}$/.test(raw) ? Number(raw) : Number.NaN;
    return Number.isSafeInteger(version) ? version : this.invalid(raw, 'must be a decimal number below 2^53');
  }

  private readBytes(raw: unknown): string | undefined {
    if (typeof raw !== 'string') return this.wrong('base64 text', raw);
    const compact = raw.replace(/[\r\n]/g, '');
    const isBase64 = compact.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(compact);
    return isBase64 ? compact : this.invalid(raw, 'must be base64');
  }

  private readEnum(values: readonly string[], raw: unknown): string | undefined {
    if (typeof raw !== 'string') return this.wrong('text', raw, asText(raw));
    return raw === '' || values.includes(raw) ? raw : this.unsupported(raw, values);
  }

  private unsupported(raw: string, values: readonly string[]): undefined {
    this.broken.add(JSON.stringify(this.path));
    const suggestion = nearest(raw, values);
    this.report({
      path: [...this.path],
      severity: 'error',
      code: 'unsupported',
      message: `Unsupported value: ${quoted(raw)}: supported values: ${values.map((value) => `"${value}"`).join(', ')}`,
      ...(suggestion === undefined ? {} : { suggestion }),
    });
    return undefined;
  }
}

/** A number or a truth value where text is wanted is most often a missing pair of quotes. */
function asText(raw: unknown): string | undefined {
  return typeof raw === 'number' || typeof raw === 'boolean' || typeof raw === 'bigint'
    ? `"${String(raw)}"`
    : undefined;
}
function asInteger(raw: unknown): string | undefined {
  return typeof raw === 'string' && /^-?[0-9]{1,15}$/.test(raw) ? raw : undefined;
}
function asBool(raw: unknown): string | undefined {
  if (typeof raw !== 'string') return undefined;
  const word = raw.toLowerCase();
  if (['true', 'yes', 'on', 'y'].includes(word)) return 'true';
  return ['false', 'no', 'off', 'n'].includes(word) ? 'false' : undefined;
}

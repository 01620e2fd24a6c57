import { formatRfc1123, parseTimestamp } from '../../../sim/api/timestamps.ts';

/** An object, or a part of one, in the form that travels: what kubectl has of it. */
export type Wire = Readonly<Record<string, unknown>>;

const NOTHING: Wire = {};

/** A member by its path, `spec.replicas`; undefined where there is none. */
export function at(object: unknown, path: string): unknown {
  let found: unknown = object;
  for (const name of path.split('.')) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as Wire)[name];
  }
  return found ?? undefined;
}

export function has(object: unknown, path: string): boolean {
  return at(object, path) !== undefined;
}

/** As Go prints it; empty where there is none. */
export function text(object: unknown, path: string): string {
  const found = at(object, path);
  return typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean' ? String(found) : '';
}

/** 0 where there is none. */
export function count(object: unknown, path: string): number {
  const found = at(object, path);
  return typeof found === 'number' ? found : 0;
}

export function part(object: unknown, path: string): Wire {
  const found = at(object, path);
  return typeof found === 'object' && found !== null ? (found as Wire) : NOTHING;
}

export function parts(object: unknown, path: string): readonly Wire[] {
  return (at(object, path) as readonly Wire[] | undefined) ?? [];
}

export function texts(object: unknown, path: string): readonly string[] {
  return (at(object, path) as readonly string[] | undefined) ?? [];
}

export function textMap(object: unknown, path: string): Readonly<Record<string, string>> {
  return part(object, path) as Readonly<Record<string, string>>;
}

/** What time a member says; undefined where there is none. Microseconds of simulated time. */
export function moment(object: unknown, path: string): number | undefined {
  const found = at(object, path);
  return typeof found === 'string' ? parseTimestamp(found) : undefined;
}

/** As kubectl writes times; Go's zero time where there is none. */
export function date(object: unknown, path: string): string {
  const found = moment(object, path);
  return found === undefined ? 'Mon, 01 Jan 0001 00:00:00 +0000' : formatRfc1123(found);
}

/** As Go prints a list: `[a b]`. */
export function bracketed(list: readonly unknown[]): string {
  return `[${list.join(' ')}]`;
}

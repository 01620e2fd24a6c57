import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Reader } from './decode/reader.ts';
import { applyDefaults } from './defaults/apply-defaults.ts';
import { encodeObject } from './encode-object.ts';
import { sameData } from './equality.ts';
import { factsOf, KINDS, type ApiObject, type Kind } from './kinds.ts';
import type { Problem } from './problem.ts';
import { schemaOf } from './schema/kinds.ts';
import type { Table, Type } from './schema/type.ts';

/** Any data of a type's wire form. Nothing here knows what makes sense. */
function wire(type: Type, depth: number): fc.Arbitrary<unknown> {
  switch (type.form) {
    case 'text':
      return fc.constantFrom('', 'a', 'é', 'constructor');
    case 'bool':
      return fc.boolean();
    case 'integer':
      return fc.constantFrom(0, 1, -1, 30, type.max);
    case 'quantity':
      return fc.constantFrom<unknown>('0', '1Gi', '100m', '1.5', 2, 0.1, '1024Ki', '1e3', '0.0001');
    case 'intOrString':
      return fc.constantFrom<unknown>(0, 1, '25%', '');
    case 'time':
      return fc.constantFrom('2026-01-01T00:00:00Z', '2025-06-01T12:30:00+02:00', '2026-01-01T00:00:01Z');
    case 'resourceVersion':
      return fc.constantFrom('0', '42');
    case 'bytes':
      return fc.constantFrom('', 'aGVsbG8=');
    case 'anything':
      return fc.constantFrom<unknown>(null, 1, { a: [] });
    case 'enum':
      return fc.constantFrom(...type.values);
    case 'list':
      return depth === 0 ? fc.constant([]) : fc.array(wire(type.of, depth - 1), { maxLength: 2 });
    case 'map':
      return fc.dictionary(fc.constantFrom('a', 'cpu', '__proto__', '10', 'b/c'), wire(type.of, depth - 1), {
        maxKeys: 2,
      });
    case 'table':
      return depth === 0 ? fc.constant({}) : tableWire(type, depth);
  }
}

/** A few of the fields, so that each run is small and all of them together see everything. */
function tableWire(table: Table, depth: number): fc.Arbitrary<unknown> {
  const names = [...table.fields.keys()];
  return fc.uniqueArray(fc.constantFrom(...names), { maxLength: 5 }).chain((chosen) => {
    const fields = chosen.map((name): [string, fc.Arbitrary<unknown>] => {
      const field = table.fields.get(name);
      return [name, field === undefined ? fc.constant(null) : wire(field.type, depth - 1)];
    });
    return fc.record(Object.fromEntries(fields));
  });
}

const kinds = Object.keys(KINDS) as Kind[];
const raws = fc.constantFrom(...kinds).chain((kind) => fc.tuple(fc.constant(kind), wire(schemaOf(kind), 9)));

function read(kind: Kind, raw: unknown): { readonly object: ApiObject; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const reader = new Reader(kind, { snapshot: true, warned: new Set() }, (problem) => problems.push(problem));
  const members = reader.readTable(schemaOf(kind), raw as Record<string, unknown>);
  return { object: { kind, ...members } as unknown as ApiObject, problems };
}

function sortedKeys(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(sortedKeys);
  const keys = Object.keys(value).filter((key) => !/^[0-9]+$/.test(key));
  return (
    keys.every((key, index) => index === 0 || (keys[index - 1] ?? '') < key) && Object.values(value).every(sortedKeys)
  );
}

/** Without members that hold nothing: an empty map is printed as if it were absent, and means the same. */
function filled(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(filled);
  const members = Object.entries(value).map(([key, member]) => [key, filled(member)] as const);
  return Object.fromEntries(members.filter(([, member]) => !isEmptyMap(member)));
}

function isEmptyMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}

describe('printing and reading', () => {
  it('give the same object again, whatever it holds', () => {
    fc.assert(
      fc.property(raws, ([kind, raw]) => {
        const object = applyDefaults(read(kind, raw).object);
        const { apiVersion, kind: printedKind, ...members } = encodeObject(object);
        expect([apiVersion, printedKind]).toEqual([factsOf(kind).apiVersion, kind]);
        const again = applyDefaults(read(kind, members).object);
        expect(sameData(filled(again), filled(object)), JSON.stringify({ raw, members })).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('print members in order of their names, as kubectl does', () => {
    fc.assert(
      fc.property(raws, ([kind, raw]) => {
        expect(sortedKeys(encodeObject(applyDefaults(read(kind, raw).object)))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('find nothing wrong with the types of data that is of the types', () => {
    fc.assert(
      fc.property(raws, ([kind, raw]) => {
        const codes = read(kind, raw).problems.map(({ code }) => code);
        expect(codes.filter((code) => code !== 'required' && code !== 'field-not-simulated')).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('defaults', () => {
  it('applied twice change nothing, not even the identity', () => {
    fc.assert(
      fc.property(raws, ([kind, raw]) => {
        const once = applyDefaults(read(kind, raw).object);
        expect(applyDefaults(once)).toBe(once);
      }),
      { numRuns: 500 },
    );
  });
});

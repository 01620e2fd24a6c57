import { wireKind } from './custom-object.ts';
import { sameData } from './equality.ts';
import { factsOf, type ApiObject } from './kinds.ts';
import { schemaOf } from './schema/kinds.ts';
import { isZero, type Data, type Field, type Table, type Type } from './schema/type.ts';
import { formatMicroTime, formatTimestamp } from './timestamps.ts';

const sortedFields = new WeakMap<Table, readonly (readonly [string, Field])[]>();

function fieldsOf(table: Table): readonly (readonly [string, Field])[] {
  let fields = sortedFields.get(table);
  if (fields === undefined) {
    fields = [...table.fields].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    sortedFields.set(table, fields);
  }
  return fields;
}

/**
 * The plain JSON data that `kubectl get -o json` would print: apiVersion, text timestamps and versions, members in
 * order of their names, nothing where Kubernetes has nothing. Reading it back as a snapshot gives the same object.
 */
export function encodeObject(object: ApiObject): Record<string, unknown> {
  const members = encodeTable(schemaOf(object.kind), object as unknown as Data);
  const { metadata } = object;
  const json: Record<string, unknown> = {
    apiVersion: factsOf(object.kind).apiVersion,
    kind: wireKind(object.kind),
    ...members,
  };
  // An object that no server has seen was not created at the start of the run, nor at any other time.
  if (metadata.uid === '' && metadata.creationTimestamp === 0) {
    const { creationTimestamp, ...rest } = json['metadata'] as Record<string, unknown>;
    void creationTimestamp;
    json['metadata'] = rest;
  }
  return sorted(json);
}

function sorted(json: Record<string, unknown>): Record<string, unknown> {
  const keys = Object.keys(json).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(keys.map((key) => [key, json[key]]));
}

function encodeTable(table: Table, given: Data): Record<string, unknown> {
  const object = table.toWire === undefined ? given : table.toWire(given);
  const json: Record<string, unknown> = {};
  for (const [key, field] of fieldsOf(table)) {
    const value = object[key];
    if (value === undefined || field.role === 'dropped' || isNothing(field, value)) continue;
    const encoded = encode(field.type, value);
    const isEmptyTable = field.type.form === 'table' && !field.keepsZero && isZero(encoded);
    if (!isEmptyTable || field.shown) json[key] = encoded;
  }
  return json;
}

/** Whether a value is what stands for nothing in this field. */
function isNothing(field: Field, value: unknown): boolean {
  if (field.shown || field.type.form === 'table') return false;
  if (field.absent !== undefined) return sameData(value, field.absent);
  return !field.keepsZero && isZero(value);
}

function encode(type: Type, value: unknown): unknown {
  switch (type.form) {
    case 'table':
      return encodeTable(type, value as Data);
    case 'list':
      return (value as readonly unknown[]).map((item) => encode(type.of, item));
    case 'map': {
      const map = value as Data;
      const keys = Object.keys(map).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      return Object.fromEntries(keys.map((key) => [key, encode(type.of, map[key])]));
    }
    case 'time':
      return type.micro ? formatMicroTime(value as number) : formatTimestamp(value as number);
    case 'resourceVersion':
      return String(value);
    default:
      return value;
  }
}

import type { Data, Field, Table, Type } from '../schema/type.ts';

/** The fields of a table that are ever filled in, here or further down; the others are not walked. */
const activeFields = new WeakMap<Table, readonly (readonly [string, Field])[]>();

function activeIn(table: Table): readonly (readonly [string, Field])[] {
  let active = activeFields.get(table);
  if (active === undefined) {
    active = [...table.fields].filter(([, field]) => field.default !== undefined || hasDefaults(field.type));
    activeFields.set(table, active);
  }
  return active;
}

function hasDefaults(type: Type): boolean {
  if (type.form === 'list' || type.form === 'map') return hasDefaults(type.of);
  return type.form === 'table' && (type.complete !== undefined || activeIn(type).length > 0);
}

/**
 * Fills in what a schema says is meant where nothing is given. The very same object comes back when nothing was
 * missing, and parts that lacked nothing are shared.
 */
export function fillDefaults(type: Type, value: unknown): unknown {
  if (value === undefined || !hasDefaults(type)) return value;
  if (type.form === 'list') return fillList(type.of, value as readonly unknown[]);
  if (type.form === 'map') return fillMap(type.of, value as Data);
  return type.form === 'table' ? fillTable(type, value as Data) : value;
}

function fillList(of: Type, list: readonly unknown[]): readonly unknown[] {
  let filled: unknown[] | undefined;
  for (let index = 0; index < list.length; index++) {
    const before = list[index];
    const after = fillDefaults(of, before);
    if (after !== before) (filled ??= [...list])[index] = after;
  }
  return filled ?? list;
}

function fillMap(of: Type, map: Data): Data {
  let filled: Record<string, unknown> | undefined;
  for (const key of Object.keys(map)) {
    const after = fillDefaults(of, map[key]);
    if (after === map[key]) continue;
    filled ??= Object.assign(Object.create(null) as Record<string, unknown>, map);
    filled[key] = after;
  }
  return filled ?? map;
}

function fillTable(table: Table, object: Data): Data {
  let filled: Record<string, unknown> | undefined;
  for (const [key, field] of activeIn(table)) {
    const before = object[key];
    const after = fillField(field, before);
    if (after !== before) (filled ??= { ...object })[key] = after;
  }
  const result = filled ?? object;
  return table.complete === undefined ? result : table.complete(result);
}

function fillField(field: Field, value: unknown): unknown {
  return fillDefaults(field.type, value === undefined ? field.default : value);
}

import { sameData } from '../equality.ts';
import type { List, Table, Type } from '../schema/type.ts';
import { isJsonObject, type JsonObject } from './merge-patch.ts';
import { inOrderOf, mergeInOrder } from './element-order.ts';

export type StrategicResult =
  | { readonly ok: true; readonly value: JsonObject }
  /** `format`: the patch itself is malformed (400); otherwise it does not fit the object (500). */
  | { readonly ok: false; readonly because: 'format' | 'misfit'; readonly message: string };

class PatchError extends Error {
  readonly because: 'format' | 'misfit';
  constructor(because: 'format' | 'misfit', message: string) {
    super(message);
    this.because = because;
  }
}

const PATCH = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_FROM_LIST = '$deleteFromPrimitiveList';
const ELEMENT_ORDER = '$setElementOrder';

/**
 * Kubernetes' strategic merge patch, on the wire form: objects merge, `null` removes, lists merge by the keys that the
 * schema names or are replaced, and the directives `$patch: replace | delete`, `$retainKeys`,
 * `$deleteFromPrimitiveList/x` and `$setElementOrder/x` do what they do in Kubernetes. New items of a merged list stand
 * where the patch's own order puts them: before the items that only the server knows.
 */
export function strategicMergePatch(target: JsonObject, patch: JsonObject, table: Table): StrategicResult {
  try {
    return { ok: true, value: mergeObject(target, patch, table) };
  } catch (error) {
    if (error instanceof PatchError) return { ok: false, because: error.because, message: error.message };
    throw error;
  }
}

function mergeObject(original: JsonObject, given: JsonObject, type: Type | undefined): JsonObject {
  const directive = given[PATCH];
  if (directive === 'replace') return withoutDirectives(without(given, PATCH)) as JsonObject;
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge') {
    throw new PatchError('format', `unknown patch type found: ${String(directive)}`);
  }
  const patch: Record<string, unknown> = { ...without(given, PATCH) };
  const result: Record<string, unknown> = retainKeys(original, patch);
  orderLists(result, patch, type);
  for (const key of Object.keys(patch)) {
    const deletes = key.startsWith(DELETE_FROM_LIST);
    const name = deletes ? nameAfterSlash(key) : key;
    mergeMember(result, name, patch[key], memberOf(type, name), deletes);
  }
  return result;
}

function mergeMember(
  result: Record<string, unknown>,
  key: string,
  value: unknown,
  { type, replaces }: Member,
  deletes: boolean,
): void {
  if (value === null) {
    delete result[key];
    return;
  }
  const before = result[key];
  if (isJsonObject(before) && isJsonObject(value)) {
    result[key] = replaces ? withoutNulls(value) : mergeObject(before, value, type);
  } else if (Array.isArray(before) && Array.isArray(value)) {
    result[key] = mergeList(before, value, listOf(type), deletes);
  } else if (!deletes) {
    result[key] = withoutNulls(withoutDirectives(value));
  }
}

// ---- What the schema says ----

interface Member {
  readonly type: Type | undefined;
  /** The patch's value is taken as it is. */
  readonly replaces: boolean;
}

function memberOf(type: Type | undefined, key: string): Member {
  if (type?.form === 'map') return { type: type.of, replaces: false };
  const field = type?.form === 'table' ? type.fields.get(key) : undefined;
  return { type: field?.type, replaces: field?.patching === 'replace' };
}

function listOf(type: Type | undefined): List | undefined {
  return type?.form === 'list' ? type : undefined;
}

// ---- Lists ----

function mergeList(
  original: readonly unknown[],
  patch: readonly unknown[],
  list: List | undefined,
  deletes: boolean,
): readonly unknown[] {
  if (list === undefined || list.merges === 'never') return deletes ? original : patch;
  if (list.merges === 'as-set') {
    if (deletes) return original.filter((one) => !patch.some((other) => sameData(one, other)));
    const merged = distinct([...original, ...patch]);
    return mergeInOrder(merged, patch, original, sameData);
  }
  return mergeByKey(original, patch, list);
}

function distinct(values: readonly unknown[]): readonly unknown[] {
  return values.filter((value, i) => values.findIndex((other) => sameData(value, other)) === i);
}

function mergeByKey(original: readonly unknown[], patch: readonly unknown[], list: List): readonly unknown[] {
  const { mergeKey } = list;
  const same = (a: unknown, b: unknown): boolean => sameData(keyOf(a, mergeKey), keyOf(b, mergeKey));
  const plain: JsonObject[] = [];
  let merged: unknown[] = [...original];
  let replaces = false;
  for (const item of patch) {
    if (!isJsonObject(item)) throw new PatchError('misfit', `an item of a list by ${mergeKey} is no object`);
    const directive = item[PATCH];
    if (directive === undefined) plain.push(item);
    else if (directive === 'delete') merged = merged.filter((one) => !same(one, item));
    else if (directive === 'replace') replaces = true;
    else throw new PatchError('format', `invalid patch format of primitive list: ${String(directive)}`);
  }
  if (replaces) return plain.map(withoutDirectives);
  for (const item of plain) {
    const at = merged.findIndex((one) => same(one, item));
    if (at < 0) merged.push(withoutNulls(withoutDirectives(item)));
    else merged[at] = mergeObject(merged[at] as JsonObject, item, list.of);
  }
  return mergeInOrder(merged, plain, original, same);
}

function keyOf(item: unknown, mergeKey: string): unknown {
  if (isJsonObject(item) && Object.hasOwn(item, mergeKey)) return item[mergeKey];
  throw new PatchError('misfit', `map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`);
}

// ---- Directives ----

function without(object: JsonObject, key: string): JsonObject {
  if (!Object.hasOwn(object, key)) return object;
  const rest: Record<string, unknown> = { ...object };
  delete rest[key];
  return rest;
}

function nameAfterSlash(key: string): string {
  const slash = key.indexOf('/');
  if (slash < 0) throw new PatchError('format', 'invalid patch format of primitive list');
  return key.slice(slash + 1);
}

function isListDirective(key: string): boolean {
  return key.startsWith(DELETE_FROM_LIST) || key.startsWith(ELEMENT_ORDER);
}

/** `$retainKeys` lists all members that may be left; whatever the patch sets has to be among them. */
function retainKeys(original: JsonObject, patch: Record<string, unknown>): Record<string, unknown> {
  const retained = patch[RETAIN_KEYS];
  if (retained === undefined) return { ...original };
  delete patch[RETAIN_KEYS];
  const bad = new PatchError('format', 'invalid patch format of retainKeys');
  if (!Array.isArray(retained)) throw bad;
  for (const key of Object.keys(patch)) {
    if (patch[key] !== null && !isListDirective(key) && !retained.includes(key)) throw bad;
  }
  return Object.fromEntries(Object.entries(original).filter(([key]) => retained.includes(key)));
}

/** `$setElementOrder/x` says in which order the items of x that the patch's author knows shall stand. */
function orderLists(result: Record<string, unknown>, patch: Record<string, unknown>, type: Type | undefined): void {
  for (const directive of Object.keys(patch)) {
    if (!directive.startsWith(ELEMENT_ORDER)) continue;
    const order: unknown = patch[directive];
    delete patch[directive];
    const name = nameAfterSlash(directive);
    if (!Array.isArray(order)) throw new PatchError('format', 'invalid patch format of setElementOrder list');
    const before = result[name];
    const given = patch[name];
    delete patch[name];
    const list = listOf(memberOf(type, name).type);
    const same =
      list?.merges === 'by-key'
        ? (a: unknown, b: unknown): boolean => sameData(keyOf(a, list.mergeKey), keyOf(b, list.mergeKey))
        : sameData;
    if (Array.isArray(given)) checkOrder(given, order, same, name);
    const original: readonly unknown[] = Array.isArray(before) ? before : [];
    if (Array.isArray(given)) {
      const merged = Array.isArray(before)
        ? mergeList(before, given, list, false)
        : (withoutDirectives(given) as unknown[]);
      result[name] = mergeInOrder(merged, order, original, same);
    } else if (Array.isArray(before)) {
      result[name] = mergeInOrder(before, order, original, same);
    }
  }
}

function checkOrder(
  given: readonly unknown[],
  order: readonly unknown[],
  same: (a: unknown, b: unknown) => boolean,
  name: string,
): void {
  const kept = given.filter((item) => !(isJsonObject(item) && item[PATCH] !== undefined));
  if (inOrderOf(kept, order, same)) return;
  throw new PatchError('misfit', `The order in patch list doesn't match ${ELEMENT_ORDER}/${name} list`);
}

/** What a patch says about something that is not there yet, without the directives. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.filter((item) => !(isJsonObject(item) && item[PATCH] === 'delete')).map(withoutDirectives);
  }
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value).filter(
    ([key]) =>
      key !== PATCH && key !== RETAIN_KEYS && !key.startsWith(ELEMENT_ORDER) && !key.startsWith(DELETE_FROM_LIST),
  );
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutDirectives(member)]));
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutNulls(member)]));
}

import { sameData } from '../equality.ts';
import { isJsonObject, type JsonObject } from '../patch/merge-patch.ts';
import type { List, Type } from '../schema/type.ts';
import { EMPTY_SET, FieldSetBuilder, type FieldPath, type FieldSet } from './field-set.ts';

/** What a value consists of for server-side apply: itself, members, or items told apart by keys or by value. */
type Parts =
  | { readonly is: 'leaf' }
  | { readonly is: 'members'; readonly typeOf: (name: string) => Type | undefined }
  | { readonly is: 'items'; readonly list: List };

function partsOf(type: Type | undefined): Parts {
  if (type?.form === 'map') return { is: 'members', typeOf: () => type.of };
  if (type?.form === 'table' && !type.atomic) {
    return { is: 'members', typeOf: (name) => type.fields.get(name)?.type };
  }
  if (type?.form === 'list' && type.merges !== 'never') return { is: 'items', list: type };
  return { is: 'leaf' };
}

/** The path element of an item of a merged list. Keys that are left out have their defaults. */
export function itemElement(item: unknown, list: List): string {
  if (list.merges === 'as-set' || !isJsonObject(item)) return `v:${JSON.stringify(item)}`;
  const keys: Record<string, unknown> = {};
  for (const key of [...list.itemKeys].sort()) {
    const fallback = list.of.form === 'table' ? list.of.fields.get(key)?.default : undefined;
    const value = item[key] ?? fallback;
    if (value !== undefined) keys[key] = value;
  }
  return `k:${JSON.stringify(keys)}`;
}

interface Child {
  readonly element: string;
  readonly type: Type | undefined;
  /** An item, or a member of a map: it is in a set by itself, not only through what is in it. */
  readonly stands: boolean;
}

/** The children that a value has for a type, in its own order. */
function childrenOf(value: unknown, parts: Parts, isMap: boolean): readonly (Child & { readonly value: unknown })[] {
  if (parts.is === 'members') {
    if (!isJsonObject(value)) return [];
    return Object.keys(value)
      .filter((name) => value[name] !== null && value[name] !== undefined)
      .map((name) => ({ element: `f:${name}`, type: parts.typeOf(name), stands: isMap, value: value[name] }));
  }
  if (parts.is !== 'items' || !Array.isArray(value)) return [];
  const { list } = parts;
  return (value as readonly unknown[]).map((item) => ({
    element: itemElement(item, list),
    type: list.of,
    stands: true,
    value: item,
  }));
}

/** What an applied configuration says: its leaves, its items, and its empty objects. */
export function fieldsOf(value: unknown, type: Type): FieldSet {
  const builder = new FieldSetBuilder();
  const walk = (here: unknown, of: Type | undefined, path: FieldPath): void => {
    const parts = partsOf(of);
    if (parts.is === 'leaf') {
      builder.add(path);
      return;
    }
    for (const child of childrenOf(here, parts, of?.form === 'map')) {
      const below = [...path, child.element];
      walk(child.value, child.type, below);
      const isEmpty = isJsonObject(child.value) && Object.keys(child.value).length === 0;
      if (child.stands || isEmpty) builder.add(below);
    }
  };
  walk(value, type, []);
  return builder.set;
}

/** The fields in which two objects differ. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

export function compare(before: unknown, after: unknown, type: Type): Comparison {
  const added = new FieldSetBuilder();
  const modified = new FieldSetBuilder();
  const removed = new FieldSetBuilder();
  const walk = (old: unknown, now: unknown, of: Type | undefined, path: FieldPath): void => {
    const parts = partsOf(of);
    if (path.length > 0) {
      if (old === undefined) added.add(path);
      else if (now === undefined) removed.add(path);
      else if (parts.is === 'leaf' && !sameData(old, now)) modified.add(path);
    }
    if (parts.is === 'leaf') return;
    const isMap = of?.form === 'map';
    const left = new Map(childrenOf(old, parts, isMap).map((child) => [child.element, child]));
    const right = new Map(childrenOf(now, parts, isMap).map((child) => [child.element, child]));
    for (const element of new Set([...left.keys(), ...right.keys()])) {
      const child = left.get(element) ?? right.get(element)!;
      walk(left.get(element)?.value, right.get(element)?.value, child.type, [...path, element]);
    }
  };
  walk(before, after, type, []);
  return { added: added.set, modified: modified.set, removed: removed.set };
}

/** The live object with everything that the configuration says; items of merged lists in the configuration's order. */
export function mergeInto(live: unknown, config: unknown, type: Type | undefined): unknown {
  const parts = partsOf(type);
  if (live === undefined || parts.is === 'leaf') return config;
  if (parts.is === 'members') {
    if (!isJsonObject(live) || !isJsonObject(config)) return config;
    const result: Record<string, unknown> = { ...live };
    for (const name of Object.keys(config)) result[name] = mergeInto(live[name], config[name], parts.typeOf(name));
    return result;
  }
  if (!Array.isArray(live) || !Array.isArray(config)) return config;
  return mergeItems(live, config, parts.list);
}

/** Items that only the live list has stay where they are among their neighbours. */
function mergeItems(live: readonly unknown[], config: readonly unknown[], list: List): readonly unknown[] {
  const liveItems = new Map(live.map((item) => [itemElement(item, list), item]));
  const wanted = new Set(config.map((item) => itemElement(item, list)));
  const result: unknown[] = [];
  let at = 0;
  const takeLiveOnly = (): void => {
    while (at < live.length && !wanted.has(itemElement(live[at], list))) result.push(live[at++]);
  };
  for (const item of config) {
    takeLiveOnly();
    const element = itemElement(item, list);
    result.push(mergeInto(liveItems.get(element), item, list.of));
    if (at < live.length && itemElement(live[at], list) === element) at++;
    else if (at < live.length && liveItems.has(element)) continue;
  }
  for (; at < live.length; at++) if (!wanted.has(itemElement(live[at], list))) result.push(live[at]);
  return result;
}

/** The value without the fields of a set; an object or list of which nothing is left goes too. */
export function without(value: unknown, set: FieldSet, type: Type | undefined): unknown {
  const parts = partsOf(type);
  if (set.below.size === 0 || parts.is === 'leaf') return value;
  const kept = childrenOf(value, parts, type?.form === 'map').flatMap((child) => {
    const below = set.below.get(child.element) ?? EMPTY_SET;
    if (below.member) return [];
    const rest = without(child.value, below, child.type);
    return rest === undefined ? [] : [{ element: child.element, value: rest }];
  });
  if (kept.length === 0) return undefined;
  if (parts.is === 'items') return kept.map((child) => child.value);
  const result: Record<string, unknown> = {};
  for (const child of kept) result[child.element.slice(2)] = child.value;
  return result;
}

/** The path of the first member that the schema does not know, if any. */
export function undeclaredField(value: JsonObject, type: Type): string | undefined {
  if (type.form === 'table') {
    for (const name of Object.keys(value)) {
      const field = type.fields.get(name);
      if (field === undefined) return `.${name}`;
      const inner = undeclaredIn(value[name], field.type);
      if (inner !== undefined) return `.${name}${inner}`;
    }
  }
  return undefined;
}

function undeclaredIn(value: unknown, type: Type): string | undefined {
  if (type.form === 'table') return isJsonObject(value) ? undeclaredField(value, type) : undefined;
  if (type.form !== 'list' || !Array.isArray(value)) return undefined;
  for (const [index, item] of (value as readonly unknown[]).entries()) {
    const inner = undeclaredIn(item, type.of);
    if (inner !== undefined) return `[${index}]${inner}`;
  }
  return undefined;
}

import { sameData } from '../equality.ts';
import type { JsonPatchOperation } from '../request.ts';
import { isJsonObject } from './merge-patch.ts';

export type JsonPatchResult =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string };

class PatchError extends Error {}

/**
 * RFC 6902: carries out the operations one after the other, all or none. `target` stays as it is; the result shares with
 * it what no operation touched.
 */
export function jsonPatch(target: unknown, operations: readonly JsonPatchOperation[]): JsonPatchResult {
  try {
    let value = target;
    for (const operation of operations) value = carryOut(value, operation);
    return { ok: true, value };
  } catch (error) {
    if (error instanceof PatchError) return { ok: false, message: error.message };
    throw error;
  }
}

function carryOut(document: unknown, operation: JsonPatchOperation): unknown {
  const path = pointer(operation.path);
  switch (operation.op) {
    case 'add':
      return add(document, path, given(operation));
    case 'remove':
      return remove(document, path);
    case 'replace':
      read(document, path);
      return path.length === 0 ? given(operation) : replace(document, path, given(operation));
    case 'move': {
      const from = pointer(operation.from ?? '');
      if (isPrefix(from, path) && from.length < path.length) throw new PatchError('a value cannot move into itself');
      const value = read(document, from);
      return add(remove(document, from), path, value);
    }
    case 'copy':
      return add(document, path, read(document, pointer(operation.from ?? '')));
    case 'test': {
      const value = path.length === 0 ? document : readOrNull(document, path);
      if (!sameData(value ?? null, operation.value ?? null)) {
        throw new PatchError(`testing value ${operation.path} failed: test failed`);
      }
      return document;
    }
    default:
      throw new PatchError(`Unexpected kind: ${String((operation as { readonly op: unknown }).op)}`);
  }
}

function given(operation: JsonPatchOperation): unknown {
  if (operation.value === undefined) throw new PatchError(`${operation.op} operation has no value`);
  return operation.value;
}

/** RFC 6901: `~1` stands for `/` and `~0` for `~`. */
function pointer(text: string): readonly string[] {
  if (text === '') return [];
  if (!text.startsWith('/')) throw new PatchError(`the pointer ${text} does not begin with /`);
  return text
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function isPrefix(a: readonly string[], b: readonly string[]): boolean {
  return a.every((part, i) => part === b[i]);
}

function read(document: unknown, path: readonly string[]): unknown {
  let value = document;
  for (const part of path) {
    if (Array.isArray(value)) value = (value as unknown[])[indexIn(value, part, value.length - 1)];
    else if (isJsonObject(value) && Object.hasOwn(value, part)) value = value[part];
    else throw missing(path);
  }
  return value;
}

/** `test` finds null where a member of an object that is there is missing. */
function readOrNull(document: unknown, path: readonly string[]): unknown {
  const parent = read(document, path.slice(0, -1));
  const last = path[path.length - 1]!;
  return isJsonObject(parent) && !Object.hasOwn(parent, last) ? null : read(document, path);
}

function missing(path: readonly string[]): PatchError {
  return new PatchError(`doc is missing key: /${path.join('/')}: missing value`);
}

/** The position a part of a pointer names; `-` is the one behind the last. */
function indexIn(list: readonly unknown[], part: string, max: number): number {
  if (part === '-' && max === list.length) return list.length;
  const index = /^(0|[1-9][0-9]{0,9})$/.test(part) ? Number(part) : -1;
  if (index < 0 || index > max)
    throw new PatchError(`Unable to access invalid index: ${part}: invalid index referenced`);
  return index;
}

/** A copy of `document` in which the container that holds the last part of `path` is another. */
function change(
  document: unknown,
  path: readonly string[],
  inObject: (container: Record<string, unknown>, key: string) => void,
  inList: (container: unknown[], part: string) => void,
): unknown {
  const [part, ...rest] = path;
  if (Array.isArray(document)) {
    const copy = [...(document as unknown[])];
    if (rest.length === 0) inList(copy, part!);
    else {
      const index = indexIn(copy, part!, copy.length - 1);
      copy[index] = change(copy[index], rest, inObject, inList);
    }
    return copy;
  }
  if (!isJsonObject(document)) throw missing(path);
  const copy: Record<string, unknown> = { ...document };
  if (rest.length === 0) inObject(copy, part!);
  else if (Object.hasOwn(copy, part!)) copy[part!] = change(copy[part!], rest, inObject, inList);
  else throw missing(path);
  return copy;
}

function add(document: unknown, path: readonly string[], value: unknown): unknown {
  if (path.length === 0) return value;
  return change(
    document,
    path,
    (object, key) => (object[key] = value),
    (list, part) => list.splice(indexIn(list, part, list.length), 0, value),
  );
}

function replace(document: unknown, path: readonly string[], value: unknown): unknown {
  return change(
    document,
    path,
    (object, key) => (object[key] = value),
    (list, part) => (list[indexIn(list, part, list.length - 1)] = value),
  );
}

function remove(document: unknown, path: readonly string[]): unknown {
  if (path.length === 0) return null;
  return change(
    document,
    path,
    (object, key) => {
      if (!Object.hasOwn(object, key)) throw new PatchError(`Unable to remove nonexistent key: ${key}: missing value`);
      delete object[key];
    },
    (list, part) => list.splice(indexIn(list, part, list.length - 1), 1),
  );
}

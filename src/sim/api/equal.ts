/** Whether two pieces of plain data are alike; a member that is `undefined` is the same as none. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => deepEqual(item, b[index]));
  }
  const left = a as Readonly<Record<string, unknown>>;
  const right = b as Readonly<Record<string, unknown>>;
  const has = (object: Readonly<Record<string, unknown>>, key: string): boolean =>
    Object.hasOwn(object, key) && object[key] !== undefined;
  for (const key of Object.keys(left)) {
    if (has(left, key) && (!has(right, key) || !deepEqual(left[key], right[key]))) return false;
  }
  return Object.keys(right).every((key) => !has(right, key) || has(left, key));
}

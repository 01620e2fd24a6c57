/** Whether two pieces of plain API data say the same. An absent member equals an undefined one. */
export function sameData(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!sameData(a[i], b[i])) return false;
    return true;
  }
  if (Array.isArray(b)) return false;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  // The order does not matter here, and this is the one way to look at members that makes no garbage.
  // eslint-disable-next-line no-restricted-syntax
  for (const key in left) if (!sameData(left[key], right[key])) return false;
  // eslint-disable-next-line no-restricted-syntax
  for (const key in right) if (right[key] !== undefined && !Object.hasOwn(left, key)) return false;
  return true;
}

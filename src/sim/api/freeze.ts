/** Freezes plain data all the way down. What is frozen already is taken to be frozen below as well. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  const members = value as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(members)) deepFreeze(members[key]);
  return value;
}

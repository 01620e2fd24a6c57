/**
 * Freezes plain data all the way down. What is frozen already is taken to be frozen below as well: versions share what did
 * not change, so the walk stops where an earlier version begins.
 */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) freezeNode(value);
  return value;
}

function freezeNode(node: object): void {
  Object.freeze(node);
  if (Array.isArray(node)) {
    for (let i = 0; i < node.length; i++) deepFreeze(node[i] as unknown);
    return;
  }
  const members = node as Readonly<Record<string, unknown>>;
  // The order does not matter here, and this is the one way to look at members that makes no garbage.
  // eslint-disable-next-line no-restricted-syntax
  for (const key in members) {
    const child = members[key];
    if (typeof child === 'object' && child !== null && !Object.isFrozen(child)) freezeNode(child);
  }
}

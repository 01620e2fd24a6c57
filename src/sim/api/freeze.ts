/**
 * Freezes an object and everything below it that is not frozen yet. Versions share what did not change, so the walk
 * stops where an earlier version begins: the cost is that of what is new.
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
  for (const child of Object.values(node)) {
    if (typeof child === 'object' && child !== null && !Object.isFrozen(child)) freezeNode(child as object);
  }
}

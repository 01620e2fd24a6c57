/**
 * Versions of API objects are immutable. Freezing holds everybody to it, and costs as much as a whole request: so it may
 * be left out where only the project's own code runs, which its tests hold to the rule with everything frozen.
 */
let isFreezing = true;

/**
 * Whether {@link deepFreeze} freezes, from now on and for the whole process; it does unless somebody says otherwise.
 * No history depends on it.
 */
export function setFreezing(on: boolean): void {
  isFreezing = on;
}

/**
 * Freezes plain data all the way down. What is frozen already is taken to be frozen below as well: versions share what did
 * not change, so the walk stops where an earlier version begins.
 */
export function deepFreeze<T>(value: T): T {
  if (isFreezing && typeof value === 'object' && value !== null && !Object.isFrozen(value)) freezeNode(value);
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

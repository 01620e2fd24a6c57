type Same = (a: unknown, b: unknown) => boolean;

function indexOf(list: readonly unknown[], item: unknown, same: Same): number {
  return list.findIndex((other) => same(other, item));
}

/** Whether the items stand in the order that `order` gives them, and all of them are in it. */
export function inOrderOf(items: readonly unknown[], order: readonly unknown[], same: Same): boolean {
  let last = -1;
  for (const item of items) {
    const at = indexOf(order, item, same);
    if (at <= last) return false;
    last = at;
  }
  return true;
}

/**
 * The order of a merged list: those that the patch names in the patch's order, the others in the server's, and one of
 * the latter before one of the former exactly where the server had both and in that order. What is new to the server
 * therefore comes first.
 */
export function mergeInOrder(
  merged: readonly unknown[],
  patchOrder: readonly unknown[],
  serverOrder: readonly unknown[],
  same: Same,
): readonly unknown[] {
  const named = sortedBy(
    merged.filter((item) => indexOf(patchOrder, item, same) >= 0),
    patchOrder,
    same,
  );
  const others = sortedBy(
    merged.filter((item) => indexOf(patchOrder, item, same) < 0),
    serverOrder,
    same,
  );
  const result: unknown[] = [];
  let i = 0;
  for (const item of named) {
    const at = indexOf(serverOrder, item, same);
    while (i < others.length && at >= 0) {
      const other = indexOf(serverOrder, others[i], same);
      if (other < 0 || other >= at) break;
      result.push(others[i++]);
    }
    result.push(item);
  }
  result.push(...others.slice(i));
  return result;
}

function sortedBy(items: readonly unknown[], order: readonly unknown[], same: Same): readonly unknown[] {
  return items
    .map((item, i) => ({ item, i, at: indexOf(order, item, same) }))
    .sort((a, b) => a.at - b.at || a.i - b.i)
    .map(({ item }) => item);
}

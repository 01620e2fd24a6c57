/**
 * kube-scheduler 1.36 puts the totals into a binary heap that is never popped twice and draws no lots: among equal
 * totals the element that is built to the top wins, which is the first maximum in pre-order of the implicit heap over
 * the feasible list (semantics sheet 4.7).
 */
export function selectHost(totals: ArrayLike<number>, count: number = totals.length): number {
  let best = -Infinity;
  for (let i = 0; i < count; i++) if (totals[i]! > best) best = totals[i]!;
  return firstInPreOrder(totals, count, best);
}

/** Index of the first element equal to `wanted` in the order: an index, its left subtree, its right subtree. -1: none. */
export function firstInPreOrder(totals: ArrayLike<number>, count: number, wanted: number): number {
  let index = 0;
  if (count === 0) return -1;
  for (;;) {
    if (totals[index] === wanted) return index;
    const left = 2 * index + 1;
    if (left < count) {
      index = left;
      continue;
    }
    // Climb while the index is a right child or has no right sibling; then step to the sibling.
    while (index > 0 && (index % 2 === 0 || index + 1 >= count)) index = (index - 1) >> 1;
    if (index === 0) return -1;
    index += 1;
  }
}

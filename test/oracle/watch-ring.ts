/**
 * The ring of a watch cache as its description says, event by event in a plain list: full and young, it doubles; full,
 * with its newest quarter alone young, it halves; what does not fit falls off.
 */
export function ringAfter(times: readonly number[]): { readonly capacity: number; readonly from: number } {
  const fresh = 75_000_000;
  let capacity = 100;
  let kept: number[] = [];
  times.forEach((time, i) => {
    if (kept.length === capacity) {
      if (time - times[kept[0]!]! < fresh) capacity = Math.min(102_400, capacity * 2);
      else if (time - times[kept[(kept.length * 3) / 4]!]! > fresh) capacity = Math.max(100, capacity / 2);
    }
    kept.push(i);
    kept = kept.slice(-capacity);
  });
  return { capacity, from: kept[0] ?? 0 };
}

/** The two-sample Kolmogorov–Smirnov distance, after the second sample may have been moved by `slack` either way. */
export function distance(a: readonly number[], b: readonly number[], slack: number): number {
  const left = [...a].sort((x, y) => x - y);
  const right = [...b].sort((x, y) => x - y);
  let largest = 0;
  for (const x of [...left, ...right]) {
    for (const at of [x - slack, x, x + slack]) {
      const here = share(left, at);
      largest = Math.max(largest, share(right, at - slack) - here, here - share(right, at + slack));
    }
  }
  return largest;
}

/** How many are at most x, as a share. */
function share(sorted: readonly number[], x: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= x) low = middle + 1;
    else high = middle;
  }
  return low / sorted.length;
}

/** The distance that two samples of one distribution exceed in one of a hundred cases. */
export function limitAtOnePercent(n: number, m: number): number {
  return 1.6276 * Math.sqrt((n + m) / (n * m));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

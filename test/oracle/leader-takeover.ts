/**
 * How long it takes until somebody else holds a Lease, by the rules alone (kubernetes-behaviour.md 3.0), as a distribution
 * function over seconds. A candidate looks every 2 s times U[1, 2.2): where in that the leader dies is chance, so the next
 * look comes after the rest of such an interval.
 */
const LEAST = 2;
const MOST = 4.4;
const STEP = 0.005;

/** Density of the time between two looks. */
const between = (t: number): number => (t >= LEAST && t < MOST ? 1 / (MOST - LEAST) : 0);
const MEAN = (LEAST + MOST) / 2;

/** Density of the time from a moment until the next look. */
function untilNextLook(t: number): number {
  if (t < 0 || t >= MOST) return 0;
  return (t < LEAST ? 1 : (MOST - t) / (MOST - LEAST)) / MEAN;
}

/** From a Lease that is given back until the next look. */
export function afterRelease(): (seconds: number) => number {
  return distributionOf(sampled(untilNextLook, MOST));
}

/**
 * From the last renewal until the look at which the Lease is taken: the candidate sees the renewal at its next look, and
 * takes the Lease at the first look that is `leaseSeconds` later or more.
 */
export function afterLastRenewal(leaseSeconds = 15): (seconds: number) => number {
  const steps = Math.round(leaseSeconds / STEP);
  const gap = sampled(between, MOST);
  // How densely looks lie at a time after the one that saw the renewal.
  const looks = new Float64Array(steps);
  for (let t = 0; t < steps; t++) {
    let sum = gap[t] ?? 0;
    for (let g = 1; g < gap.length && g <= t; g++) sum += looks[t - g]! * gap[g]! * STEP;
    looks[t] = sum;
  }
  // By how much the first look behind the end of the Lease is late.
  const late = new Float64Array(gap.length);
  for (let o = 0; o < late.length; o++) {
    let sum = gap[steps + o] ?? 0;
    for (let g = o + 1; g < gap.length && steps + o - g >= 0; g++) sum += looks[steps + o - g]! * gap[g]! * STEP;
    late[o] = sum;
  }
  const seen = sampled(untilNextLook, MOST);
  const both = new Float64Array(seen.length + late.length);
  for (let a = 0; a < seen.length; a++) {
    for (let o = 0; o < late.length; o++) both[a + o]! += seen[a]! * late[o]! * STEP;
  }
  const distribution = distributionOf(both);
  return (seconds) => distribution(seconds - leaseSeconds);
}

function sampled(density: (t: number) => number, end: number): Float64Array {
  return Float64Array.from({ length: Math.round(end / STEP) }, (_, i) => density((i + 0.5) * STEP));
}

function distributionOf(density: Float64Array): (seconds: number) => number {
  const sums = new Float64Array(density.length + 1);
  for (let i = 0; i < density.length; i++) sums[i + 1] = sums[i]! + density[i]! * STEP;
  const total = sums[density.length]!;
  return (seconds) => {
    const at = Math.max(0, Math.min(density.length, seconds / STEP));
    const below = Math.floor(at);
    const rest = below < density.length ? (at - below) * density[below]! * STEP : 0;
    return (sums[below]! + rest) / total;
  };
}

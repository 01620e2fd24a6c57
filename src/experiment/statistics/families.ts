/**
 * Several tests at once: the chance that any of them errs is to stay at the familywise level.
 */

/** Bonferroni: the confidence of each of so many intervals, for all of them together to have `confidence`. */
export function bonferroni(confidence: number, count: number): number {
  return 1 - (1 - confidence) / Math.max(count, 1);
}

/** Holm's step-down procedure: p values adjusted for the family, in the order given. */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p || a.index - b.index);
  const adjusted = new Array<number>(pValues.length);
  let running = 0;
  order.forEach(({ p, index }, rank) => {
    running = Math.max(running, Math.min(1, (pValues.length - rank) * p));
    adjusted[index] = running;
  });
  return adjusted;
}

/** Rule of three: no failure in n independent runs bounds its probability by 3/n, with 95 % confidence. */
export function failureBound(runs: number): number {
  return Math.min(1, 3 / runs);
}

import { exp, ln } from '../../sim/engine/dmath.ts';

/** P(X = k) of k = 0..n for n trials of probability p. */
export function binomialMass(n: number, p: number): number[] {
  const mass: number[] = [];
  let logChoose = 0;
  for (let k = 0; k <= n; k++) {
    if (k > 0) logChoose += ln((n - k + 1) / k);
    mass.push(exp(logChoose + k * ln(p) + (n - k) * ln(1 - p)));
  }
  return mass;
}

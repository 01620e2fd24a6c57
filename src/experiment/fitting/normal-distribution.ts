const SQRT_TWO_PI = Math.sqrt(2 * Math.PI);

/**
 * P(Z ≤ z) of a standard normal, with small relative errors in both tails: a series around the middle, Laplace's continued
 * fraction outside (Abramowitz and Stegun 26.2.11 and 26.2.14).
 */
export function normalDistribution(z: number): number {
  if (z > 0) return 1 - normalDistribution(-z);
  const density = Math.exp((-z * z) / 2) / SQRT_TWO_PI;
  if (z < -3) {
    let fraction = -z;
    for (let k = 60; k >= 1; k--) fraction = -z + k / fraction;
    return density / fraction;
  }
  let term = z;
  let sum = z;
  for (let k = 3; Math.abs(term) > 1e-18; k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return 0.5 + density * sum;
}

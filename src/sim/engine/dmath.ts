/**
 * The only transcendental functions of the simulated world. They are pure JavaScript on `+ - * /`, so they give the
 * same bits on every engine and version, which `Math.log`, `Math.exp` and `Math.pow` do not promise.
 */
import exp from '@stdlib/math-base-special-exp';
import ln from '@stdlib/math-base-special-ln';

export { exp, ln };

/** `base` to the power of `exponent`, for a base from 0 to Infinity. Good to about 1e-13 relative, not correctly rounded. */
export function power(base: number, exponent: number): number {
  if (exponent === 0 || base === 1) return 1;
  if (exponent === 1) return base;
  return exp(exponent * ln(base));
}

/**
 * The natural logarithm as Go's `math.Log` computes it, bit for bit (the FreeBSD msun method; semantics sheet 3.10):
 * x = 2^k * (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), s = f / (2 + f), and an odd polynomial in s. V8's `Math.log`
 * differs from it by one unit in the last place on some integers, and no result may depend on the engine.
 */
const SQRT_HALF = 0.7071067811865475244;
const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.90821492927058770002e-10;
const L1 = 6.66666666666673513e-1;
const L2 = 3.999999999940941908e-1;
const L3 = 2.857142874366239149e-1;
const L4 = 2.222219843214978396e-1;
const L5 = 1.818357216161805012e-1;
const L6 = 1.531383769920937332e-1;
const L7 = 1.479819860511658591e-1;

/** `value` must be positive, finite and normal. */
export function naturalLog(value: number): number {
  let fraction = value;
  let exponent = 0;
  // Halving and doubling are exact.
  while (fraction >= 1) {
    fraction *= 0.5;
    exponent++;
  }
  while (fraction < 0.5) {
    fraction *= 2;
    exponent--;
  }
  if (fraction < SQRT_HALF) {
    fraction *= 2;
    exponent--;
  }
  const f = fraction - 1;
  const s = f / (2 + f);
  const s2 = s * s;
  const s4 = s2 * s2;
  const odd = s2 * (L1 + s4 * (L3 + s4 * (L5 + s4 * L7)));
  const even = s4 * (L2 + s4 * (L4 + s4 * L6));
  const half = 0.5 * f * f;
  return exponent * LN2_HIGH - (half - (s * (half + (odd + even)) + exponent * LN2_LOW) - f);
}

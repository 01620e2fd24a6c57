const MAX_EXACT = Number.MAX_SAFE_INTEGER;

/**
 * `a * b / c` as Go computes it on int64: the product wraps at 64 bits, the quotient is truncated toward zero. Exact
 * for all integers that a double can hold; `c` must not be 0.
 *
 * Below 2^53 the correctly rounded quotient of two integers never reaches the next integer, so that truncating it is
 * exact; above, BigInt takes over.
 */
export function multiplyDivide(a: number, b: number, c: number): number {
  const product = a * b;
  if (product <= MAX_EXACT && product >= -MAX_EXACT) return Math.trunc(product / c);
  return Number(BigInt.asIntN(64, BigInt(a) * BigInt(b)) / BigInt(c));
}

/** Rounds half away from zero, as Go's `math.Round` does. */
export function roundHalfAway(value: number): number {
  const whole = Math.trunc(value);
  return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole;
}

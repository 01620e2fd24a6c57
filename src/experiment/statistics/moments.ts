/** Of a sample; NaN for none. */
export function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Unbiased: divided by n - 1. NaN for fewer than two values. */
export function variance(values: readonly number[]): number {
  if (values.length < 2) return NaN;
  // Of equal values none, not what is left over by the rounding of their mean.
  if (values.every((value) => value === values[0])) return 0;
  const centre = mean(values);
  let squares = 0;
  for (const value of values) squares += (value - centre) * (value - centre);
  return squares / (values.length - 1);
}

/** Of neighbours in a series, as r1 = Σ (x_i − x̄)(x_{i+1} − x̄) / Σ (x_i − x̄)². NaN where nothing varies. */
export function lagOneCorrelation(values: readonly number[]): number {
  const centre = mean(values);
  let products = 0;
  let squares = 0;
  values.forEach((value, i) => {
    squares += (value - centre) * (value - centre);
    if (i > 0) products += (value - centre) * (values[i - 1]! - centre);
  });
  return products / squares;
}

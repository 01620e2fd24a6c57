export const REPLICATIONS = 30;

/**
 * How many standard errors the mean of a figure lies from what theory says, over independent replications. Each gives
 * its figures from its seed.
 */
export function scores(
  replicate: (seed: string) => readonly number[],
  theory: readonly number[],
  seed: string,
): readonly number[] {
  const figures = Array.from({ length: REPLICATIONS }, (_, i) => replicate(`${seed}/${i}`));
  return theory.map((expected, column) => {
    const values = figures.map((row) => row[column]!);
    const mean = values.reduce((sum, value) => sum + value, 0) / REPLICATIONS;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (REPLICATIONS - 1);
    return (mean - expected) / Math.sqrt(variance / REPLICATIONS);
  });
}

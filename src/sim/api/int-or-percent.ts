import type { IntOrString } from './workloads.ts';

/** Whether a text is a percentage as Kubernetes writes it, e.g. `25%`. */
export function isPercent(text: string): boolean {
  return /^[0-9]+%$/.test(text);
}

/** The number in front of the sign; `undefined` for anything else, numbers included. */
export function percentOf(value: IntOrString): number | undefined {
  return typeof value === 'string' && isPercent(value) ? Number(value.slice(0, -1)) : undefined;
}

/**
 * A number as it is, a percentage of `total` as a whole number (kubernetes-behaviour.md 7.3). Text that is no
 * percentage has been refused by validation; here it throws a RangeError.
 */
export function scaledValue(value: IntOrString, total: number, round: 'up' | 'down'): number {
  if (typeof value === 'number') return value;
  const percent = percentOf(value);
  if (percent === undefined) throw new RangeError(`neither a number nor a percentage: ${value.slice(0, 40)}`);
  const hundredths = percent * total;
  const rest = hundredths % 100;
  return (hundredths - rest) / 100 + (round === 'up' && rest > 0 ? 1 : 0);
}

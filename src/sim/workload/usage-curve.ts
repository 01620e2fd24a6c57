import type { UsageCurve } from '../scenario/metrics.ts';

/** What a curve says at a time: straight lines between its points, level before the first and after the last. Whole thousandths. */
export function valueAt({ points }: UsageCurve, micros: number): number {
  const [first] = points;
  if (first === undefined) return 0;
  if (micros <= first.atMicros) return first.milli;
  for (let i = 1; i < points.length; i++) {
    const from = points[i - 1]!;
    const to = points[i]!;
    if (micros >= to.atMicros) continue;
    const share = (micros - from.atMicros) / (to.atMicros - from.atMicros);
    return Math.round(from.milli + (to.milli - from.milli) * share);
  }
  return points.at(-1)!.milli;
}

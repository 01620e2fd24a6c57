import { z } from 'zod';
import { milliValue } from '../sim/api/quantity.ts';
import type { UsageCurve } from '../sim/scenario/metrics.ts';
import { duration, quantity } from './fields.ts';

export const usageCurveSchema = z
  .union([
    quantity.describe('The same all the time.'),
    z
      .array(z.strictObject({ at: duration, is: quantity }))
      .min(1)
      .refine((points) => points.every((point, i) => i === 0 || point.at > points[i - 1]!.at), {
        error: 'the points of a curve are in order of time',
        params: { code: 'out-of-range' },
      })
      .describe('Straight lines between points.'),
  ])
  .meta({ id: 'UsageCurve', description: 'A quantity, or one that changes over time.' });

/** The curve in the words of the simulation; a quantity alone is the same all the time. */
export function curveOf(written: z.output<typeof usageCurveSchema>): UsageCurve {
  if (typeof written === 'string') return { points: [{ atMicros: 0, milli: milliValue(written) }] };
  return { points: written.map(({ at, is }) => ({ atMicros: at, milli: milliValue(is) })) };
}

import type { CurvePoint } from './arrived-columns.ts';
import type { PublishedRun } from './published.ts';

/** What counts as equal to a published figure, which has two digits. */
export const TOLERANCE = 0.01;
/** What binary fractions add to it. */
const SLACK = 1e-9;

/** How far a run's curves are from the published ones, in points of a per cent. */
export interface Deviation {
  readonly values: number;
  /** How many of them are within the tolerance. */
  readonly within: number;
  readonly largest: number;
}

/** Of a run from its published curves, over all three at all points; `undefined` where they are not at hand. */
export function deviation(points: readonly CurvePoint[], published: PublishedRun | undefined): Deviation | undefined {
  if (published === undefined) return undefined;
  let values = 0;
  let within = 0;
  let largest = 0;
  for (const member of ['allocatedPercent', 'fragmentationPercent', 'fragmentationRatioPercent'] as const) {
    points.forEach((point, percent) => {
      const distance = Math.abs(point[member] - published[member][percent]!);
      values++;
      if (distance <= TOLERANCE + SLACK) within++;
      if (!(distance <= largest)) largest = distance;
    });
  }
  return { values, within, largest };
}

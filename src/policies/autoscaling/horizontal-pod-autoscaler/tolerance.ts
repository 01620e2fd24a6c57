import type { HorizontalPodAutoscalerSpec } from '../../../sim/api/autoscaling.ts';
import { parseQuantity } from '../../../sim/api/quantity.ts';

/** How far the ratio of usage to target may lie from 1 before anything is done, for each direction. */
export interface Tolerances {
  readonly scaleUp: number;
  readonly scaleDown: number;
}

const NANO_PER_UNIT = 1e9;

/** Those of the autoscaler itself where it has some, else the controller manager's. */
export function tolerancesOf({ behavior }: HorizontalPodAutoscalerSpec, fallback: number): Tolerances {
  return {
    scaleUp: ofRules(behavior?.scaleUp?.tolerance, fallback),
    scaleDown: ofRules(behavior?.scaleDown?.tolerance, fallback),
  };
}

function ofRules(tolerance: string | undefined, fallback: number): number {
  const quantity = tolerance === undefined ? undefined : parseQuantity(tolerance);
  return quantity === undefined ? fallback : Number(quantity.nano) / NANO_PER_UNIT;
}

export function isWithin({ scaleUp, scaleDown }: Tolerances, ratio: number): boolean {
  return 1 - scaleDown <= ratio && ratio <= 1 + scaleUp;
}

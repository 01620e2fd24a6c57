import type { ShapePoint } from '../configuration/resource-args.ts';
import { MAX_NODE_SCORE } from './normalize-score.ts';

/** Shape scores go to 10, node scores to 100. */
const SCALE = MAX_NODE_SCORE / 10;

/**
 * A broken line through the points, level beyond the first and the last. The slope is multiplied first and truncated
 * toward zero after, so that falling parts round up (semantics sheet 3.8).
 */
export function brokenLine(points: readonly ShapePoint[]): (utilization: number) => number {
  const scaled = points.map(({ utilization, score }) => ({ utilization, score: score * SCALE }));
  return (utilization) => {
    for (let k = 0; k < scaled.length; k++) {
      const right = scaled[k]!;
      if (utilization > right.utilization) continue;
      const left = scaled[k - 1];
      if (left === undefined) return right.score;
      const rise = (right.score - left.score) * (utilization - left.utilization);
      return left.score + Math.trunc(rise / (right.utilization - left.utilization));
    }
    return scaled.at(-1)?.score ?? 0;
  };
}

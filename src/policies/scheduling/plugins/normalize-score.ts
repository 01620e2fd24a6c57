import { multiplyDivide } from './multiply-divide.ts';

/** The best score a plugin can give a node after normalisation; the worst is 0. */
export const MAX_NODE_SCORE = 100;

/**
 * Stretches scores so that the highest becomes 100; reversed, the lowest raw score is the best (semantics sheet 3.0.8).
 * In place.
 */
export function normalizeByHighest(scores: number[], reverse: boolean): void {
  let highest = 0;
  for (const score of scores) if (score > highest) highest = score;
  if (highest === 0) {
    if (reverse) scores.fill(MAX_NODE_SCORE);
    return;
  }
  for (let i = 0; i < scores.length; i++) {
    const scaled = multiplyDivide(MAX_NODE_SCORE, scores[i]!, highest);
    scores[i] = reverse ? MAX_NODE_SCORE - scaled : scaled;
  }
}

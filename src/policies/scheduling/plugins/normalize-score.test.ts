import { describe, expect, test } from 'vitest';
import { normalizeByHighest } from './normalize-score.ts';

function normalized(scores: readonly number[], reverse: boolean): number[] {
  const copy = [...scores];
  normalizeByHighest(copy, reverse);
  return copy;
}

describe('default normalisation (sheet 3.0.8)', () => {
  test.each([
    ['the highest becomes 100', [0, 1, 3], false, [0, 33, 100]],
    ['reversed, the highest becomes 0', [0, 1, 3], true, [100, 67, 0]],
    ['all zero stays', [0, 0], false, [0, 0]],
    ['all zero reversed is all 100', [0, 0], true, [100, 100]],
    ['nothing', [], true, []],
    ['large sums', [1, 2 ** 52, 2 ** 53 - 1], false, [0, 50, 100]],
  ])('%s', (_what, scores, reverse, expected) => {
    expect(normalized(scores, reverse)).toEqual(expected);
  });
});

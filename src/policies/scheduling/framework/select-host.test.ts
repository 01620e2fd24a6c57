import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstInPreOrder, selectHost } from './select-host.ts';

function preOrder(size: number, index = 0): number[] {
  if (index >= size) return [];
  return [index, ...preOrder(size, 2 * index + 1), ...preOrder(size, 2 * index + 2)];
}

test('ten equal totals rank 0,1,3,7,8,4,9,2,5,6 (semantics sheet 4.7)', () => {
  expect(preOrder(10)).toEqual([0, 1, 3, 7, 8, 4, 9, 2, 5, 6]);
  const totals = new Array<number>(10).fill(0);
  for (const index of [6, 5, 2, 9, 4, 8, 7, 3, 1, 0]) {
    totals[index] = 1;
    expect(selectHost(totals)).toBe(index);
  }
});

test('the winner is the first maximum in pre-order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 200 }), (totals) => {
      const best = Math.max(...totals);
      expect(selectHost(totals)).toBe(preOrder(totals.length).find((index) => totals[index] === best));
      expect(firstInPreOrder(totals, totals.length, 5)).toBe(-1);
    }),
  );
});

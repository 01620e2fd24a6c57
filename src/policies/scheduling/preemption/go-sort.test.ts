import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { goSort } from './go-sort.ts';

interface Item {
  /** Below 0: missing. */
  readonly key: number;
  readonly id: number;
}

/** Missing keys come last; of two missing ones the first asked about is less, so that it is no order at all. */
function less(a: Item, b: Item): boolean {
  if (a.key < 0) return b.key < 0;
  return b.key < 0 || a.key < b.key;
}

/** What Go's sort.Slice (1.26) left: a hash over the ids of 480 arrays a length, made by `arrays` below. */
const LEFT_BY_GO: readonly (readonly [number, string])[] = [
  [2, '262e7df069376381'],
  [5, '79222a05a21bca04'],
  [12, '66e710e4e40f7f7e'],
  [13, 'f16b23a511c7b74a'],
  [14, '763e3e649d2daba8'],
  [20, 'bb433104bd3a57e2'],
  [30, '9307afdea6a068c9'],
  [49, 'f46e2bbffabc26b5'],
  [50, '58b8166bb725ac29'],
  [51, 'ed687a28db8d5129'],
  [64, 'f5d20a7b45cc45c1'],
  [100, '3adab38b5180f814'],
  [110, '81602c94066101bc'],
  [250, 'ba6e101ef19d0003'],
  [1000, 'b39469ccbf1e10fa'],
];

const SHAPES = ['random', 'ascending', 'descending', 'organ', 'missing', 'sawtooth'] as const;

function* arrays(length: number): Generator<Item[]> {
  for (const keys of [1, 3, 20, 1000]) {
    for (const shape of SHAPES) {
      for (let seed = 1; seed <= 20; seed++) {
        let state = seed * 7919 + length * 31 + keys;
        const draw = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 8;
        yield Array.from({ length }, (_, id) => ({ key: keyOf(shape, id, length, keys, seed, draw), id }));
      }
    }
  }
}

function keyOf(
  shape: (typeof SHAPES)[number],
  i: number,
  length: number,
  keys: number,
  seed: number,
  draw: () => number,
): number {
  switch (shape) {
    case 'random':
      return draw() % keys;
    case 'ascending':
      return draw() % 16 === 0 ? draw() % keys : Math.trunc((i * keys) / length);
    case 'descending':
      return seed > 10 && draw() % 16 === 0 ? draw() % keys : Math.trunc(((length - i) * keys) / length);
    case 'organ':
      return Math.trunc(((i < Math.trunc(length / 2) ? i : length - i) * keys) / length);
    case 'missing': {
      const key = draw() % keys;
      return draw() % 3 === 0 ? -1 : key;
    }
    case 'sawtooth':
      return (i * 7) % (keys + seed);
  }
}

describe('goSort', () => {
  test.each(LEFT_BY_GO)(
    'leaves %i elements where sort.Slice leaves them, equal and incomparable ones too',
    (length, sha) => {
      const hash = createHash('sha256');
      for (const items of arrays(length)) {
        goSort(items, less);
        for (const item of items) hash.update(item.id + ',');
      }
      expect(hash.digest('hex').slice(0, 16)).toBe(sha);
    },
  );

  test('up to 12 elements it is stable', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { maxLength: 12 }), (keys) => {
        const items = keys.map((key, id) => ({ key, id }));
        goSort(items, less);
        expect(items).toEqual(keys.map((key, id) => ({ key, id })).sort((a, b) => a.key - b.key || a.id - b.id));
      }),
    );
  });

  test('a run of incomparable elements up to 12 is reversed', () => {
    const items = Array.from({ length: 12 }, (_, id) => ({ key: -1, id }));
    goSort(items, less);
    expect(items.map((item) => item.id)).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
  });

  test('sorts whatever has an order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 400 }), (keys) => {
        const sorted = [...keys];
        goSort(sorted, (a, b) => a < b);
        expect(sorted).toEqual([...keys].sort((a, b) => a - b));
      }),
    );
  });
});

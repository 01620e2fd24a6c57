import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearest } from './nearest.ts';

/** The definition by recursion: the last letters are dropped, replaced or swapped. */
function slowDistance(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  const replace = slowDistance(a.slice(0, -1), b.slice(0, -1)) + (a.at(-1) === b.at(-1) ? 0 : 1);
  const cut = Math.min(slowDistance(a.slice(0, -1), b), slowDistance(a, b.slice(0, -1))) + 1;
  const isSwap = a.length > 1 && b.length > 1 && a.at(-1) === b.at(-2) && a.at(-2) === b.at(-1);
  const swap = isSwap ? slowDistance(a.slice(0, -2), b.slice(0, -2)) + 1 : Number.POSITIVE_INFINITY;
  return Math.min(replace, cut, swap);
}

describe('did you mean', () => {
  it('counts edits by definition, up to the limit', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 });
    fc.assert(
      fc.property(word, word, fc.nat({ max: 5 }), (a, b, limit) => {
        const distance = slowDistance(a, b);
        expect(editDistance(a, b, limit)).toBe(distance > limit ? limit + 1 : distance);
      }),
      { numRuns: 300 },
    );
  });

  it('finds the slip of a finger', () => {
    const fields = ['containers', 'initContainers', 'image', 'imagePullPolicy', 'name', 'args', 'env'];
    expect(nearest('contianers', fields)).toBe('containers');
    expect(nearest('imagepullpolicy', fields)).toBe('imagePullPolicy');
    expect(nearest('Image', fields)).toBe('image');
    expect(nearest('container', fields)).toBe('containers');
    expect(nearest('arg', fields)).toBe('args');
  });

  it('does not guess wildly', () => {
    expect(nearest('zzz', ['env', 'tty'])).toBeUndefined();
    expect(nearest('replicas', ['selector', 'template'])).toBeUndefined();
    expect(nearest('a', ['b'])).toBeUndefined();
    expect(nearest('', ['a'])).toBeUndefined();
    expect(nearest('x'.repeat(1_000_000), ['x'.repeat(999_999)])).toBeUndefined();
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fingerprint } from './fingerprint.ts';

type Words = readonly [number, number, number, number];

function hashOf(history: readonly Words[]): string {
  const fingerprint = new Fingerprint();
  for (const words of history) fingerprint.mix(...words);
  return fingerprint.toString();
}

const word = fc.oneof(fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }), fc.nat(3));
const words = fc.tuple(word, word, word, word);

describe('the fingerprint', () => {
  it('is the same on every machine and version', () => {
    expect(hashOf([])).toBe('6f72726572794f722d9f3b71517cc1b7');
    expect(hashOf([[1, 2, 3, 4]])).toBe('0879a8289135920598abca63a99b90c5');
    expect(hashOf(Array.from({ length: 1_000 }, (_, i): Words => [i, -i, i * i, ~i]))).toBe(
      '9aa963fe16890cce4e2893f042831681',
    );
  });

  it('shows one differing word anywhere, at once and at the end', () => {
    fc.assert(
      fc.property(
        fc.array(words, { minLength: 1, maxLength: 20 }),
        fc.nat(),
        fc.nat(3),
        fc.integer({ min: 1, max: 0x7fff_ffff }),
        (history, at, lane, change) => {
          const other = history.map((entry): [number, number, number, number] => [...entry]);
          other[at % history.length]![lane]! ^= change;
          expect(hashOf(other)).not.toBe(hashOf(history));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('shows an exchanged order, a missing and an added entry', () => {
    fc.assert(
      fc.property(fc.uniqueArray(words, { minLength: 2, maxLength: 10, selector: String }), (history) => {
        const reversed = [...history].reverse();
        const all = [history, reversed, history.slice(1), history.slice(0, -1), [...history, history[0]!]].map(hashOf);
        expect(new Set(all).size).toBe(5);
      }),
      { numRuns: 2_000 },
    );
  });

  it('spreads a difference of one bit over all of its 128 bits', () => {
    const changed = new Float64Array(128);
    const trials = 512;
    for (let trial = 0; trial < trials; trial++) {
      const history = Array.from({ length: 12 }, (_, i): Words => [Math.imul(trial + 1, 0x9e3779b1), i, i + trial, 7]);
      const other = history.map((entry): [number, number, number, number] => [...entry]);
      other[0]![trial & 3]! ^= 1 << ((trial >> 2) & 31);
      const difference = BigInt(`0x${hashOf(history)}`) ^ BigInt(`0x${hashOf(other)}`);
      for (let bit = 0; bit < 128; bit++) changed[bit]! += Number((difference >> BigInt(bit)) & 1n);
    }
    for (const count of changed) {
      expect(Math.abs(count - trials / 2)).toBeLessThan(5 * Math.sqrt(trials / 4));
    }
  });

  it('has no two equal hashes in a quarter of a million short histories, in any half of its bits', () => {
    const halves = [new Set<string>(), new Set<string>()];
    for (let a = 0; a < 512; a++) {
      for (let b = 0; b < 512; b++) {
        const hash = hashOf([
          [a, 0, b, 0],
          [0, 1, 0, 0],
        ]);
        halves[0]!.add(hash.slice(0, 16));
        halves[1]!.add(hash.slice(16));
      }
    }
    expect(halves.map((half) => half.size)).toEqual([262_144, 262_144]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fingerprint } from './fingerprint.ts';
import { KeyedDraws, Stream, type StreamState } from './streams.ts';

const TWO_TO_32 = 2 ** 32;
const streamOf = (seed: string, name: string): Stream => new Stream(seed, name, 0, new Fingerprint());
const keyedOf = (seed: string, name: string): KeyedDraws => new KeyedDraws(seed, name, 0, new Fingerprint());
const first = (source: { next(): number }, count: number): number[] =>
  Array.from({ length: count }, () => source.next());

/** Chi-square of uniform numbers over equal cells, as a number of standard deviations (Wilson and Hilferty). */
function chiSquareScore(numbers: readonly number[], cells: number): number {
  const counts = new Float64Array(cells);
  for (const number of numbers) counts[Math.floor(number * cells)]!++;
  const expected = numbers.length / cells;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  const spread = 2 / (9 * (cells - 1));
  return ((chiSquare / (cells - 1)) ** (1 / 3) - (1 - spread)) / Math.sqrt(spread);
}

/** The correlation of pairs of uniform numbers, as a number of standard deviations. */
function correlationScore(left: readonly number[], right: readonly number[]): number {
  const sum = left.reduce((total, number, i) => total + (number - 0.5) * (right[i]! - 0.5), 0);
  return (sum * 12) / Math.sqrt(left.length);
}

describe('a stream', () => {
  it('gives the numbers that alea gives everywhere', () => {
    const words = (name: string, seed: string) => first(streamOf(seed, name), 4).map((value) => value * TWO_TO_32);
    expect(words('kubelet/image-pull', '42')).toEqual([1374084336, 1124145381, 1419882414, 3646646409]);
    expect(words('workload/arrivals', '0')).toEqual([3848261208, 1932708801, 4222403259, 785968477]);
  });

  it('is not moved by draws of another', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.boolean(), { maxLength: 200 }), (seed, turns) => {
        const fingerprint = new Fingerprint();
        const one = new Stream(seed, 'one', 0, fingerprint);
        const other = new Stream(seed, 'other', 1, fingerprint);
        const drawn: [number[], number[]] = [[], []];
        for (const turn of turns) drawn[turn ? 1 : 0].push((turn ? other : one).next());
        expect(drawn[0]).toEqual(first(streamOf(seed, 'one'), drawn[0].length));
        expect(drawn[1]).toEqual(first(streamOf(seed, 'other'), drawn[1].length));
        expect([one.draws, other.draws]).toEqual([drawn[0].length, drawn[1].length]);
      }),
    );
  });

  it('goes on from a state that was saved as JSON', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(100), fc.nat(100), (seed, before, after) => {
        const stream = streamOf(seed, 'saved');
        first(stream, before);
        const saved = JSON.stringify(stream.state());
        const expected = first(stream, after);
        const restored = streamOf('another seed', 'saved');
        restored.restore(JSON.parse(saved) as StreamState);
        expect(restored.draws).toBe(before);
        expect(first(restored, after)).toEqual(expected);
        expect(restored.state()).toEqual(stream.state());
        stream.restore(JSON.parse(saved) as StreamState);
        expect(first(stream, after)).toEqual(expected);
      }),
    );
  });

  it('draws whole numbers below n evenly, and refuses an n that makes no sense', () => {
    const stream = streamOf('below', 'x');
    const counts = new Float64Array(6);
    for (let i = 0; i < 60_000; i++) counts[stream.below(6)]!++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(4 * Math.sqrt((60_000 * 5) / 36));
    expect(stream.below(1)).toBe(0);
    for (const n of [0, -1, 1.5, NaN, Infinity, TWO_TO_32 + 1]) expect(() => stream.below(n)).toThrow(`below(${n})`);
  });

  it('is independent of streams with names and seeds like its own', () => {
    const firsts: number[] = [];
    const seconds: number[] = [];
    for (let seed = 0; seed < 200; seed++) {
      for (let name = 0; name < 100; name++) {
        const [one, two] = first(streamOf(String(seed), `pool-${name}/life`), 2);
        firsts.push(one!);
        seconds.push(two!);
      }
    }
    expect(new Set(firsts.map((one, i) => `${one} ${seconds[i]}`)).size).toBe(firsts.length);
    expect(Math.abs(chiSquareScore(firsts, 256))).toBeLessThan(4);
    expect(Math.abs(correlationScore(firsts, seconds))).toBeLessThan(4);
    for (const lag of [1, 100]) {
      expect(Math.abs(correlationScore(firsts.slice(0, -lag), firsts.slice(lag)))).toBeLessThan(4);
    }
  });

  it('leaves every draw in the fingerprint: its number, its stream and its place', () => {
    const history = (draws: readonly ('one' | 'other')[], seed = '1'): string => {
      const fingerprint = new Fingerprint();
      const streams = {
        one: new Stream(seed, 'one', 0, fingerprint),
        other: new Stream(seed, 'other', 1, fingerprint),
      };
      for (const name of draws) streams[name].next();
      return fingerprint.toString();
    };
    const histories = [
      history([]),
      history(['one']),
      history(['other']),
      history(['one', 'other']),
      history(['other', 'one']),
      history(['one'], '2'),
    ];
    expect(new Set(histories).size).toBe(histories.length);
    expect(history(['one', 'other'])).toBe(history(['one', 'other']));
  });
});

describe('keyed draws', () => {
  it('give the same numbers everywhere', () => {
    const draws = keyedOf('42', 'workload/duration');
    const keys = [
      [0, 0],
      [0, 1],
      [1, 0],
      [511, 3],
      [2 ** 40 + 5, 2],
      [2 ** 53 - 1, 7],
    ] as const;
    expect(keys.map(([entity, n]) => draws.uniform(entity, n) * TWO_TO_32)).toEqual([
      2648056581, 4016999427, 112652876, 3251484110, 1851137884, 372841431,
    ]);
  });

  it('depend on entity and index only, not on the order of drawing', () => {
    const key = fc.tuple(fc.maxSafeNat(), fc.nat(1_000));
    fc.assert(
      fc.property(fc.string(), fc.array(key, { maxLength: 50 }), (seed, keys) => {
        const forward = keyedOf(seed, 'life');
        const backward = keyedOf(seed, 'life');
        const numbers = keys.map(([entity, n]) => forward.uniform(entity, n));
        const reversed = [...keys].reverse().map(([entity, n]) => backward.uniform(entity, n));
        expect(reversed.reverse()).toEqual(numbers);
        for (const number of numbers) expect(number >= 0 && number < 1).toBe(true);
      }),
    );
  });

  it('of one entity are a source for samplers', () => {
    const draws = keyedOf('1', 'life');
    expect(first(draws.of(7), 3)).toEqual([draws.uniform(7, 0), draws.uniform(7, 1), draws.uniform(7, 2)]);
    expect(first(draws.of(7, 5), 2)).toEqual([draws.uniform(7, 5), draws.uniform(7, 6)]);
  });

  const range = (count: number) => Array.from({ length: count }, (_, i) => i);
  const draws = keyedOf('17', 'node/life');
  const wide = 2 ** 32 + 12_345;
  const series: [string, (i: number) => number][] = [
    ['the first of many entities', (i) => draws.uniform(i, 0)],
    ['the third of many entities', (i) => draws.uniform(i, 2)],
    ['many of one entity', (i) => draws.uniform(0, i)],
    ['many of a late entity', (i) => draws.uniform(123_456_789, i)],
    ['the first of entities far apart', (i) => draws.uniform(i * 65_536, 0)],
    ['the first of entities above 2^32', (i) => draws.uniform(wide + i, 0)],
    ['the first of entities 2^32 apart', (i) => draws.uniform((i + 1) * TWO_TO_32, 0)],
    ['the diagonal', (i) => draws.uniform(i, i)],
    ['a block of 256 entities', (i) => draws.uniform(i & 255, i >> 8)],
  ];

  it.each(series)('are uniform and uncorrelated: %s', (_, draw) => {
    const numbers = range(100_000).map(draw);
    expect(Math.abs(chiSquareScore(numbers, 1_024))).toBeLessThan(4);
    // The low bits as well as the high ones.
    expect(
      Math.abs(
        chiSquareScore(
          numbers.map((number) => (number * 2 ** 22) % 1),
          1_024,
        ),
      ),
    ).toBeLessThan(4);
    const pairs = numbers.slice(1).map((number, i) => (Math.floor(number * 32) + numbers[i]!) / 32);
    expect(Math.abs(chiSquareScore(pairs, 1_024))).toBeLessThan(4);
    for (const lag of [1, 2, 3, 8, 256, 257]) {
      expect(Math.abs(correlationScore(numbers.slice(0, -lag), numbers.slice(lag)))).toBeLessThan(4);
    }
  });

  it('of different streams have nothing to do with each other', () => {
    const names = range(40).map((i) => keyedOf('17', `pool-${i}/life`));
    const columns = names.map((name) => range(2_000).map((entity) => name.uniform(entity, 0)));
    let worst = 0;
    for (let i = 0; i < columns.length; i++) {
      for (let j = 0; j < i; j++) worst = Math.max(worst, Math.abs(correlationScore(columns[i]!, columns[j]!)));
    }
    // The largest of 780 scores: above 4.5 in one of 200 sets.
    expect(worst).toBeLessThan(4.5);
    expect(Math.abs(chiSquareScore(columns.flat(), 1_024))).toBeLessThan(4);
  });

  it('are not shared by entities whose low halves are equal, nor shifted copies of each other', () => {
    const sequences = [0, 1, TWO_TO_32, TWO_TO_32 + 1, 2 * TWO_TO_32].map((entity) =>
      range(2_000).map((n) => draws.uniform(entity, n)),
    );
    expect(new Set(sequences.flat()).size).toBeGreaterThan(9_985);
  });

  it('leave every draw in the fingerprint', () => {
    const history = (keys: readonly (readonly [number, number])[]): string => {
      const fingerprint = new Fingerprint();
      const keyed = new KeyedDraws('1', 'life', 0, fingerprint);
      for (const [entity, n] of keys) keyed.uniform(entity, n);
      return fingerprint.toString();
    };
    const histories = [
      history([]),
      history([[1, 0]]),
      history([[1, 1]]),
      history([[2, 0]]),
      history([
        [1, 0],
        [2, 0],
      ]),
    ];
    expect(new Set(histories).size).toBe(histories.length);
  });
});

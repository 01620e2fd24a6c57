import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { Endpoint, EndpointSlice } from '../../../sim/api/service.ts';
import { meta } from '../../../../test/doubles/workload-objects.ts';
import { EndpointGroup, podKeyOf } from './endpoint-group.ts';
import { pack, type Packing } from './packing.ts';

function endpoint(n: number, ready = true): Endpoint {
  return {
    addresses: [`10.0.${Math.floor(n / 250)}.${n % 250}`],
    conditions: { ready, serving: ready, terminating: false },
    targetRef: { kind: 'Pod', namespace: 'default', name: `p${n}`, uid: `u${n}` },
  };
}

function slice(name: string, numbers: readonly number[]): EndpointSlice {
  return {
    kind: 'EndpointSlice',
    metadata: meta(name),
    addressType: 'IPv4',
    endpoints: numbers.map((n) => endpoint(n)),
    ports: [],
  };
}

function range(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + i);
}

function group(wished: readonly Endpoint[]): EndpointGroup {
  const one = new EndpointGroup([]);
  for (const endpoint of wished) one.set(podKeyOf(endpoint), endpoint);
  return one;
}

function packed(existing: readonly EndpointSlice[], wished: readonly Endpoint[], most = 100): Packing {
  return pack(existing, group(wished), most, (one) => one);
}

/** Names and sizes of what is updated and created, names of what is removed. */
function told({ create, update, remove }: Packing): unknown {
  return {
    create: create.map((one) => one.length),
    update: update.map((one) => `${one.metadata.name} ${one.endpoints.length}`),
    remove: remove.map((one) => one.metadata.name),
  };
}

const wish = (numbers: readonly number[]): Endpoint[] => numbers.map((n) => endpoint(n));

describe('packing endpoints into slices', () => {
  it('writes nothing when nothing changed', () => {
    expect(told(packed([slice('a', range(0, 5))], wish(range(0, 5))))).toEqual({ create: [], update: [], remove: [] });
  });

  it('makes slices of at most the largest size', () => {
    expect(told(packed([], wish(range(0, 250))))).toEqual({ create: [100, 100, 50], update: [], remove: [] });
  });

  it('puts new endpoints into slices that change anyway, the fullest first', () => {
    const existing = [slice('a', range(0, 10)), slice('b', range(100, 98)), slice('c', range(200, 50))];
    // One of each of a and b goes, five come: b takes three, a the rest, c is left alone.
    const kept = [...range(1, 9), ...range(101, 97), ...range(200, 50)];
    expect(told(packed(existing, wish([...kept, ...range(500, 5)])))).toEqual({
      create: [],
      update: ['a 11', 'b 100'],
      remove: [],
    });
  });

  it('puts them into the unchanged slice they fill best when none changes', () => {
    const existing = [slice('c', range(200, 97)), slice('b', range(100, 94)), slice('a', range(0, 50))];
    const all = existing.flatMap(({ endpoints }) => endpoints);
    expect(told(packed(existing, [...all, ...wish(range(500, 5))]))).toEqual({
      create: [],
      update: ['b 99'],
      remove: [],
    });
  });

  it('makes a new slice where they fit into none, and never splits them over two', () => {
    const existing = [slice('a', range(0, 97)), slice('b', range(100, 98))];
    const all = existing.flatMap(({ endpoints }) => endpoints);
    expect(told(packed(existing, [...all, ...wish(range(500, 5))]))).toEqual({ create: [5], update: [], remove: [] });
  });

  it('removes slices that become empty and does not rebalance the others', () => {
    const existing = [slice('a', range(0, 3)), slice('b', range(100, 2)), slice('c', range(200, 2))];
    expect(told(packed(existing, wish([100, 200, 201])))).toEqual({ create: [], update: ['b 1'], remove: ['a'] });
  });

  it('renews an endpoint in its place', () => {
    const { update } = packed([slice('a', [0, 1, 2])], [endpoint(0), endpoint(1, false), endpoint(2)]);
    expect(update.map((one) => one.endpoints)).toEqual([[endpoint(0), endpoint(1, false), endpoint(2)]]);
  });

  it('takes an endpoint with another address for another one', () => {
    const moved = { ...endpoint(1), addresses: ['10.9.9.9'] };
    const { update } = packed([slice('a', [0, 1, 2])], [endpoint(0), moved, endpoint(2)]);
    expect(update.map((one) => one.endpoints)).toEqual([[endpoint(0), endpoint(2), moved]]);
  });

  it('takes an endpoint with another hostname for another one', () => {
    const named = { ...endpoint(1), hostname: 'h' };
    const { update } = packed([slice('a', [0, 1, 2])], [endpoint(0), named, endpoint(2)]);
    expect(update.map((one) => one.endpoints)).toEqual([[endpoint(0), endpoint(2), named]]);
  });

  it('drops an endpoint that stands in two slices from one of them', () => {
    const existing = [slice('a', [0, 1]), slice('b', [1, 2])];
    expect(told(packed(existing, wish([0, 1, 2])))).toEqual({ create: [], update: ['b 1'], remove: [] });
  });

  it('updates a slice whose labels are not as they should be', () => {
    const existing = [slice('a', [0])];
    const relabel = (one: EndpointSlice): EndpointSlice => ({
      ...one,
      metadata: { ...one.metadata, labels: { a: 'b' } },
    });
    const { update } = pack(existing, group([endpoint(0)]), 100, relabel);
    expect(update.map(({ metadata }) => metadata.labels)).toEqual([{ a: 'b' }]);
  });

  it('does so round after round, whatever writes get through and whatever others do to the slices', () => {
    const round = fc.record({
      changes: fc.array(fc.record({ pod: fc.nat(12), gone: fc.boolean(), ready: fc.boolean() }), { maxLength: 6 }),
      // Which of the writes of a round are lost, and whether somebody takes a slice apart in between.
      lost: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
      meddling: fc.constantFrom('none', 'none', 'drop', 'copy', 'strip'),
    });
    fc.assert(
      fc.property(fc.array(round, { maxLength: 12 }), fc.integer({ min: 1, max: 5 }), (rounds, most) => {
        const one = new EndpointGroup([]);
        let wished: Endpoint[] = [];
        let slices = new Map<string, EndpointSlice>();
        let named = 0;
        const pass = (lost: readonly boolean[]): void => {
          const { create, update, remove } = pack([...slices.values()], one, most, (slice) => slice);
          let write = 0;
          const through = (): boolean => lost.length === 0 || !lost[write++ % lost.length]!;
          for (const endpoints of create) {
            const name = `s${named++}`;
            if (through()) slices.set(name, { ...slice(name, []), endpoints });
          }
          for (const next of update) if (through()) slices.set(next.metadata.name, next);
          for (const { metadata } of remove) if (through()) slices.delete(metadata.name);
        };
        for (const { changes, lost, meddling } of rounds) {
          for (const { pod, gone, ready } of changes) {
            const before = wished.find((w) => podKeyOf(w) === `default/p${pod}`);
            wished = wished.filter((w) => w !== before);
            if (gone) one.delete(`default/p${pod}`);
            else {
              const wishNow = endpoint(pod, ready);
              wished.push(wishNow);
              one.set(`default/p${pod}`, wishNow);
            }
          }
          const [first] = slices.values();
          if (first !== undefined && meddling === 'drop') slices.delete(first.metadata.name);
          if (first !== undefined && meddling === 'copy') {
            const name = `s${named++}`;
            slices.set(name, { ...slice(name, []), endpoints: first.endpoints.map((e) => ({ ...e })) });
          }
          if (first !== undefined && meddling === 'strip') {
            slices.set(first.metadata.name, { ...first, endpoints: first.endpoints.slice(1) });
          }
          pass(lost);
          // With nothing in the way everything is in its place after one more pass, and the next has nothing to do.
          slices = new Map(slices);
          pass([]);
          const byKey = (a: Endpoint, b: Endpoint): number => (podKeyOf(a) < podKeyOf(b) ? -1 : 1);
          expect([...slices.values()].flatMap(({ endpoints }) => [...endpoints]).sort(byKey)).toEqual(
            [...wished].sort(byKey),
          );
          for (const { endpoints } of slices.values()) expect(endpoints.length).toBeLessThanOrEqual(most);
          expect(told(pack([...slices.values()], one, most, (s) => s))).toEqual({ create: [], update: [], remove: [] });
        }
      }),
      { numRuns: 300 },
    );
  });

  it('leaves every wished endpoint in exactly one slice, and none too large (C14)', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uniqueArray(fc.nat(40), { maxLength: 7 }), { maxLength: 6 }),
        fc.uniqueArray(fc.nat(60)),
        fc.uniqueArray(fc.nat(60)),
        fc.integer({ min: 1, max: 7 }),
        (slices, wishes, unready, most) => {
          // No endpoint is in two slices to begin with, and none is too large.
          const taken = new Set<number>();
          const existing = slices.map((numbers, i) => {
            const own = numbers.filter((n) => !taken.has(n)).slice(0, most);
            own.forEach((n) => taken.add(n));
            return slice(`s${i}`, own);
          });
          const wished = wishes.map((n) => endpoint(n, !unready.includes(n)));
          const { create, update, remove } = packed(existing, wished, most);
          const touched = new Set([...update, ...remove].map(({ metadata }) => metadata.name));
          const after = [
            ...existing.filter(({ metadata }) => !touched.has(metadata.name)).map(({ endpoints }) => endpoints),
            ...update.map(({ endpoints }) => endpoints),
            ...create,
          ];
          for (const endpoints of after) expect(endpoints.length).toBeLessThanOrEqual(most);
          const byKey = (a: Endpoint, b: Endpoint): number => (podKeyOf(a) < podKeyOf(b) ? -1 : 1);
          expect(after.flat().sort(byKey)).toEqual([...wished].sort(byKey));
        },
      ),
    );
  });
});

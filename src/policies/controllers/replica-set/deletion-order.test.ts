import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { goesBefore } from '../../../../test/oracle/deletion-order.ts';
import { podNamed } from '../../../../test/doubles/workload-objects.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import { ageBucket, deletionCost, DELETION_COST, podsToDelete } from './deletion-order.ts';

const SECOND = 1_000_000;
const NOW = 1_000_000 * SECOND;

interface Traits {
  readonly node?: string | undefined;
  readonly phase?: Pod['status']['phase'];
  /** Seconds since it became Ready; undefined: not Ready. */
  readonly readyFor?: number | undefined;
  readonly cost?: string | undefined;
  readonly restarts?: number;
  /** Seconds since it was created. */
  readonly age?: number;
}

function pod(uid: string, traits: Traits = {}): Pod {
  const { node = 'n1', phase = 'Running', readyFor, cost, restarts = 0, age = 5_000 } = traits;
  const base = podNamed(uid);
  return {
    ...base,
    metadata: {
      ...base.metadata,
      uid,
      creationTimestamp: NOW - age * SECOND,
      annotations: cost === undefined ? {} : { [DELETION_COST]: cost },
    },
    spec: node === '' ? base.spec : { ...base.spec, nodeName: node },
    status: {
      phase,
      conditions:
        readyFor === undefined
          ? [{ type: 'Ready', status: 'False' }]
          : [{ type: 'Ready', status: 'True', lastTransitionTime: NOW - readyFor * SECOND }],
      containerStatuses: [
        {
          name: 'c',
          image: 'i',
          ready: true,
          started: true,
          restartCount: restarts,
          state: { running: { startedAt: 0 } },
        },
      ],
    },
  };
}

function order(pods: readonly Pod[], ranks: Readonly<Record<string, number>> = {}): string[] {
  const rankOf = (one: Pod): number => ranks[one.spec.nodeName ?? ''] ?? 0;
  const names: string[] = [];
  for (let count = 1; count < pods.length; count++) {
    const victims = podsToDelete(pods, count, rankOf, NOW).map((one) => one.metadata.uid);
    expect(victims.slice(0, -1)).toEqual(names);
    names.push(victims.at(-1)!);
  }
  const last = pods.find((one) => !names.includes(one.metadata.uid))!;
  return [...names, last.metadata.uid];
}

describe('the order in which a ReplicaSet deletes', () => {
  it('1: what has no node', () => {
    expect(order([pod('a', { readyFor: 9 }), pod('b', { node: '', phase: 'Pending' })])).toEqual(['b', 'a']);
  });

  it('2: Pending before Unknown before Running', () => {
    expect(order([pod('a'), pod('b', { phase: 'Unknown' }), pod('c', { phase: 'Pending' })])).toEqual(['c', 'b', 'a']);
  });

  it('3: what is not Ready', () => {
    expect(order([pod('a', { readyFor: 9 }), pod('b')])).toEqual(['b', 'a']);
  });

  it('4: what costs least, read as a 32-bit integer', () => {
    expect(order([pod('a', { cost: '10' }), pod('b', { cost: '-5' }), pod('c'), pod('d', { cost: '9' })])).toEqual([
      'b',
      'c',
      'd',
      'a',
    ]);
    expect(
      ['7', '-7', '+7', '07', '2147483648', '-2147483648', 'x', ''].map((cost) => deletionCost(pod('a', { cost }))),
    ).toEqual([7, -7, 0, 0, 0, -2_147_483_648, 0, 0]);
  });

  it('5: what shares its node with most pods of the Deployment', () => {
    const pods = [pod('a', { node: 'n1' }), pod('b', { node: 'n2' }), pod('c', { node: 'n3' })];
    expect(order(pods, { n1: 1, n2: 3, n3: 2 })).toEqual(['b', 'c', 'a']);
  });

  it('6: what has been Ready for less, in powers of two; the smaller uid where the power is the same', () => {
    expect(order([pod('a', { readyFor: 1_000 }), pod('b', { readyFor: 10 })])).toEqual(['b', 'a']);
    expect(order([pod('b', { readyFor: 10 }), pod('a', { readyFor: 11 })])).toEqual(['a', 'b']);
  });

  it('7: what restarted more often, sidecars after the regular containers', () => {
    expect(order([pod('a', { restarts: 1 }), pod('b', { restarts: 3 })])).toEqual(['b', 'a']);
    const sidecar = (uid: string, restarts: number): Pod => {
      const one = pod(uid);
      const [status] = one.status.containerStatuses!;
      return {
        ...one,
        spec: {
          ...one.spec,
          initContainers: [
            { name: 's', image: 'i', restartPolicy: 'Always' },
            { name: 'i', image: 'i' },
          ],
        },
        status: {
          ...one.status,
          initContainerStatuses: [
            { ...status!, name: 's', restartCount: restarts },
            { ...status!, name: 'i', restartCount: 9 - restarts },
          ],
        },
      };
    };
    expect(order([sidecar('a', 1), sidecar('b', 2)])).toEqual(['b', 'a']);
  });

  it('8: what was created later, in powers of two', () => {
    expect(order([pod('a', { age: 9_000 }), pod('b', { age: 90 })])).toEqual(['b', 'a']);
  });

  it('takes all when all have to go, in the order given', () => {
    const pods = [pod('a'), pod('b', { node: '', phase: 'Pending' })];
    expect(podsToDelete(pods, 2, () => 0, NOW)).toBe(pods);
  });

  it('never keeps a pod that goes before one it deletes (C3)', () => {
    const traits = fc.record({
      node: fc.constantFrom('', 'n1', 'n2', 'n3'),
      phase: fc.constantFrom('Pending' as const, 'Running' as const, 'Unknown' as const),
      readyFor: fc.option(fc.constantFrom(0, 1, 3, 10, 40, 5_000), { nil: undefined }),
      cost: fc.option(fc.constantFrom('-1', '0', '3'), { nil: undefined }),
      restarts: fc.nat(2),
      // Of one age each, so that the order is transitive and every pair of it can be held to.
      age: fc.constant(90_000),
    });
    const ranks: Readonly<Record<string, number>> = { n1: 1, n2: 2, n3: 2 };
    const rankOf = (one: Pod): number => ranks[one.spec.nodeName ?? ''] ?? 0;
    fc.assert(
      fc.property(fc.array(traits, { minLength: 2, maxLength: 30 }), fc.nat(29), (all, wish) => {
        const pods = all.map((one, i) => pod(String(i).padStart(2, '0'), one));
        const count = 1 + (wish % (pods.length - 1));
        const victims = podsToDelete(pods, count, rankOf, NOW);
        expect(new Set(victims).size).toBe(count);
        for (const kept of pods.filter((one) => !victims.includes(one))) {
          for (const victim of victims) expect(goesBefore(kept, victim, rankOf, NOW)).not.toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is the same whatever the order of many pods given; the uid decides between equal ones', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(60), { minLength: 9, maxLength: 20 }), fc.nat(), (readyFor, turn) => {
        const pods = readyFor.map((seconds, i) => pod(String(i).padStart(2, '0'), { readyFor: seconds }));
        const at = turn % pods.length;
        const turned = [...pods.slice(at), ...pods.slice(0, at)];
        const uids = (list: readonly Pod[]): string[] => list.map((one) => one.metadata.uid);
        const count = Math.ceil(pods.length / 2);
        expect(uids(podsToDelete(turned, count, () => 0, NOW))).toEqual(uids(podsToDelete(pods, count, () => 0, NOW)));
      }),
    );
    const equal = [...'ihgfedcba'].map((uid) => pod(uid, { readyFor: 7 }));
    expect(order(equal)).toEqual([...'abcdefghi']);
  });

  it('takes a few equal pods in the order in which the cache saw them', () => {
    const equal = ['c', 'a', 'b', 'd'].map((uid) => pod(uid, { readyFor: 7 }));
    expect(order(equal)).toEqual(['c', 'a', 'b', 'd']);
  });
});

describe('the bucket of an age', () => {
  it('is the whole part of the binary logarithm of its nanoseconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 50 }), (micros) => {
        expect(ageBucket(micros)).toBe((BigInt(micros) * 1_000n).toString(2).length - 1);
      }),
    );
    expect(ageBucket(0)).toBe(-1);
    expect(ageBucket(-5)).toBe(-1);
  });
});

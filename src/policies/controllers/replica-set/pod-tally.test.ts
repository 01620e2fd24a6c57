import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { Change } from '../../../sim/api/change.ts';
import type { Labels } from '../../../sim/api/meta.ts';
import { isPodActive, isPodReady, isPodTerminal, readySince, type Pod } from '../../../sim/api/pod.ts';
import { podNamed } from '../../../../test/doubles/workload-objects.ts';
import { PodTally } from './pod-tally.ts';

const LABELS: readonly Labels[] = [{ app: 'a' }, { app: 'b' }];

/** Versions of a pod share their list of owners, as those in a cache do. */
const OWNERS = {
  u1: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'u1', controller: true }],
  u2: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'u2', controller: true }],
  nobody: [],
};

const NONE = { active: 0, ready: 0, readySince: new Map<number, number>(), terminating: 0 };

const version = fc.record({
  name: fc.nat(5),
  owner: fc.constantFrom('u1' as const, 'u1' as const, 'u2' as const, 'nobody' as const),
  labels: fc.constantFrom(...LABELS),
  phase: fc.constantFrom('Running' as const, 'Running' as const, 'Pending' as const, 'Failed' as const),
  ready: fc.boolean(),
  since: fc.nat(2),
  deleting: fc.boolean(),
  gone: fc.boolean(),
});

function ascending(a: number, b: number): number {
  return a - b;
}

describe('the tally of pods', () => {
  it('counts what a walk over the cache would count, after every change', () => {
    fc.assert(
      fc.property(fc.array(version, { maxLength: 40 }), (versions) => {
        const tally = new PodTally('ReplicaSet');
        const cache = new Map<number, Pod>();
        for (const { name, owner, labels, phase, ready, since, deleting, gone } of versions) {
          const previous = cache.get(name);
          if (gone) {
            if (previous === undefined) continue;
            cache.delete(name);
            tally.apply({ type: 'DELETED', object: previous, previous });
          } else {
            const base = podNamed(`p${name}`, labels);
            const object: Pod = {
              ...base,
              metadata: {
                ...base.metadata,
                deletionTimestamp: deleting ? 1 : undefined,
                ownerReferences: OWNERS[owner],
              },
              status: {
                phase,
                conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: since }],
              },
            };
            cache.set(name, object);
            const change: Change<'Pod'> =
              previous === undefined
                ? { type: 'ADDED', object, previous: undefined }
                : { type: 'MODIFIED', object, previous };
            tally.apply(change);
          }
          for (const uid of ['u1', 'u2']) {
            const counts = [...tally.of(uid)];
            for (const labels of LABELS) {
              const own = [...cache.values()].filter(
                (pod) => pod.metadata.ownerReferences[0]?.uid === uid && pod.metadata.labels === labels,
              );
              const count = counts.find((one) => one.labels === labels) ?? NONE;
              const readyOnes = own.filter((pod) => isPodActive(pod) && isPodReady(pod));
              const times = [...count.readySince].flatMap(([time, pods]) => Array.from({ length: pods }, () => time));
              expect(times.sort(ascending)).toEqual(readyOnes.map(readySince).sort(ascending));
              expect(count).toMatchObject({
                active: own.filter(isPodActive).length,
                ready: readyOnes.length,
                terminating: own.filter((pod) => !isPodTerminal(pod) && !isPodActive(pod)).length,
              });
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('holds nothing for owners whose pods are gone', () => {
    const tally = new PodTally('ReplicaSet');
    const base = podNamed('p');
    const object: Pod = {
      ...base,
      metadata: {
        ...base.metadata,
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'u1', controller: true }],
      },
    };
    tally.apply({ type: 'ADDED', object, previous: undefined });
    expect([...tally.of('u1')]).toHaveLength(1);
    tally.apply({ type: 'DELETED', object, previous: object });
    expect([...tally.of('u1')]).toEqual([]);
  });
});

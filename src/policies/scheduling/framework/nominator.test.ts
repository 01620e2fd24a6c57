import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import type { PodInfo } from '../../../sim/policy-api/scheduling.ts';
import { Nominator } from './nominator.ts';

/** A nominator looks at nothing of a pod but its uid. */
const pod = (uid: string): PodInfo => ({ pod: { metadata: { uid } } }) as PodInfo;
const uids = (pods: readonly PodInfo[]): string[] => pods.map(({ pod: { metadata } }) => metadata.uid);

describe('the nominator (sheet 5.1, 5.9)', () => {
  test('keeps the pods of a node in the order in which they were nominated', () => {
    const nominator = new Nominator();
    for (const uid of ['a', 'b', 'c']) nominator.add(pod(uid), 'n1');
    nominator.add(pod('d'), 'n2');
    expect(uids(nominator.podsOn('n1'))).toEqual(['a', 'b', 'c']);
    expect(nominator.nodeOf('d')).toBe('n2');
    expect(nominator.size).toBe(4);
  });

  test('an update puts the pod at the end of the list again', () => {
    const nominator = new Nominator();
    for (const uid of ['a', 'b', 'a']) nominator.add(pod(uid), 'n1');
    expect(uids(nominator.podsOn('n1'))).toEqual(['b', 'a']);
    expect(nominator.size).toBe(2);
  });

  test('a pod is nominated to one node: the last', () => {
    const nominator = new Nominator();
    nominator.add(pod('a'), 'n1');
    nominator.add(pod('a'), 'n2');
    expect(nominator.podsOn('n1')).toEqual([]);
    expect([...nominator.byNode()].map(([name, pods]) => [name, uids(pods)])).toEqual([['n2', ['a']]]);
  });

  test('agrees with a list of pairs, whatever comes and goes', () => {
    const step = fc.record({
      uid: fc.constantFrom('a', 'b', 'c', 'd'),
      node: fc.option(fc.constantFrom('n1', 'n2', 'n3'), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const nominator = new Nominator();
        let pairs: { uid: string; node: string }[] = [];
        for (const { uid, node } of steps) {
          pairs = pairs.filter((pair) => pair.uid !== uid);
          if (node === undefined) nominator.delete(uid);
          else {
            pairs.push({ uid, node });
            nominator.add(pod(uid), node);
          }
          for (const name of ['n1', 'n2', 'n3'])
            expect(uids(nominator.podsOn(name))).toEqual(
              pairs.filter((pair) => pair.node === name).map((pair) => pair.uid),
            );
          expect(nominator.size).toBe(pairs.length);
        }
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeNode, makePod } from '../../../../test/doubles/objects.ts';
import { DEFAULT_PARAMETERS } from '../../default-parameters.ts';
import { AlwaysInvariants } from '../../invariants/always.ts';
import type { Pod } from '../../api/pod.ts';
import { remove } from './delete.ts';

const SECOND = 1_000_000;

interface Asked {
  readonly afterMicros: number;
  readonly grace: number | undefined;
}

/** Each version of a pod on a node that is told to go again and again, from second 8 on; the last may be its removal. */
function deleted(asked: readonly Asked[]): { readonly end: number; readonly grace: number; readonly does: string }[] {
  const created = makePod('p', {}, { uid: 'u', resourceVersion: 2 });
  let pod: Pod = { ...created, spec: { ...created.spec, nodeName: 'n' } };
  const invariants = new AlwaysInvariants();
  invariants.committed(
    { type: 'ADDED', object: makeNode('n', { uid: 'n', resourceVersion: 1 }), previous: undefined },
    0,
  );
  invariants.committed({ type: 'ADDED', object: pod, previous: undefined }, 0);
  let now = 8 * SECOND;
  const versions: { end: number; grace: number; does: string }[] = [];
  for (const { afterMicros, grace } of asked) {
    now += afterMicros;
    const context = { now, revision: pod.metadata.resourceVersion + 1, featureGates: DEFAULT_PARAMETERS.featureGates };
    const outcome = remove(pod, 'Pod', 'p', { gracePeriodSeconds: grace }, context);
    if (outcome.does !== 'put' && outcome.does !== 'remove') continue;
    const object = outcome.object as Pod;
    invariants.committed({ type: 'MODIFIED', object, previous: pod }, now);
    pod = object;
    const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
    versions.push({ end: deletionTimestamp! / SECOND, grace: deletionGracePeriodSeconds!, does: outcome.does });
    if (outcome.does === 'remove') break;
  }
  return versions;
}

describe('a pod that is deleted again', () => {
  it('as recorded: 3 s instead of 30, four seconds later, are over; its kubelet removes it after its 30 s', () => {
    const asked = [
      { afterMicros: 0, grace: undefined },
      { afterMicros: 4 * SECOND, grace: 3 },
      { afterMicros: 26 * SECOND + 660_000, grace: 0 },
    ];
    expect(deleted(asked)).toEqual([
      { end: 38, grace: 30, does: 'put' },
      { end: 12, grace: 1, does: 'put' },
      { end: 38, grace: 0, does: 'remove' },
    ]);
  });

  it('keeps the grace that was asked for while that is not over, counted from the first deletion', () => {
    const asked = [
      { afterMicros: 0, grace: 30 },
      { afterMicros: 4 * SECOND, grace: 10 },
    ];
    expect(deleted(asked)[1]).toEqual({ end: 18, grace: 10, does: 'put' });
  });

  it('stays as it is when nothing shorter is asked for, or nothing at all', () => {
    const asked = [30, undefined, 31].map((grace) => ({ afterMicros: SECOND, grace }));
    expect(deleted(asked)).toHaveLength(1);
  });

  it('a finished pod keeps the grace that it was given', () => {
    const pod = makePod('p', {}, { deletionTimestamp: 38 * SECOND, deletionGracePeriodSeconds: 30 });
    const failed: Pod = { ...pod, spec: { ...pod.spec, nodeName: 'n' }, status: { ...pod.status, phase: 'Failed' } };
    const context = { now: 20 * SECOND, revision: 9, featureGates: DEFAULT_PARAMETERS.featureGates };
    expect(remove(failed, 'Pod', 'p', {}, context).does).toBe('nothing');
  });

  it('is never put off beyond the moment of the request, nor taken back (I10)', () => {
    const requests = fc.array(
      fc.record({
        afterMicros: fc.integer({ min: 0, max: 40 * SECOND }),
        grace: fc.option(fc.integer({ min: -1, max: 40 }), { nil: undefined }),
      }),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(requests, (asked) => {
        const versions = deleted(asked);
        const graces = versions.map(({ grace }) => grace);
        expect(graces).toEqual([...new Set(graces)].sort((a, b) => b - a));
      }),
    );
  });
});

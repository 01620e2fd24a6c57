import { describe, expect, test } from 'vitest';
import { verdicts } from '../../../../test/doubles/one-plugin.ts';
import { podOf, SchedulingWorld } from '../../../../test/doubles/scheduling-world.ts';
import {
  claim,
  csiDriver,
  DRIVER,
  mounts,
  nodesWhere,
  storageCapacity,
  storageClass,
  volume,
  type ClaimWish,
  type VolumeWish,
} from '../../../../test/doubles/storage-objects.ts';
import type { ApiObject } from '../../../sim/api/kinds.ts';
import type { NodeSelector, Volume } from '../../../sim/api/pod.ts';

const UAU = 'UnschedulableAndUnresolvable: ';
const CONFLICT = "node(s) didn't match PersistentVolume's node affinity";
const NONE = "node(s) didn't find available persistent volumes to bind";
const FULL = 'node(s) did not have enough free storage';
const IMMEDIATE = 'pod has unbound immediate PersistentVolumeClaims';
const STATIC = storageClass('local', 'WaitForFirstConsumer', { provisioner: 'kubernetes.io/no-provisioner' });
const DYNAMIC = storageClass('fast', 'WaitForFirstConsumer');
const SELECTED = 'volume.kubernetes.io/selected-node';

/** Nodes a and b, with a label zone of the same name. */
function world(): SchedulingWorld {
  const made = new SchedulingWorld();
  for (const name of ['a', 'b']) made.node(name, { labels: { zone: name } });
  return made.add(STATIC, DYNAMIC);
}

function says(made: SchedulingWorld, volumes: readonly Volume[]): unknown {
  const all = verdicts(made, 'VolumeBinding', podOf('p', { spec: { volumes } }));
  if (typeof all === 'string') return all.replace(UAU, '');
  return Object.values(all).map((text) => text.replace(UAU, ''));
}

describe('VolumeBinding PreFilter (sheet 3.15)', () => {
  const one = (wish: ClaimWish): unknown => says(world().add(claim('c', wish)), mounts('c'));

  test.each<[string, ClaimWish, string]>([
    [
      'lost',
      { phase: 'Lost', volumeName: 'pv' },
      'persistentvolumeclaim "c" bound to non-existent persistentvolume "pv"',
    ],
    ['being deleted', { deletionTimestamp: 1, boundTo: 'pv' }, 'persistentvolumeclaim "c" is being deleted'],
    [
      'lost is told before being deleted',
      { phase: 'Lost', deletionTimestamp: 1 },
      'persistentvolumeclaim "c" bound to non-existent persistentvolume ""',
    ],
    ['without a class', {}, IMMEDIATE],
    ['of a class that does not exist', { className: 'gone' }, IMMEDIATE],
    ['pre-bound but not completed', { className: 'fast', volumeName: 'pv' }, IMMEDIATE],
  ])('a claim that is %s', (_what, wish, expected) => {
    expect(one(wish)).toBe(expected);
  });

  test('a missing claim; a pod without claims', () => {
    expect(says(world(), mounts('gone'))).toBe('persistentvolumeclaim "gone" not found');
    expect(says(world(), [])).toBe('Skip');
    expect(says(world(), [{ name: 'c', configMap: { name: 'x' } }])).toBe('Skip');
  });

  test('a class without a binding mode is an error', () => {
    const made = world().add(storageClass('odd', undefined), claim('c', { className: 'odd' }));
    expect(says(made, mounts('c'))).toBe('Error: VolumeBindingMode not set for StorageClass "odd"');
  });

  test('the claim of an ephemeral volume must exist and be the pod’s', () => {
    const ephemeral: Volume = { name: 'e', ephemeral: { volumeClaimTemplate: {} } };
    expect(says(world(), [ephemeral])).toBe(
      'waiting for ephemeral volume controller to create the persistentvolumeclaim "p-e"',
    );
    expect(says(world().add(claim('p-e', { className: 'fast' })), [ephemeral])).toBe(
      'PVC default/p-e was not created for pod default/p (pod is not owner)',
    );
    const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'uid-p', controller: true };
    expect(says(world().add(claim('p-e', { className: 'fast', owners: [owner] })), [ephemeral])).toEqual(['ok', 'ok']);
  });
});

describe('VolumeBinding Filter: bound claims (sheet 3.15)', () => {
  const bound = (nodes?: NodeSelector): unknown =>
    says(world().add(claim('c', { boundTo: 'pv' }), volume('pv', nodes === undefined ? {} : { nodes })), mounts('c'));

  test('the volume’s node affinity must match', () => {
    expect(bound()).toEqual(['ok', 'ok']);
    expect(bound(nodesWhere('zone', 'b'))).toEqual([CONFLICT, 'ok']);
  });

  test('fields of its terms do not count; an empty term matches nothing', () => {
    const named = { matchFields: [{ key: 'metadata.name', operator: 'In' as const, values: ['b'] }] };
    expect(bound({ nodeSelectorTerms: [named] })).toEqual(['ok', 'ok']);
    expect(bound({ nodeSelectorTerms: [{}] })).toEqual([CONFLICT, CONFLICT]);
  });

  test('a volume that is gone', () => {
    const made = world().add(claim('c', { boundTo: 'gone' }));
    const why = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';
    expect(says(made, mounts('c'))).toEqual([why, why]);
  });

  test('several reasons stand together', () => {
    const made = world().add(claim('c', { boundTo: 'pv' }), volume('pv', { nodes: nodesWhere('zone', 'b') }));
    made.add(claim('w', { className: 'local' }));
    expect(says(made, mounts('c', 'w'))).toEqual([`${CONFLICT}: ${NONE}`, NONE]);
  });
});

describe('VolumeBinding Filter: finding a volume (sheet 3.15)', () => {
  /** Where a claim of the class without a provisioner finds a volume. */
  const finds = (wish: ClaimWish, ...volumes: readonly VolumeWish[]): unknown => {
    const made = world().add(claim('c', { className: 'local', ...wish }));
    volumes.forEach((one, i) => made.add(volume(`pv${i}`, { className: 'local', ...one })));
    return says(made, mounts('c'));
  };

  test.each<[string, ClaimWish, VolumeWish[], [string, string]]>([
    ['one that is reachable', {}, [{ nodes: nodesWhere('zone', 'a') }], ['ok', NONE]],
    ['one that is large enough', { size: '2Gi' }, [{ size: '2147483647' }], [NONE, NONE]],
    ['one that is available', {}, [{ phase: 'Released' }], [NONE, NONE]],
    ['one of its class', {}, [{ className: 'other' }], [NONE, NONE]],
    ['one of its mode', { volumeMode: 'Block' }, [{}], [NONE, NONE]],
    ['one with all its access modes', { modes: ['ReadOnlyMany', 'ReadWriteOnce'] }, [{}], [NONE, NONE]],
    ['one its selector selects', { selector: { matchLabels: { g: 'x' } } }, [{ labels: { g: 'y' } }], [NONE, NONE]],
    ['one that is not being deleted', {}, [{ deletionTimestamp: 1 }], [NONE, NONE]],
    ['not one reserved for another', {}, [{ claimRef: { name: 'd', namespace: 'default' } }], [NONE, NONE]],
    [
      'not one reserved for its name under another uid',
      {},
      [{ claimRef: { name: 'c', namespace: 'default', uid: 'x' } }],
      [NONE, NONE],
    ],
    [
      'the one reserved for it, whatever its phase',
      {},
      [{ claimRef: { name: 'c', namespace: 'default', uid: 'uid-c' }, phase: 'Bound' }],
      ['ok', 'ok'],
    ],
    [
      'and no other where that cannot be reached',
      {},
      [{ claimRef: { name: 'c', namespace: 'default' }, nodes: nodesWhere('zone', 'a') }, {}],
      ['ok', NONE],
    ],
  ])('%s', (_what, wish, volumes, expected) => {
    expect(finds(wish, ...volumes)).toEqual(expected);
  });

  test('small claims choose first, and leave the large volumes to the large', () => {
    const made = world().add(
      claim('large', { className: 'local', size: '2Gi' }),
      claim('small', { className: 'local' }),
    );
    made.add(volume('pv1', { className: 'local', size: '2Gi' }), volume('pv2', { className: 'local', size: '1Gi' }));
    expect(says(made, mounts('large', 'small'))).toEqual(['ok', 'ok']);
    made.add(volume('pv2', { className: 'local', size: '500Mi' }));
    expect(says(made, mounts('large', 'small'))).toEqual([NONE, NONE]);
  });
});

describe('VolumeBinding Filter: provisioning (sheet 3.15)', () => {
  const provisions = (wish: ClaimWish, ...more: readonly ApiObject[]): unknown =>
    says(world().add(claim('c', { className: 'fast', ...wish }), ...more), mounts('c'));

  test('a provisioner serves every node', () => {
    expect(provisions({})).toEqual(['ok', 'ok']);
  });

  test('allowedTopologies: any term, all its expressions; an empty term allows nothing', () => {
    const allowed = (...terms: { key: string; values: string[] }[][]): unknown => {
      const allowedTopologies = terms.map((matchLabelExpressions) => ({ matchLabelExpressions }));
      return provisions({ className: 't' }, storageClass('t', 'WaitForFirstConsumer', { allowedTopologies }));
    };
    expect(allowed([{ key: 'zone', values: ['a', 'x'] }])).toEqual(['ok', NONE]);
    expect(allowed([{ key: 'zone', values: ['a'] }], [{ key: 'zone', values: ['b'] }])).toEqual(['ok', 'ok']);
    expect(
      allowed([
        { key: 'zone', values: ['a'] },
        { key: 'rack', values: ['r'] },
      ]),
    ).toEqual([NONE, NONE]);
    expect(allowed([])).toEqual([NONE, NONE]);
  });

  test('a claim that has selected a node goes there or nowhere, and is provisioned', () => {
    expect(provisions({ annotations: { [SELECTED]: 'b' } })).toEqual([NONE, 'ok']);
    expect(
      provisions({ className: 'local', annotations: { [SELECTED]: 'b' } }, volume('pv', { className: 'local' })),
    ).toEqual([NONE, NONE]);
  });

  test('drivers that publish their capacity need one object that has enough, within reach', () => {
    const driver = csiDriver(DRIVER, true);
    const capacity = (more: Parameters<typeof storageCapacity>[2], className = 'fast'): unknown =>
      provisions({}, driver, storageCapacity('k', className, { nodeTopology: {}, ...more }));
    expect(provisions({}, driver)).toEqual([FULL, FULL]);
    expect(provisions({}, csiDriver(DRIVER, false))).toEqual(['ok', 'ok']);
    expect(capacity({ capacity: '1Gi' })).toEqual(['ok', 'ok']);
    expect(capacity({ capacity: '1023Mi' })).toEqual([FULL, FULL]);
    expect(capacity({ capacity: '5Gi', maximumVolumeSize: '512Mi' })).toEqual([FULL, FULL]);
    expect(capacity({ capacity: '5Gi' }, 'other')).toEqual([FULL, FULL]);
    expect(capacity({ capacity: '5Gi', nodeTopology: { matchLabels: { zone: 'b' } } })).toEqual([FULL, 'ok']);
    expect(provisions({}, driver, storageCapacity('k', 'fast', { capacity: '5Gi' }))).toEqual([FULL, FULL]);
  });

  test('a volume that is there already is taken before one is provisioned', () => {
    const spare = volume('spare', { className: 'fast', nodes: nodesWhere('zone', 'a') });
    expect(provisions({}, csiDriver(DRIVER, true), spare)).toEqual(['ok', FULL]);
  });
});

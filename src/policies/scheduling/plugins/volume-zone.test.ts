import { describe, expect, test } from 'vitest';
import { putNode, verdicts } from '../../../../test/doubles/one-plugin.ts';
import { podOf, SchedulingWorld } from '../../../../test/doubles/scheduling-world.ts';
import { claim, mounts, storageClass, volume, type ClaimWish } from '../../../../test/doubles/storage-objects.ts';
import { zonesOf } from './volume-zone.ts';

const ZONE = 'topology.kubernetes.io/zone';
const REGION = 'topology.kubernetes.io/region';
const OLD_ZONE = 'failure-domain.beta.kubernetes.io/zone';
const OLD_REGION = 'failure-domain.beta.kubernetes.io/region';
const NO = 'UnschedulableAndUnresolvable: node(s) had no available volume zone';

function world(): SchedulingWorld {
  const made = new SchedulingWorld();
  const labels: Record<string, Record<string, string>> = {
    zoneA: { [ZONE]: 'a' },
    zoneB: { [ZONE]: 'b', [REGION]: 'r' },
    oldA: { [OLD_ZONE]: 'a' },
    none: { other: 'x' },
  };
  for (const [name, exactLabels] of Object.entries(labels)) putNode(made, name, { exactLabels });
  return made;
}

const bound = (labels: Record<string, string>): unknown =>
  verdicts(
    world().add(claim('c', { boundTo: 'pv' }), volume('pv', { labels })),
    'VolumeZone',
    podOf('p', { spec: { volumes: mounts('c') } }),
  );

describe('VolumeZone Filter (sheet 3.16)', () => {
  test.each<[string, Record<string, string>, [string, string, string]]>([
    ['the zone of the volume', { [ZONE]: 'a' }, ['ok', NO, NO]],
    ['several zones', { [ZONE]: 'a__b' }, ['ok', 'ok', NO]],
    ['an old label falls back to the new one of the node', { [OLD_ZONE]: 'a' }, ['ok', NO, 'ok']],
    ['a region the node does not name', { [REGION]: 'r' }, [NO, 'ok', NO]],
    ['an old region label', { [OLD_REGION]: 'r' }, [NO, 'ok', NO]],
    ['zone and region must both fit', { [ZONE]: 'b', [REGION]: 'q' }, [NO, NO, NO]],
  ])('%s; a node without any zone or region passes', (_what, labels, [zoneA, zoneB, oldA]) => {
    expect(bound(labels)).toEqual({ zoneA, zoneB, oldA, none: 'ok' });
  });

  test('no labels on the volumes, or values that name an empty zone: skips', () => {
    expect(bound({})).toBe('Skip');
    expect(bound({ [ZONE]: 'a__' })).toBe('Skip');
    expect(zonesOf(' a __b')).toEqual(new Set(['a', 'b']));
    expect(zonesOf('')).toBe(undefined);
  });
});

describe('VolumeZone PreFilter (sheet 3.16)', () => {
  const pre = (wish: ClaimWish | undefined, ...classes: Parameters<typeof storageClass>[]): unknown => {
    const made = world();
    if (wish !== undefined) made.add(claim('c', wish));
    for (const args of classes) made.add(storageClass(...args));
    const answer = verdicts(made, 'VolumeZone', podOf('p', { spec: { volumes: mounts('c') } }));
    return typeof answer === 'string' ? answer.replace('UnschedulableAndUnresolvable: ', '') : answer;
  };

  test.each<[string, unknown, string]>([
    ['claim missing', pre(undefined), 'persistentvolumeclaim "c" not found'],
    ['volume missing', pre({ boundTo: 'gone' }), 'persistentvolume "gone" not found'],
    ['no class', pre({}), 'PersistentVolumeClaim had no pv name and storageClass name'],
    ['class missing', pre({ className: 's' }), 'storageclass.storage.k8s.io "s" not found'],
    [
      'class without a mode',
      pre({ className: 's' }, ['s', undefined]),
      'VolumeBindingMode not set for StorageClass "s"',
    ],
    ['class that binds at once', pre({ className: 's' }, ['s', 'Immediate']), 'PersistentVolume had no name'],
    ['class that waits', pre({ className: 's' }, ['s', 'WaitForFirstConsumer']), 'Skip'],
  ])('%s', (_what, answer, expected) => {
    expect(answer).toBe(expected);
  });
});

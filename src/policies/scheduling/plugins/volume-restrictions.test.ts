import { describe, expect, test } from 'vitest';
import { verdicts } from '../../../../test/doubles/one-plugin.ts';
import { podOf, SchedulingWorld } from '../../../../test/doubles/scheduling-world.ts';
import { claim, mounts, volume } from '../../../../test/doubles/storage-objects.ts';
import type { Volume } from '../../../sim/api/pod.ts';

const DISK = 'Unschedulable: node(s) had no available disk';
const CLAIM =
  'Unschedulable: node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod';

function world(): SchedulingWorld {
  const made = new SchedulingWorld();
  made.node('a');
  made.node('b');
  return made;
}

const says = (made: SchedulingWorld, volumes: readonly Volume[]): unknown =>
  verdicts(made, 'VolumeRestrictions', podOf('p', { spec: { volumes } }));

describe('VolumeRestrictions: ReadWriteOncePod claims (sheet 3.13)', () => {
  const once = claim('once', { modes: ['ReadWriteOncePod'] });

  test('in use by a pod anywhere: no node', () => {
    const made = world().add(once);
    made.pod('user', { node: 'a', spec: { volumes: mounts('once') } });
    expect(says(made, mounts('once'))).toEqual({ a: CLAIM, b: CLAIM });
  });

  test('not in use, or of another access mode, or in another namespace: skips', () => {
    const made = world().add(once, claim('many', { modes: ['ReadWriteMany'] }));
    made.pod('user', { node: 'a', spec: { volumes: mounts('many') } });
    made.pod('foreigner', { node: 'a', namespace: 'other', spec: { volumes: mounts('once') } });
    expect(says(made, mounts('once'))).toBe('Skip');
    expect(says(made, mounts('many'))).toBe('Skip');
    expect(says(made, [])).toBe('Skip');
  });

  test('a missing claim is unresolvable', () => {
    expect(says(world(), mounts('gone'))).toBe('UnschedulableAndUnresolvable: persistentvolumeclaim "gone" not found');
  });

  test('preempting the user frees the claim', () => {
    const made = world().add(claim('once', { modes: ['ReadWriteOncePod'], boundTo: 'pv' }), volume('pv'));
    made.pod('user', { node: 'b', spec: { volumes: mounts('once') } });
    expect(made.preempt(made.pod('p', { priority: 5, spec: { volumes: mounts('once') } }))).toBe('b: user');
  });
});

describe('VolumeRestrictions: inline disks (sheet 3.13)', () => {
  const gce = (pdName: string, readOnly = false): Volume => ({ name: 'd', gcePersistentDisk: { pdName, readOnly } });
  const ebs = (volumeID: string, readOnly = false): Volume => ({
    name: 'd',
    awsElasticBlockStore: { volumeID, readOnly },
  });
  const iscsi = (iqn: string, readOnly = false): Volume => ({ name: 'd', iscsi: { iqn, readOnly } });
  const rbd = (monitors: string[], pool: string, image: string, readOnly = false): Volume => ({
    name: 'd',
    rbd: { monitors, pool, image, readOnly },
  });

  test.each<[string, Volume, Volume, boolean]>([
    ['the same GCE disk', gce('x'), gce('x'), true],
    ['the same GCE disk, both read only', gce('x', true), gce('x', true), false],
    ['the same GCE disk, one read only', gce('x', true), gce('x'), true],
    ['two GCE disks', gce('x'), gce('y'), false],
    ['the same EBS volume, both read only', ebs('x', true), ebs('x', true), true],
    ['two EBS volumes', ebs('x'), ebs('y'), false],
    ['the same iSCSI target', iscsi('x'), iscsi('x'), true],
    ['the same iSCSI target, both read only', iscsi('x', true), iscsi('x', true), false],
    ['the same RBD image with a common monitor', rbd(['m', 'n'], 'p', 'i'), rbd(['n', 'o'], 'p', 'i'), true],
    ['the same RBD image without a common monitor', rbd(['m'], 'p', 'i'), rbd(['o'], 'p', 'i'), false],
    ['two RBD images', rbd(['m'], 'p', 'i'), rbd(['m'], 'p', 'j'), false],
    ['two RBD pools', rbd(['m'], 'p', 'i'), rbd(['m'], 'q', 'i'), false],
    ['the same RBD image, both read only', rbd(['m'], 'p', 'i', true), rbd(['m'], 'p', 'i', true), false],
    ['different kinds', gce('x'), ebs('x'), false],
  ])('%s', (_what, used, wanted, conflicts) => {
    const made = world();
    made.pod('user', { node: 'a', spec: { volumes: [used] } });
    expect(says(made, [wanted])).toEqual({ a: conflicts ? DISK : 'ok', b: 'ok' });
  });
});

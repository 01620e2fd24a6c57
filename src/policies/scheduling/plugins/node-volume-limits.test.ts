import { describe, expect, test } from 'vitest';
import { verdicts } from '../../../../test/doubles/one-plugin.ts';
import { podOf, SchedulingWorld } from '../../../../test/doubles/scheduling-world.ts';
import {
  attachment,
  claim,
  csiNode,
  DRIVER,
  mounts,
  storageClass,
  volume,
} from '../../../../test/doubles/storage-objects.ts';
import type { Volume } from '../../../sim/api/pod.ts';

const TOO_MANY = 'Unschedulable: node(s) exceed max volume count';

/** Node n with a limit, and claims a, b, c bound to volumes of their own. */
function world(limit: number | undefined, driver = DRIVER): SchedulingWorld {
  const made = new SchedulingWorld();
  made.node('n');
  made.add(csiNode('n', { [driver]: limit }), storageClass('s', 'WaitForFirstConsumer'));
  for (const name of ['a', 'b', 'c']) made.add(claim(name, { boundTo: `pv-${name}` }), volume(`pv-${name}`));
  return made;
}

function says(made: SchedulingWorld, volumes: readonly Volume[]): unknown {
  const all = verdicts(made, 'NodeVolumeLimits', podOf('p', { spec: { volumes } }));
  return typeof all === 'string' ? all : all['n'];
}

describe('NodeVolumeLimits (sheet 3.14)', () => {
  test('the volumes of the pod alone', () => {
    expect(says(world(2), mounts('a', 'b'))).toBe('ok');
    expect(says(world(1), mounts('a', 'b'))).toBe(TOO_MANY);
    expect(says(world(0), mounts('a'))).toBe(TOO_MANY);
  });

  test('volumes of pods on the node count, each once, and not twice when the pod shares them', () => {
    const made = world(2);
    made.pod('one', { node: 'n', spec: { volumes: mounts('a') } });
    made.pod('two', { node: 'n', spec: { volumes: mounts('a') } });
    expect(says(made, mounts('b'))).toBe('ok');
    expect(says(made, mounts('a', 'b'))).toBe('ok');
    expect(says(made, mounts('b', 'c'))).toBe(TOO_MANY);
  });

  test('attached volumes that no pod uses count, even beside the same volume asked for now', () => {
    const made = world(1).add(attachment('x', 'n', 'pv-a'), attachment('y', 'elsewhere', 'pv-b'));
    expect(says(made, mounts('b'))).toBe(TOO_MANY);
    expect(says(made, mounts('a'))).toBe(TOO_MANY);
    made.pod('user', { node: 'n', spec: { volumes: mounts('a') } });
    expect(says(made, mounts('a'))).toBe('ok');
  });

  test('an attachment counts for its attacher, and only while its volume exists', () => {
    const made = world(1).add(attachment('x', 'n', 'pv-a', 'other'), attachment('y', 'n', 'gone'));
    expect(says(made, mounts('b'))).toBe('ok');
  });

  test('a claim without a volume counts for the driver of its class', () => {
    const made = world(1).add(claim('w', { className: 's' }), claim('v', { className: 'none' }));
    expect(says(made, mounts('w'))).toBe('ok');
    expect(says(made, mounts('w', 'a'))).toBe(TOO_MANY);
    expect(says(made, mounts('v', 'a'))).toBe('ok');
  });

  test('no CSINode, no limit, or the limit of another driver: passes', () => {
    const made = new SchedulingWorld();
    made.node('n');
    made.add(claim('a', { boundTo: 'pv-a' }), volume('pv-a'));
    expect(says(made, mounts('a'))).toBe('ok');
    expect(says(world(undefined), mounts('a'))).toBe('ok');
    expect(says(world(0, 'other'), mounts('a'))).toBe('ok');
  });

  test('a missing claim of the pod is unresolvable, of another pod it is passed over', () => {
    const made = world(1);
    made.pod('user', { node: 'n', spec: { volumes: mounts('gone') } });
    expect(says(made, mounts('a'))).toBe('ok');
    expect(says(made, mounts('gone'))).toBe(
      'UnschedulableAndUnresolvable: looking up PVC default/gone: persistentvolumeclaim "gone" not found',
    );
  });

  test('a claim of an ephemeral volume must be the pod’s', () => {
    const ephemeral: Volume = { name: 'e', ephemeral: { volumeClaimTemplate: {} } };
    const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'uid-p', controller: true };
    const made = world(0).add(claim('p-e', { className: 's', owners: [owner] }));
    expect(says(made, [ephemeral])).toBe(TOO_MANY);
    expect(says(world(0).add(claim('p-e', { className: 's' })), [ephemeral])).toBe(
      'Error: PVC default/p-e was not created for pod default/p (pod is not owner)',
    );
  });

  test('in-tree volumes count for the driver that took them over', () => {
    const inline: Volume = { name: 'd', awsElasticBlockStore: { volumeID: 'x' } };
    expect(says(world(0, 'ebs.csi.aws.com'), [inline])).toBe(TOO_MANY);
    expect(says(world(0), [inline])).toBe('ok');
    const made = world(0, 'pd.csi.storage.gke.io');
    made.add(claim('t', { boundTo: 'pv-t' }), volume('pv-t', { source: { gcePersistentDisk: { pdName: 'x' } } }));
    expect(says(made, mounts('t'))).toBe(TOO_MANY);
  });

  test('a pod without such volumes skips', () => {
    expect(says(world(0), [])).toBe('Skip');
    expect(says(world(0), [{ name: 'c', configMap: { name: 'x' } }])).toBe('Skip');
  });
});

import { expect, it } from 'vitest';
import { ControllerWorld, SECOND } from '../../../../test/doubles/controller-world.ts';
import { podNamed } from '../../../../test/doubles/workload-objects.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import { garbageCollectorWith } from '../garbage-collector.ts';
import { unrecordedOwners } from './unrecorded-owners.ts';

function ownedBy(name: string, uid: string): Pod {
  const pod = podNamed(name);
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `of-${uid}`, uid, controller: true };
  return { ...pod, metadata: { ...pod.metadata, ownerReferences: [owner] } };
}

it('are those that objects name and that are not among them', () => {
  const owner = podNamed('owner', {});
  const named = { ...owner, metadata: { ...owner.metadata, uid: 'there' } };
  expect([...unrecordedOwners([named, ownedBy('a', 'there'), ownedBy('b', 'beyond'), ownedBy('c', 'beyond')])]).toEqual(
    ['beyond'],
  );
});

it('keep their objects, and those of owners that are gone are garbage', () => {
  const world = new ControllerWorld({ controllers: [garbageCollectorWith([], new Set(['beyond']))] });
  world.apply(ownedBy('kept', 'beyond'));
  world.apply(ownedBy('lost', 'nowhere'));
  world.run(30 * SECOND);
  expect(world.list('Pod').map(({ metadata }) => metadata.name)).toEqual(['kept']);
});

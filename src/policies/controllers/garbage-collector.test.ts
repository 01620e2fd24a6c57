import { describe, expect, it } from 'vitest';
import type { InertObject } from '../../sim/api/core.ts';
import type { OwnerReference } from '../../sim/api/meta.ts';
import { ControllerWorld, SECOND, type WorldOptions } from '../../../test/doubles/controller-world.ts';
import { deploymentNamed, meta, playKubelets, podNamed, serviceNamed } from '../../../test/doubles/workload-objects.ts';
import { deployment } from './deployment.ts';
import { endpointSlice } from './endpoint-slice.ts';
import { AbsentOwners } from './garbage-collector/absent-owners.ts';
import { garbageCollector } from './garbage-collector.ts';
import { replicaSet } from './replica-set.ts';

const KEY = 'default/web';

function world(options: Partial<WorldOptions> = {}): ControllerWorld {
  return new ControllerWorld({
    controllers: [garbageCollector, deployment, replicaSet, endpointSlice()],
    ...options,
  });
}

/** A world with a Deployment of three pods, up and running. */
function withDeployment(options: Partial<WorldOptions> = {}): ControllerWorld {
  const one = world(options);
  playKubelets(
    one,
    () => SECOND,
    () => 3 * SECOND,
  );
  one.apply(deploymentNamed('web', { replicas: 3 }));
  one.run(10 * SECOND);
  expect(one.list('Pod')).toHaveLength(3);
  return one;
}

function configMap(
  name: string,
  owners: readonly OwnerReference[] = [],
  finalizers: readonly string[] = [],
): InertObject {
  return { kind: 'ConfigMap', metadata: meta(name, { ownerReferences: owners, finalizers }) };
}

/** A reference to a config map, without being its controller. */
function ownedBy({ metadata }: InertObject, blockOwnerDeletion = true): OwnerReference {
  return { apiVersion: 'v1', kind: 'ConfigMap', name: metadata.name, uid: metadata.uid, blockOwnerDeletion };
}

function configMaps(one: ControllerWorld): string[] {
  return one.list('ConfigMap').map(({ metadata }) => metadata.name);
}

describe('garbage collection', () => {
  it('takes ReplicaSets and pods with their Deployment', () => {
    const one = withDeployment();
    const gone: string[] = [];
    one.watchers.push(({ type, object }) => {
      if (type === 'DELETED') gone.push(object.kind);
    });
    one.request({ verb: 'delete', kind: 'Deployment', key: KEY });
    one.run(10.2 * SECOND);
    expect(one.list('ReplicaSet')).toEqual([]);
    expect(one.list('Pod').filter(({ metadata }) => metadata.deletionTimestamp !== undefined)).toHaveLength(3);
    one.run();
    expect(gone).toEqual(['Deployment', 'ReplicaSet', 'Pod', 'Pod', 'Pod']);
  });

  it('takes the slices with their Service', () => {
    const one = world();
    one.apply(serviceNamed('web'));
    one.run();
    expect(one.list('EndpointSlice')).toHaveLength(1);
    one.request({ verb: 'delete', kind: 'Service', key: KEY });
    one.run();
    expect(one.list('EndpointSlice')).toEqual([]);
  });

  it('takes what names an owner that never was', () => {
    const one = world();
    const ghost = { apiVersion: 'v1', kind: 'ConfigMap', name: 'ghost', uid: 'never' };
    one.apply(configMap('dangling', [ghost]));
    one.apply(configMap('free'));
    one.run();
    expect(configMaps(one)).toEqual(['free']);
  });

  it('asks once for an owner that is not there', () => {
    const one = world();
    const ghost = { apiVersion: 'v1', kind: 'ConfigMap', name: 'ghost', uid: 'never' };
    for (const name of ['a', 'b', 'c']) {
      one.apply(configMap(name, [ghost]));
      one.run();
    }
    expect(configMaps(one)).toEqual([]);
    const asked = one.sent.filter(({ request }) => request.verb === 'get' && request.key === 'default/ghost');
    expect(asked).toHaveLength(1);
  });

  it('does not ask for an owner it has seen go', () => {
    const one = withDeployment();
    one.request({ verb: 'delete', kind: 'Deployment', key: KEY });
    one.run();
    const asked = one.sent.filter(({ by, request }) => by === 'garbage-collector' && request.verb === 'get');
    expect(asked.map(({ request }) => ('kind' in request ? request.kind : ''))).toEqual([
      'ReplicaSet',
      'Pod',
      'Pod',
      'Pod',
    ]);
  });

  it('takes what names an owner that is another one by now', () => {
    const one = world();
    const owner = one.apply(configMap('owner'));
    one.apply(configMap('heir', [{ ...ownedBy(owner), uid: 'former' }]));
    one.run();
    expect(configMaps(one)).toEqual(['owner']);
  });

  it('leaves alone what has an owner left, and drops the reference to the lost one (C16)', () => {
    const one = world();
    const lost = one.apply(configMap('lost'));
    const solid = one.apply(configMap('solid'));
    one.apply(configMap('shared', [ownedBy(lost), ownedBy(solid)]));
    one.run();
    one.request({ verb: 'delete', kind: 'ConfigMap', key: 'default/lost' });
    one.run();
    expect(configMaps(one)).toEqual(['solid', 'shared']);
    expect(one.get('ConfigMap', 'default/shared')!.metadata.ownerReferences).toEqual([ownedBy(solid)]);
    one.request({ verb: 'delete', kind: 'ConfigMap', key: 'default/solid' });
    one.run();
    expect(configMaps(one)).toEqual([]);
  });

  it('leaves alone what is owned by a kind it knows nothing of', () => {
    const one = world();
    const owner = { apiVersion: 'example.com/v1', kind: 'Widget', name: 'w', uid: 'w' };
    one.apply(configMap('owned', [owner]));
    one.run();
    expect(configMaps(one)).toEqual(['owned']);
  });

  it('collects a pod that appears after its owner has gone', () => {
    let delay = 1_000;
    const one = world({ watchDelay: () => delay });
    one.apply(deploymentNamed('web', { replicas: 1 }));
    one.run(SECOND);
    const [rs] = one.list('ReplicaSet');
    const owner = {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      name: rs!.metadata.name,
      uid: rs!.metadata.uid,
      controller: true,
    };
    one.request({ verb: 'delete', kind: 'Deployment', key: KEY });
    one.request({ verb: 'delete', kind: 'ReplicaSet', key: `default/${rs!.metadata.name}` });
    one.run(2 * SECOND);
    delay = 5 * SECOND;
    one.apply({ ...podNamed('late'), metadata: meta('late', { ownerReferences: [owner] }) });
    one.run();
    expect(one.list('Pod')).toEqual([]);
  });
});

describe('a deletion in the foreground', () => {
  it('keeps the owner until its last blocking dependent has gone', () => {
    const one = withDeployment();
    const gone: string[] = [];
    one.watchers.push(({ type, object }) => {
      if (type === 'DELETED') gone.push(object.kind);
    });
    one.request({ verb: 'delete', kind: 'Deployment', key: KEY, propagation: 'Foreground' });
    one.run(12 * SECOND);
    expect(one.get('Deployment', KEY)).toBeDefined();
    one.run();
    expect(gone).toEqual(['Pod', 'Pod', 'Pod', 'ReplicaSet', 'Deployment']);
  });

  it('does not wait for dependents that do not block', () => {
    const one = world();
    const root = one.apply(configMap('root'));
    one.apply(configMap('free', [ownedBy(root, false)], ['hold']));
    one.apply(configMap('blocking', [ownedBy(root)]));
    one.run();
    one.request({ verb: 'delete', kind: 'ConfigMap', key: 'default/root', propagation: 'Foreground' });
    one.run();
    expect(configMaps(one)).toEqual(['free']);
    expect(one.get('ConfigMap', 'default/free')!.metadata.deletionTimestamp).toBeDefined();
  });

  it('goes down a chain of owners, and stops where a finalizer holds', () => {
    const one = world();
    const root = one.apply(configMap('root'));
    const middle = one.apply(configMap('middle', [ownedBy(root)]));
    one.apply(configMap('leaf', [ownedBy(middle)], ['hold']));
    one.run();
    one.request({ verb: 'delete', kind: 'ConfigMap', key: 'default/root', propagation: 'Foreground' });
    one.run(60 * SECOND);
    expect(configMaps(one)).toEqual(['root', 'middle', 'leaf']);
    one.request({ verb: 'patch', kind: 'ConfigMap', key: 'default/leaf', patch: { metadata: { finalizers: [] } } });
    one.run();
    expect(configMaps(one)).toEqual([]);
  });
});

describe('a deletion that leaves the dependents', () => {
  it('takes the owner away from them, and keeps them', () => {
    const one = world();
    const root = one.apply(configMap('root'));
    const other = one.apply(configMap('other'));
    one.apply(configMap('a', [ownedBy(root)]));
    one.apply(configMap('b', [ownedBy(root), ownedBy(other)]));
    one.run();
    one.request({ verb: 'delete', kind: 'ConfigMap', key: 'default/root', propagation: 'Orphan' });
    one.run();
    expect(configMaps(one)).toEqual(['other', 'a', 'b']);
    expect(one.get('ConfigMap', 'default/a')!.metadata.ownerReferences).toEqual([]);
    expect(one.get('ConfigMap', 'default/b')!.metadata.ownerReferences).toEqual([ownedBy(other)]);
  });
});

/** When the owner's finalizer was to be taken away; `writes` looks at it are followed by a write of somebody else. */
function finalizerPatches(writes: number): { readonly at: number; readonly ok: boolean }[] {
  let left = writes;
  const one = world({
    carriedOut: ({ request }, here) => {
      if (request.verb !== 'get' || left === 0) return;
      left--;
      here.edit('ConfigMap', 'default/root', (root) => {
        return { ...root, metadata: { ...root.metadata, annotations: { 'written-by': `somebody-${left}` } } };
      });
    },
  });
  const root = one.apply(configMap('root'));
  one.apply(configMap('a', [ownedBy(root)]));
  one.run();
  one.request({ verb: 'delete', kind: 'ConfigMap', key: 'default/root', propagation: 'Orphan' });
  one.run();
  expect(configMaps(one)).toEqual(['a']);
  const patches = one.sent.filter(({ request }) => request.verb === 'patch');
  // The dependents are seen to once, however often the owner is tried.
  expect(patches.filter(({ request }) => 'key' in request && request.key === 'default/a')).toHaveLength(1);
  return patches.filter(({ request }) => 'key' in request && request.key === 'default/root');
}

describe('an owner that is written to while its finalizer is taken away', () => {
  it('is looked at again after 10 and 50 ms, and up to a tenth more', () => {
    const patches = finalizerPatches(2);
    expect(patches.map(({ ok }) => ok)).toEqual([false, false, true]);
    // Between two patches: the answer, the wait, the computing time of a sync, a look and the way of the next patch.
    const waits = patches.slice(1).map(({ at }, i) => at - patches[i]!.at - 8_500);
    expect(waits[0]).toBeGreaterThanOrEqual(10_000);
    expect(waits[0]).toBeLessThanOrEqual(11_000);
    expect(waits[1]).toBeGreaterThanOrEqual(50_000);
    expect(waits[1]).toBeLessThanOrEqual(55_000);
  });

  it('has failed after four tries, and begins anew', () => {
    const patches = finalizerPatches(4);
    expect(patches.map(({ ok }) => ok)).toEqual([false, false, false, false, true]);
  });
});

describe('owners known to be absent', () => {
  it('are remembered up to 500, the latest', () => {
    const absent = new AbsentOwners();
    for (let i = 0; i < 500; i++) absent.add(`u${i}`);
    expect(absent.has('u0')).toBe(true);
    absent.add('u0');
    absent.add('u500');
    expect([absent.has('u0'), absent.has('u1'), absent.has('u2')]).toEqual([true, false, true]);
  });
});

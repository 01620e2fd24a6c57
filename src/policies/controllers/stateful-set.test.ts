import { describe, expect, it } from 'vitest';
import { ControllerWorld, SECOND, type WorldOptions } from '../../../test/doubles/controller-world.ts';
import { meta, playKubelets, podNamed, statefulSetNamed, template } from '../../../test/doubles/workload-objects.ts';
import { isPodActive } from '../../sim/api/pod.ts';
import type { StatefulSetSpec } from '../../sim/api/stateful-set.ts';
import { garbageCollector } from './garbage-collector.ts';
import { statefulSet } from './stateful-set.ts';

const KEY = 'default/db';

/** A set called db in a world whose pods become ready one second after their creation and take one to stop. */
function world(spec: Partial<StatefulSetSpec> = {}, options: Partial<WorldOptions> & { gate?: boolean } = {}) {
  const { gate = false, ...more } = options;
  const made = new ControllerWorld({
    controllers: [statefulSet({ waitsForItsWrites: true, updatesTogether: gate })],
    ...more,
  });
  playKubelets(made, () => SECOND);
  made.apply(statefulSetNamed('db', spec));
  return made;
}

function change(of: ControllerWorld, spec: Partial<StatefulSetSpec>): void {
  of.edit('StatefulSet', KEY, (set) => ({ ...set, spec: { ...set.spec, ...spec } }));
}

/** `+db-0` for a pod created and `-db-0` for one asked to go, in order. */
function history(of: ControllerWorld): string[] {
  return of.sent.flatMap(({ request, ok }) => {
    if (!ok) return [];
    if (request.verb === 'create' && request.object.kind === 'Pod') return [`+${request.object.metadata.name}`];
    return request.verb === 'delete' && request.kind === 'Pod' ? [`-${request.key.slice('default/'.length)}`] : [];
  });
}

function since(of: ControllerWorld, act: () => void, until: number): string[] {
  const before = history(of).length;
  act();
  of.run(until);
  return history(of).slice(before);
}

function images(of: ControllerWorld): string[] {
  const pods = [...of.list('Pod')].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  return pods.map((pod) => `${pod.metadata.name} ${pod.spec.containers[0]!.image}`);
}

function statusOf(of: ControllerWorld) {
  return of.get('StatefulSet', KEY)!.status;
}

describe('an ordered StatefulSet', () => {
  it('creates one pod after the other, each when the one before is ready', () => {
    const one = world({ replicas: 3 });
    one.run(2 * SECOND);
    expect(history(one)).toEqual(['+db-0', '+db-1']);
    one.run(10 * SECOND);
    expect(history(one)).toEqual(['+db-0', '+db-1', '+db-2']);
    expect(statusOf(one)).toMatchObject({ replicas: 3, readyReplicas: 3, currentReplicas: 3, updatedReplicas: 3 });
    expect(one.events[0]).toEqual({
      about: 'StatefulSet/db',
      reason: 'SuccessfulCreate',
      message: 'Create Pod db-0 in StatefulSet db successful',
    });
  });

  it('gives each pod its name, its number and its place', () => {
    const one = world({ replicas: 2, ordinals: { start: 4 } });
    one.run(10 * SECOND);
    const [first, second] = one.list('Pod');
    expect([first!.metadata.name, second!.metadata.name]).toEqual(['db-4', 'db-5']);
    expect(first!.metadata.labels).toMatchObject({
      'statefulset.kubernetes.io/pod-name': 'db-4',
      'apps.kubernetes.io/pod-index': '4',
      'controller-revision-hash': statusOf(one).currentRevision,
    });
    expect(first!.spec).toMatchObject({ hostname: 'db-4', subdomain: 'db' });
  });

  it('scales down from the highest ordinal, one at a time', () => {
    const one = world({ replicas: 4 });
    one.run(10 * SECOND);
    expect(since(one, () => change(one, { replicas: 1 }), 11_500_000)).toEqual(['-db-3', '-db-2']);
    one.run(20 * SECOND);
    expect(images(one)).toEqual(['db-0 img:1']);
  });

  it('stands still while a pod is not ready, and takes down the broken one first when it is scaled down', () => {
    const one = new ControllerWorld({ controllers: [statefulSet()] });
    playKubelets(one, (pod) => (pod.metadata.name === 'db-2' ? undefined : SECOND));
    one.apply(statefulSetNamed('db', { replicas: 5 }));
    one.run(10 * SECOND);
    expect(history(one)).toEqual(['+db-0', '+db-1', '+db-2']);
    expect(since(one, () => change(one, { replicas: 1 }), 20 * SECOND)).toEqual(['-db-2', '-db-1']);
  });

  it('waits for minReadySeconds between two pods', () => {
    const one = world({ replicas: 2, minReadySeconds: 5 });
    one.run(5 * SECOND);
    expect(history(one)).toEqual(['+db-0']);
    one.run(7 * SECOND);
    expect(history(one)).toEqual(['+db-0', '+db-1']);
    expect(statusOf(one).availableReplicas).toBe(1);
  });

  it('makes a pod again under the same name, only when the old one is gone', () => {
    const one = world({ replicas: 2 });
    one.run(10 * SECOND);
    const made = since(one, () => one.request({ verb: 'delete', kind: 'Pod', key: 'default/db-0' }), 10_900_000);
    expect(made).toEqual([]);
    one.run(20 * SECOND);
    expect(history(one)).toEqual(['+db-0', '+db-1', '+db-0']);
  });

  it('replaces a pod that failed at once', () => {
    const one = world({ replicas: 1 });
    one.run(5 * SECOND);
    const fail = (): void =>
      one.edit('Pod', 'default/db-0', (pod) => ({ ...pod, status: { ...pod.status, phase: 'Failed' } }));
    expect(since(one, fail, 10 * SECOND)).toEqual(['-db-0', '+db-0']);
    expect(one.events.map(({ reason }) => reason)).toContain('SuccessfulDelete');
  });

  it('adopts a pod that has the name and the labels, and nobody else', () => {
    const one = new ControllerWorld({ controllers: [statefulSet()] });
    playKubelets(one, () => SECOND);
    one.apply(podNamed('db-0'));
    one.apply(podNamed('db-zero'));
    one.apply(statefulSetNamed('db', { replicas: 2, updateStrategy: { type: 'OnDelete' } }));
    one.run(10 * SECOND);
    expect(history(one)).toEqual(['+db-1']);
    const owners = one.list('Pod').map((pod) => [pod.metadata.name, pod.metadata.ownerReferences.length]);
    expect(owners).toEqual([
      ['db-0', 1],
      ['db-zero', 0],
      ['db-1', 1],
    ]);
    // The name label it lacked came with the adoption.
    expect(one.get('Pod', 'default/db-0')!.metadata.labels['statefulset.kubernetes.io/pod-name']).toBe('db-0');
  });

  it('never has two pods of one ordinal however far its caches lag', () => {
    const one = world({ replicas: 3 }, { watchDelay: () => 3 * SECOND });
    one.run(60 * SECOND);
    expect(history(one)).toEqual(['+db-0', '+db-1', '+db-2']);
  });
});

describe('the update of a StatefulSet', () => {
  it('goes from the highest ordinal to the lowest, each when the one before is ready again', () => {
    const one = world({ replicas: 3 });
    one.run(10 * SECOND);
    const first = statusOf(one).currentRevision;
    expect(since(one, () => change(one, { template: template('img:2') }), 30 * SECOND)).toEqual([
      '-db-2',
      '+db-2',
      '-db-1',
      '+db-1',
      '-db-0',
      '+db-0',
    ]);
    const { currentRevision, updateRevision } = statusOf(one);
    expect(currentRevision).toBe(updateRevision);
    expect(currentRevision).not.toBe(first);
    expect(one.list('ControllerRevision').map(({ revision }) => revision)).toEqual([1, 2]);
  });

  it('leaves the ordinals below the partition as they are, and gives them their old template when they come back', () => {
    const one = world({ replicas: 4, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } });
    one.run(10 * SECOND);
    change(one, { template: template('img:2') });
    one.run(20 * SECOND);
    one.request({ verb: 'delete', kind: 'Pod', key: 'default/db-1' });
    one.run(30 * SECOND);
    expect(images(one)).toEqual(['db-0 img:1', 'db-1 img:1', 'db-2 img:2', 'db-3 img:2']);
    expect(statusOf(one)).toMatchObject({ currentReplicas: 2, updatedReplicas: 2 });
    expect(statusOf(one).currentRevision).not.toBe(statusOf(one).updateRevision);
  });

  it('waits for somebody to delete pods with OnDelete', () => {
    const one = world({ replicas: 2, updateStrategy: { type: 'OnDelete' } });
    one.run(10 * SECOND);
    expect(since(one, () => change(one, { template: template('img:2') }), 20 * SECOND)).toEqual([]);
    one.request({ verb: 'delete', kind: 'Pod', key: 'default/db-0' });
    one.run(30 * SECOND);
    expect(images(one)).toEqual(['db-0 img:2', 'db-1 img:1']);
  });

  it('with the gate takes down as many as may be unavailable', () => {
    const spec: Partial<StatefulSetSpec> = {
      replicas: 5,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0, maxUnavailable: '50%' } },
    };
    const first = (gate: boolean): string[] => {
      const one = world(spec, { gate });
      one.run(10 * SECOND);
      return since(one, () => change(one, { template: template('img:2') }), 10_500_000);
    };
    expect(first(true)).toEqual(['-db-4', '-db-3']);
    expect(first(false)).toEqual(['-db-4']);
  });

  it('goes back to an older template by renumbering its revision', () => {
    const one = world();
    one.run(5 * SECOND);
    change(one, { template: template('img:2') });
    one.run(10 * SECOND);
    change(one, { template: template('img:1') });
    one.run(20 * SECOND);
    expect(one.list('ControllerRevision').map(({ revision }) => revision)).toEqual([3, 2]);
    expect(images(one)).toEqual(['db-0 img:1']);
  });

  it('keeps no more old revisions than it may', () => {
    const one = world({ revisionHistoryLimit: 1 });
    for (let version = 2; version < 7; version++) {
      one.run(version * 10 * SECOND);
      change(one, { template: template(`img:${version}`) });
    }
    one.run(100 * SECOND);
    expect(one.list('ControllerRevision').map(({ revision }) => revision)).toEqual([5, 6]);
  });

  it('takes another name for a revision when its own is taken', () => {
    const free = world();
    free.run(5 * SECOND);
    const [taken] = free.list('ControllerRevision');
    const one = new ControllerWorld({ controllers: [statefulSet()] });
    playKubelets(one, () => SECOND);
    const name = taken!.metadata.name;
    one.apply({ kind: 'ControllerRevision', metadata: meta(name), data: { other: true }, revision: 1 });
    one.apply(statefulSetNamed('db'));
    one.run(5 * SECOND);
    expect(statusOf(one).collisionCount).toBe(1);
    expect(statusOf(one).updateRevision).not.toBe(name);
    expect(history(one)).toEqual(['+db-0']);
  });
});

describe('a parallel StatefulSet', () => {
  it('creates and deletes its pods in growing batches without waiting', () => {
    const one = world({ replicas: 7, podManagementPolicy: 'Parallel' });
    one.run(500_000);
    const at = new Map<number, number>();
    for (const { at: time, request } of one.sent) {
      if (request.verb === 'create' && request.object.kind === 'Pod') at.set(time, (at.get(time) ?? 0) + 1);
    }
    expect([...at.values()]).toEqual([1, 2, 4]);
    one.run(10 * SECOND);
    expect(since(one, () => change(one, { replicas: 3 }), 10_500_000)).toEqual(['-db-6', '-db-5', '-db-4', '-db-3']);
    one.run(20 * SECOND);
    expect(one.list('Pod').filter(isPodActive)).toHaveLength(3);
  });

  it('updates one pod at a time nevertheless', () => {
    const one = world({ replicas: 3, podManagementPolicy: 'Parallel' });
    one.run(10 * SECOND);
    expect(since(one, () => change(one, { template: template('img:2') }), 10_500_000)).toEqual(['-db-2']);
    one.run(12_500_000);
    expect(history(one).slice(3)).toEqual(['-db-2', '+db-2', '-db-1']);
  });
});

describe('the claims of a StatefulSet', () => {
  const claims: Partial<StatefulSetSpec> = {
    volumeClaimTemplates: [
      {
        metadata: { name: 'data', labels: {}, annotations: {} },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
    ],
  };
  const retention = (whenScaled: 'Retain' | 'Delete', whenDeleted: 'Retain' | 'Delete'): Partial<StatefulSetSpec> => ({
    ...claims,
    persistentVolumeClaimRetentionPolicy: { whenScaled, whenDeleted },
  });
  const names = (of: ControllerWorld): string[] => of.list('PersistentVolumeClaim').map((one) => one.metadata.name);

  it('are made before the pod and stay when it goes', () => {
    const one = world({ replicas: 2, ...claims });
    one.run(10 * SECOND);
    expect(names(one)).toEqual(['data-db-0', 'data-db-1']);
    expect(one.get('Pod', 'default/db-0')!.spec.volumes).toEqual([
      { name: 'data', persistentVolumeClaim: { claimName: 'data-db-0', readOnly: false } },
    ]);
    change(one, { replicas: 1 });
    one.run(20 * SECOND);
    expect(names(one)).toEqual(['data-db-0', 'data-db-1']);
    expect(one.get('PersistentVolumeClaim', 'default/data-db-1')!.metadata.ownerReferences).toEqual([]);
  });

  it('go with the pod that is scaled away where the policy says so', () => {
    const one = world(
      { replicas: 2, ...retention('Delete', 'Retain') },
      {
        controllers: [statefulSet(), garbageCollector],
      },
    );
    one.run(10 * SECOND);
    change(one, { replicas: 1 });
    one.run(20 * SECOND);
    expect(names(one)).toEqual(['data-db-0']);
    change(one, { replicas: 2 });
    one.run(30 * SECOND);
    expect(names(one)).toEqual(['data-db-0', 'data-db-1']);
    expect(one.list('Pod')).toHaveLength(2);
  });

  it('belong to the set where they are to go with it', () => {
    const one = world({ replicas: 1, ...retention('Retain', 'Delete') });
    one.run(10 * SECOND);
    const [owner] = one.get('PersistentVolumeClaim', 'default/data-db-0')!.metadata.ownerReferences;
    expect(owner).toMatchObject({ kind: 'StatefulSet', name: 'db', controller: true });
  });
});

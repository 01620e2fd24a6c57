import { describe, expect, it } from 'vitest';
import { conditionOf, isPodActive, type Pod } from '../../sim/api/pod.ts';
import type { Request } from '../../sim/api/request.ts';
import type { ReplicaSet } from '../../sim/api/workloads.ts';
import { ControllerWorld, SECOND, type WorldOptions } from '../../../test/doubles/controller-world.ts';
import { playKubelets, podNamed, replicaSetNamed, setReady } from '../../../test/doubles/workload-objects.ts';
import { replicaSet } from './replica-set.ts';

const KEY = 'default/web';

function world(options: Partial<WorldOptions> = {}): ControllerWorld {
  return new ControllerWorld({ controllers: [replicaSet], ...options });
}

function scale(to: ControllerWorld, replicas: number): void {
  to.edit('ReplicaSet', KEY, (rs) => ({ ...rs, spec: { ...rs.spec, replicas } }));
}

function active(of: ControllerWorld): number {
  return of.list('Pod').filter(isPodActive).length;
}

function statusOf(of: ControllerWorld): ReplicaSet['status'] {
  return of.get('ReplicaSet', KEY)!.status;
}

/** How many creations were carried out at each instant, in order. */
function creations(of: ControllerWorld): number[] {
  const batches = new Map<number, number>();
  for (const { at, request } of of.sent) {
    if (request.verb === 'create') batches.set(at, (batches.get(at) ?? 0) + 1);
  }
  return [...batches.values()];
}

describe('a ReplicaSet', () => {
  it('creates its pods in batches of 1, 2, 4, 8 and reports them', () => {
    const one = world();
    const rs = one.apply(replicaSetNamed('web', { replicas: 20 }));
    one.run();
    expect(creations(one)).toEqual([1, 2, 4, 8, 5]);
    expect(active(one)).toBe(20);
    expect(statusOf(one)).toEqual({
      observedGeneration: 1,
      replicas: 20,
      fullyLabeledReplicas: 20,
      readyReplicas: 0,
      availableReplicas: 0,
      terminatingReplicas: 0,
      conditions: [],
    });
    const [pod] = one.list('Pod');
    expect(pod!.metadata.ownerReferences).toEqual([
      {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        name: 'web',
        uid: rs.metadata.uid,
        controller: true,
        blockOwnerDeletion: true,
      },
    ]);
    expect(one.events.filter(({ reason }) => reason === 'SuccessfulCreate')).toHaveLength(20);
    expect(one.events[0]).toEqual({
      about: 'ReplicaSet/web',
      reason: 'SuccessfulCreate',
      message: `Created pod: ${pod!.metadata.name}`,
    });
  });

  it('lets all its pods share the spec and the labels of its template', () => {
    const one = world();
    const { template } = one.apply(replicaSetNamed('web', { replicas: 3 })).spec;
    one.run();
    const made = one.sent.flatMap(({ request }) => (request.verb === 'create' ? [request.object as Pod] : []));
    expect(made).toHaveLength(3);
    for (const pod of made) {
      expect(pod.spec).toBe(template.spec);
      expect(pod.metadata.labels).toBe(template.metadata.labels);
    }
    expect(new Set(one.list('Pod').map(({ spec }) => spec)).size).toBe(1);
  });

  it('creates at most 500 pods in one sync, and the rest in the next', () => {
    const one = world({ watchDelay: () => 5 * SECOND });
    one.apply(replicaSetNamed('web', { replicas: 1_100 }));
    one.run(9 * SECOND);
    expect(active(one)).toBe(500);
    one.run();
    expect(active(one)).toBe(1_100);
  });

  it('creates no pod twice however far its cache lags and however often it is woken', () => {
    const one = world({ watchDelay: () => 20 * SECOND });
    one.apply(replicaSetNamed('web', { replicas: 30 }));
    for (let i = 1; i < 200; i++) one.after(i * SECOND, () => one.enqueue(KEY));
    one.run(19 * SECOND);
    expect(active(one)).toBe(0);
    one.run();
    expect(active(one)).toBe(30);
    expect(one.sent.filter(({ request }) => request.verb === 'create')).toHaveLength(30);
  });

  it('stops at the first batch that fails, says why, and comes back later and later', () => {
    let quota = 3;
    const one = world({
      refuse: ({ verb }) =>
        verb === 'create' && quota-- <= 0 ? [403, 'Forbidden', 'pods are forbidden: quota'] : undefined,
    });
    one.apply(replicaSetNamed('web', { replicas: 20 }));
    one.after(2 * SECOND, () => {
      quota = Infinity;
    });
    one.run(0.02 * SECOND);
    expect(creations(one).slice(0, 4)).toEqual([1, 2, 4, 1]);
    expect(active(one)).toBe(3);
    one.run(1.9 * SECOND);
    const condition = conditionOf(statusOf(one).conditions, 'ReplicaFailure');
    expect(condition).toMatchObject({ status: 'True', reason: 'FailedCreate', message: 'pods are forbidden: quota' });
    expect(one.events.at(-1)).toMatchObject({
      reason: 'FailedCreate',
      message: 'Error creating: pods are forbidden: quota',
    });
    const refused = one.sent.filter(({ request, ok }) => request.verb === 'create' && !ok).map(({ at }) => at);
    const gaps = refused.slice(1).map((at, i) => at - refused[i]!);
    expect(gaps.slice(5)).toEqual([...gaps.slice(5)].sort((a, b) => a - b));
    one.run();
    expect(active(one)).toBe(20);
    expect(statusOf(one).conditions).toEqual([]);
  });

  it('has nothing to do and nothing to say in a namespace that goes away', () => {
    const one = world({
      refuse: ({ verb }) =>
        verb === 'create' ? [403, 'Forbidden', 'is being terminated', 'NamespaceTerminating'] : undefined,
    });
    one.apply(replicaSetNamed('web', { replicas: 4 }));
    one.run(60 * SECOND);
    expect(creations(one)).toEqual([1, 2, 1]);
    expect(one.events).toEqual([]);
    expect(statusOf(one).conditions).toEqual([]);
  });

  it('replaces a pod that is asked to go at once, and one that ended, which stays', () => {
    const one = world();
    playKubelets(
      one,
      () => SECOND,
      () => 30 * SECOND,
    );
    one.apply(replicaSetNamed('web', { replicas: 3 }));
    one.run(5 * SECOND);
    const [first, second] = one.list('Pod');
    one.request({ verb: 'delete', kind: 'Pod', key: `default/${first!.metadata.name}` });
    one.edit('Pod', `default/${second!.metadata.name}`, (pod) => ({
      ...pod,
      status: { ...pod.status, phase: 'Failed' },
    }));
    one.run(10 * SECOND);
    expect(one.list('Pod')).toHaveLength(5);
    expect(statusOf(one)).toMatchObject({ replicas: 3, readyReplicas: 3, terminatingReplicas: 1 });
    one.run();
    expect(one.list('Pod')).toHaveLength(4);
    expect(statusOf(one)).toMatchObject({ replicas: 3, terminatingReplicas: 0 });
  });

  it('deletes what is too much, all at once, and waits until it has seen it', () => {
    const one = world({ watchDelay: () => 2 * SECOND });
    playKubelets(one, () => SECOND);
    one.apply(replicaSetNamed('web', { replicas: 10 }));
    one.run(20 * SECOND);
    scale(one, 4);
    for (let i = 1; i < 50; i++) one.after(i * 100_000, () => one.enqueue(KEY));
    one.run();
    const deletions = one.sent.filter(({ request, by }) => request.verb === 'delete' && by === 'replicaset');
    expect(deletions).toHaveLength(6);
    expect(new Set(deletions.map(({ at }) => at)).size).toBe(1);
    expect(active(one)).toBe(4);
    expect(one.events.filter(({ reason }) => reason === 'SuccessfulDelete')).toHaveLength(6);
  });

  it('takes a pod that is gone already for deleted, and reports another failure', () => {
    const refusals = [
      [404, 'NotFound', 'pods "x" not found'],
      [403, 'Forbidden', 'no'],
    ] as const;
    let refused = 0;
    const one = world({ refuse: ({ verb }) => (verb === 'delete' ? refusals[refused++] : undefined) });
    one.apply(replicaSetNamed('web', { replicas: 3 }));
    one.run(SECOND);
    scale(one, 1);
    one.run(SECOND + 20_000);
    expect(one.events.filter(({ reason }) => reason === 'FailedDelete').map(({ message }) => message)).toEqual([
      'Error deleting: no',
    ]);
    one.run();
    expect(active(one)).toBe(1);
    expect(statusOf(one).conditions).toEqual([]);
  });

  it('leaves its pods alone while it is being deleted', () => {
    const one = world();
    one.apply({
      ...replicaSetNamed('web', { replicas: 2 }),
      metadata: { ...replicaSetNamed('web').metadata, finalizers: ['x'], deletionTimestamp: 1 },
    });
    one.run(5 * SECOND);
    expect(one.list('Pod')).toEqual([]);
    expect(statusOf(one).observedGeneration).toBe(1);
  });

  it('tries a refused status once more on the version the server has', () => {
    let refusals = 1;
    const one = world({
      refuse: (request) =>
        request.verb === 'update' && refusals-- > 0 ? [409, 'Conflict', 'the object has been modified'] : undefined,
    });
    one.apply(replicaSetNamed('web', { replicas: 0 }));
    one.run();
    expect(one.sent.map(({ request, ok }) => `${request.verb} ${ok}`)).toEqual([
      'update false',
      'get true',
      'update true',
    ]);
    expect(statusOf(one).observedGeneration).toBe(1);
  });

  it('writes no status that says nothing new', () => {
    const one = world();
    one.apply(replicaSetNamed('web', { replicas: 2 }));
    one.run();
    const sent = one.sent.length;
    for (let i = 0; i < 5; i++) one.enqueue(KEY);
    one.run();
    expect(one.sent).toHaveLength(sent);
  });

  it('counts a pod as available when it has been Ready for minReadySeconds', () => {
    const one = world();
    playKubelets(one, () => SECOND);
    one.apply(replicaSetNamed('web', { replicas: 2, minReadySeconds: 10 }));
    one.run(2 * SECOND);
    expect(statusOf(one)).toMatchObject({ readyReplicas: 2, availableReplicas: 0 });
    one.run(10.99 * SECOND);
    expect(statusOf(one).availableReplicas).toBe(0);
    one.run(11.1 * SECOND);
    expect(statusOf(one).availableReplicas).toBe(2);
    one.run();
  });
});

describe('who a ReplicaSet takes for its own', () => {
  it('adopts pods that match and that nobody controls, after asking the server whether it still lives', () => {
    const one = world();
    one.apply(podNamed('stray'));
    one.apply(podNamed('other', { app: 'other' }));
    const rs = one.apply(replicaSetNamed('web', { replicas: 3 }));
    one.run();
    expect(one.get('Pod', 'default/stray')!.metadata.ownerReferences[0]).toMatchObject({
      uid: rs.metadata.uid,
      controller: true,
    });
    expect(one.get('Pod', 'default/other')!.metadata.ownerReferences).toEqual([]);
    expect(one.sent[0]!.request).toMatchObject({ verb: 'get', kind: 'ReplicaSet' });
    expect(one.sent[1]!.request).toMatchObject({ verb: 'patch', key: 'default/stray' });
    expect(one.list('Pod')).toHaveLength(4);
  });

  it('adopts a pod that comes to match later, and then has one too many', () => {
    const one = world();
    playKubelets(one, () => SECOND);
    one.apply(replicaSetNamed('web', { replicas: 2 }));
    one.run(3 * SECOND);
    one.apply(podNamed('late', { app: 'other' }));
    one.run(6 * SECOND);
    one.edit('Pod', 'default/late', (pod) => ({ ...pod, metadata: { ...pod.metadata, labels: { app: 'web' } } }));
    one.run();
    expect(one.list('Pod').filter(isPodActive)).toHaveLength(2);
  });

  it('releases a pod whose labels no longer match, and replaces it', () => {
    const one = world();
    one.apply(replicaSetNamed('web', { replicas: 2 }));
    one.run();
    const [first] = one.list('Pod');
    const key = `default/${first!.metadata.name}`;
    one.edit('Pod', key, (pod) => ({ ...pod, metadata: { ...pod.metadata, labels: { app: 'free' } } }));
    one.run();
    expect(one.get('Pod', key)!.metadata.ownerReferences).toEqual([]);
    expect(one.list('Pod')).toHaveLength(3);
    expect(statusOf(one).replicas).toBe(2);
  });

  it('leaves pods alone that another controls, that have ended, or that are going', () => {
    const one = world();
    const owner = { apiVersion: 'v1', kind: 'Thing', name: 't', uid: 'other', controller: true };
    one.apply({ ...podNamed('owned'), metadata: { ...podNamed('owned').metadata, ownerReferences: [owner] } });
    one.apply({ ...podNamed('ended'), status: { phase: 'Failed', conditions: [] } });
    one.apply({
      ...podNamed('going'),
      metadata: { ...podNamed('going').metadata, deletionTimestamp: 1, finalizers: ['x'] },
    });
    one.apply(replicaSetNamed('web', { replicas: 1 }));
    one.run();
    for (const name of ['ended', 'going']) {
      expect(one.get('Pod', `default/${name}`)!.metadata.ownerReferences).toEqual([]);
    }
    expect(one.get('Pod', 'default/owned')!.metadata.ownerReferences).toEqual([owner]);
    expect(one.list('Pod')).toHaveLength(4);
  });

  it('adopts nothing once the server says that it is going away', () => {
    let delay = 1_000;
    const one = world({ watchDelay: () => delay });
    one.apply(podNamed('stray'));
    one.apply(replicaSetNamed('web', { replicas: 1 }));
    delay = 60 * SECOND;
    one.edit('ReplicaSet', KEY, (rs) => ({
      ...rs,
      metadata: { ...rs.metadata, deletionTimestamp: 1, finalizers: ['x'] },
    }));
    one.run(50 * SECOND);
    expect(one.cached('ReplicaSet').get(KEY)!.metadata.deletionTimestamp).toBeUndefined();
    expect(new Set(one.sent.map(({ request }) => request.verb))).toEqual(new Set(['get']));
    one.run(120 * SECOND);
    expect(one.get('Pod', 'default/stray')!.metadata.ownerReferences).toEqual([]);
  });

  it('counts pods of its Deployment on each node when it has to choose', () => {
    const one = world();
    one.apply(replicaSetNamed('web', { replicas: 0 }));
    const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd', uid: 'd', controller: true };
    one.edit('ReplicaSet', KEY, (rs) => ({ ...rs, metadata: { ...rs.metadata, ownerReferences: [owner] } }));
    one.run();
    for (const [name, node] of [
      ['a', 'n1'],
      ['b', 'n2'],
      ['c', 'n2'],
    ] as const) {
      one.apply(podNamed(name, { app: 'web' }, { nodeName: node }));
      setReady(one, `default/${name}`);
    }
    scale(one, 3);
    one.run();
    scale(one, 2);
    one.run();
    const gone = one.sent.map(({ request }: { request: Request }) => (request.verb === 'delete' ? request.key : ''));
    expect(gone.filter((key) => key !== '')).toHaveLength(1);
    expect(['default/b', 'default/c']).toContain(gone.find((key) => key !== ''));
  });
});

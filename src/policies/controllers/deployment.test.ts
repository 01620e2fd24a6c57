import { applyDefaults } from '../../sim/api/defaults/apply-defaults.ts';
import { describe, expect, it } from 'vitest';
import { conditionOf, type PodTemplateSpec } from '../../sim/api/pod.ts';
import type { Condition } from '../../sim/api/meta.ts';
import type { Deployment, DeploymentSpec, ReplicaSet } from '../../sim/api/workloads.ts';
import { ControllerWorld, SECOND, type WorldOptions } from '../../../test/doubles/controller-world.ts';
import {
  deploymentNamed,
  isReady,
  playKubelets,
  replicaSetNamed,
  setReady,
  template,
} from '../../../test/doubles/workload-objects.ts';
import { deployment } from './deployment.ts';
import { REVISION, REVISION_HISTORY, ROLLBACK_TO } from './deployment/annotations.ts';
import { podTemplateHash } from './deployment/pod-template-hash.ts';
import { replicaSet } from './replica-set.ts';

const KEY = 'default/web';

function world(options: Partial<WorldOptions> = {}): ControllerWorld {
  return new ControllerWorld({ controllers: [deployment, replicaSet], ...options });
}

function change(one: ControllerWorld, spec: Partial<DeploymentSpec>): void {
  one.edit('Deployment', KEY, (d) => ({ ...d, spec: { ...d.spec, ...spec } }));
}

function setImage(one: ControllerWorld, image: string): void {
  change(one, { template: template(image) });
}

function web(one: ControllerWorld): Deployment {
  return one.get('Deployment', KEY)!;
}

function progress(one: ControllerWorld): Condition | undefined {
  return conditionOf(web(one).status.conditions, 'Progressing');
}

function byImage(one: ControllerWorld, image: string): ReplicaSet | undefined {
  return one.list('ReplicaSet').find((rs) => rs.spec.template.spec.containers[0]!.image === image);
}

function revisions(one: ControllerWorld): Record<string, string> {
  return Object.fromEntries(
    one
      .list('ReplicaSet')
      .map((rs) => [rs.spec.template.spec.containers[0]!.image, rs.metadata.annotations[REVISION] ?? '']),
  );
}

/** The sizes of the ReplicaSets, oldest first, each time one of them changes. */
function recordSizes(one: ControllerWorld): string[] {
  const sizes = new Map(one.list('ReplicaSet').map((rs) => [rs.metadata.name, rs.spec.replicas]));
  const states = [[...sizes.values()].join('+')];
  one.watchers.push(({ object, type }) => {
    if (object.kind !== 'ReplicaSet') return;
    if (type === 'DELETED') sizes.delete(object.metadata.name);
    else sizes.set(object.metadata.name, object.spec.replicas);
    const state = [...sizes.values()].join('+');
    if (state !== states.at(-1)) states.push(state);
  });
  return states;
}

/** Makes one more pod of an image Ready, if there is one that is not. */
function readyOne(one: ControllerWorld, image: string): void {
  const pod = one
    .list('Pod')
    .find((p) => p.spec.containers[0]!.image === image && !isReady(p) && p.metadata.deletionTimestamp === undefined);
  if (pod !== undefined) setReady(one, `default/${pod.metadata.name}`);
}

/** The template as the API server stores it. */
function completed(): PodTemplateSpec {
  return applyDefaults(deploymentNamed('web')).spec.template;
}

describe('a Deployment', () => {
  it('makes one ReplicaSet, named by the hash of its template, and follows it to the end', () => {
    const one = world();
    playKubelets(one, () => SECOND);
    one.apply(deploymentNamed('web', { replicas: 3 }));
    one.run(5 * SECOND);
    const [rs] = one.list('ReplicaSet');
    const hash = podTemplateHash(completed(), undefined);
    expect(rs!.metadata.name).toBe(`web-${hash}`);
    expect(rs!.metadata.labels).toEqual({ app: 'web', 'pod-template-hash': hash });
    expect(rs!.spec.selector).toEqual({ matchLabels: { app: 'web', 'pod-template-hash': hash } });
    expect(rs!.metadata.annotations).toEqual({
      'deployment.kubernetes.io/revision': '1',
      'deployment.kubernetes.io/desired-replicas': '3',
      'deployment.kubernetes.io/max-replicas': '4',
    });
    expect(web(one).metadata.annotations[REVISION]).toBe('1');
    expect(web(one).status).toMatchObject({
      observedGeneration: 1,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      unavailableReplicas: 0,
    });
    expect(one.events[0]).toEqual({
      about: 'Deployment/web',
      reason: 'ScalingReplicaSet',
      message: `Scaled up replica set ${rs!.metadata.name} from 0 to 3`,
    });
  });

  it('tells how its first rollout goes', () => {
    const one = world();
    const seen: string[] = [];
    one.watchers.push(({ object }) => {
      if (object.kind !== 'Deployment') return;
      const line = object.status.conditions.map((c) => `${c.type}=${c.status}/${c.reason ?? ''}`).join(' ');
      if (line !== seen.at(-1)) seen.push(line);
    });
    playKubelets(one, () => SECOND);
    one.apply(deploymentNamed('web', { replicas: 1 }));
    one.run(5 * SECOND);
    expect(seen).toEqual([
      '',
      'Progressing=True/NewReplicaSetCreated',
      'Progressing=True/NewReplicaSetCreated Available=False/MinimumReplicasUnavailable',
      'Available=False/MinimumReplicasUnavailable Progressing=True/ReplicaSetUpdated',
      'Available=True/MinimumReplicasAvailable Progressing=True/NewReplicaSetAvailable',
    ]);
    const name = one.list('ReplicaSet')[0]!.metadata.name;
    expect(progress(one)!.message).toBe(`ReplicaSet "${name}" has successfully progressed.`);
  });

  it('refuses to select everything', () => {
    const one = world();
    one.apply(deploymentNamed('web', { selector: {} }));
    one.run();
    expect(new Set(one.events.map(({ reason }) => reason))).toEqual(new Set(['SelectingAll']));
    expect(one.list('ReplicaSet')).toEqual([]);
    expect(web(one).status.observedGeneration).toBe(1);
  });

  it('adopts a ReplicaSet with its template instead of making one', () => {
    const one = world();
    const hash = 'abc';
    const labels = { app: 'web', 'pod-template-hash': hash };
    const orphan = replicaSetNamed('orphan', { replicas: 0, template: template('img:1', labels) });
    one.apply({ ...orphan, metadata: { ...orphan.metadata, labels } });
    one.apply(deploymentNamed('web', { replicas: 2 }));
    one.run(SECOND);
    expect(one.list('ReplicaSet').map(({ metadata }) => metadata.name)).toEqual(['orphan']);
    expect(one.get('ReplicaSet', 'default/orphan')!.spec.replicas).toBe(2);
    expect(progress(one)!.reason).toMatch(/FoundNewReplicaSet|ReplicaSetUpdated/);
  });
});

describe('who a Deployment takes for its own', () => {
  function orphan(one: ControllerWorld, more: Partial<ReplicaSet['metadata']> = {}): void {
    const base = replicaSetNamed('orphan', { replicas: 0, template: template('img:0') });
    one.apply({ ...base, metadata: { ...base.metadata, labels: { app: 'web' }, ...more } });
  }

  function owners(one: ControllerWorld): readonly unknown[] {
    return one.get('ReplicaSet', 'default/orphan')!.metadata.ownerReferences;
  }

  it('is any ReplicaSet that matches and that nobody controls', () => {
    const one = world();
    orphan(one);
    one.apply(deploymentNamed('web'));
    one.run(SECOND);
    expect(owners(one)).toMatchObject([{ kind: 'Deployment', name: 'web', controller: true }]);
  });

  it('is none that is going away, and none at all once it is going away itself', () => {
    const one = world();
    orphan(one, { deletionTimestamp: 1, finalizers: ['x'] });
    one.apply(deploymentNamed('web'));
    one.run(SECOND);
    expect(owners(one)).toEqual([]);

    const other = world();
    orphan(other);
    const base = deploymentNamed('web');
    other.apply({ ...base, metadata: { ...base.metadata, deletionTimestamp: 1, finalizers: ['x'] } });
    other.run(SECOND);
    expect(owners(other)).toEqual([]);
  });

  it('is one whose labels come to match, and no longer one whose labels cease to', () => {
    const one = world();
    orphan(one, { labels: { app: 'else' } });
    one.apply(deploymentNamed('web'));
    one.run(SECOND);
    const relabel = (app: string): void => {
      one.edit('ReplicaSet', 'default/orphan', (rs) => ({ ...rs, metadata: { ...rs.metadata, labels: { app } } }));
      one.run(one.now + SECOND);
    };
    relabel('web');
    expect(owners(one)).toHaveLength(1);
    relabel('else');
    expect(owners(one)).toEqual([]);
  });
});

describe('a rolling update', () => {
  it('takes the steps of the golden example when pods become Ready one at a time (10.3)', () => {
    const one = world();
    playKubelets(one, () => undefined);
    one.apply(deploymentNamed('web', { replicas: 10 }));
    one.run(SECOND);
    for (let i = 0; i < 10; i++) readyOne(one, 'img:1');
    one.run(5 * SECOND);
    const sizes = recordSizes(one);
    setImage(one, 'img:2');
    for (let i = 1; i <= 10; i++) one.after(i * 5 * SECOND, () => readyOne(one, 'img:2'));
    one.run();
    expect(sizes).toEqual([
      '10',
      '10+3',
      '8+3',
      '8+5',
      '7+5',
      '7+6',
      '6+6',
      '6+7',
      '5+7',
      '5+8',
      '4+8',
      '4+9',
      '3+9',
      '3+10',
      '2+10',
      '1+10',
      '0+10',
    ]);
    expect(web(one).status).toMatchObject({ updatedReplicas: 10, availableReplicas: 10, replicas: 10 });
    expect(progress(one)!.reason).toBe('NewReplicaSetAvailable');
  });

  it('stays where it is when the new pods never become Ready, and says so after the deadline', () => {
    const one = world();
    playKubelets(one, (pod) => (pod.spec.containers[0]!.image === 'img:1' ? SECOND : undefined));
    one.apply(deploymentNamed('web', { replicas: 10, progressDeadlineSeconds: 60 }));
    one.run(10 * SECOND);
    const sizes = recordSizes(one);
    setImage(one, 'img:2');
    one.run(60 * SECOND);
    expect(progress(one)!.reason).toBe('ReplicaSetUpdated');
    one.run(71.9 * SECOND);
    expect(progress(one)).toMatchObject({
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: `ReplicaSet "${byImage(one, 'img:2')!.metadata.name}" has timed out progressing.`,
    });
    one.run();
    expect(sizes.at(-1)).toBe('8+5');
    expect(web(one).status.availableReplicas).toBe(8);
    // A good template brings it back to life.
    playKubelets(one, () => SECOND);
    setImage(one, 'img:3');
    one.run(one.now + 600 * SECOND);
    expect(progress(one)!.reason).toBe('NewReplicaSetAvailable');
  });

  it('counts a pod that becomes Ready as progress, though it is not available yet', () => {
    const one = world();
    playKubelets(one, () => undefined);
    one.apply(deploymentNamed('web', { replicas: 2, progressDeadlineSeconds: 60, minReadySeconds: 55 }));
    one.run(40 * SECOND);
    readyOne(one, 'img:1');
    one.run(41 * SECOND);
    expect(progress(one)).toMatchObject({
      reason: 'ReplicaSetUpdated',
      lastUpdateTime: 40 * SECOND,
      lastTransitionTime: 0,
    });
    one.run(90 * SECOND);
    expect(progress(one)!.reason).toBe('ReplicaSetUpdated');
  });

  it('knows no deadline when none is set', () => {
    const one = world();
    playKubelets(one, () => undefined);
    one.apply(deploymentNamed('web', { replicas: 2, progressDeadlineSeconds: 2_147_483_647 }));
    one.run();
    expect(progress(one)).toBeUndefined();
    expect(one.now).toBeLessThan(60 * SECOND);
  });

  it('takes unhealthy old pods first, oldest ReplicaSet first', () => {
    const one = world();
    let ready = 0;
    playKubelets(one, (pod) => (pod.spec.containers[0]!.image === 'img:1' && ready++ < 7 ? SECOND : undefined));
    one.apply(deploymentNamed('web', { replicas: 10 }));
    one.run(10 * SECOND);
    const sizes = recordSizes(one);
    setImage(one, 'img:2');
    one.run(30 * SECOND);
    // 3 of 10 do not work and 8 must: 13 - 8 - 3 new ones may go, and they are taken from what does not work.
    expect(sizes).toEqual(['10', '10+3', '8+3', '8+5']);
    expect(web(one).status.availableReplicas).toBe(7);
  });

  it('waits for an old ReplicaSet to say that it has been scaled down', () => {
    // Without the ReplicaSet controller: statuses are what is written here.
    const one = new ControllerWorld({ controllers: [deployment] });
    const report = (image: string, available: number): void => {
      const { name } = byImage(one, image)!.metadata;
      one.edit('ReplicaSet', `default/${name}`, (rs) => ({
        ...rs,
        status: { ...rs.status, replicas: available, readyReplicas: available, availableReplicas: available },
      }));
      one.run(one.now + SECOND);
    };
    one.apply(deploymentNamed('web', { replicas: 10 }));
    one.run(SECOND);
    report('img:1', 10);
    const sizes = recordSizes(one);
    setImage(one, 'img:2');
    one.run(one.now + SECOND);
    report('img:2', 3);
    expect(sizes).toEqual(['10', '10+3', '8+3', '8+5']);
    report('img:1', 8);
    expect(sizes.slice(4)).toEqual(['5+5', '5+8']);
  });

  it('drops a refusal to scale an old ReplicaSet down, and goes on with the next change', () => {
    let refusals = 1;
    const one = world({
      refuse: (request) =>
        request.verb === 'update' &&
        request.object.kind === 'ReplicaSet' &&
        request.subresource === undefined &&
        request.object.spec.replicas === 8 &&
        refusals-- > 0
          ? [403, 'Forbidden', 'no']
          : undefined,
    });
    playKubelets(one, () => SECOND);
    one.apply(deploymentNamed('web', { replicas: 10 }));
    one.run(5 * SECOND);
    setImage(one, 'img:2');
    one.run(60 * SECOND);
    expect(refusals).toBeLessThan(1);
    expect(byImage(one, 'img:2')!.status.availableReplicas).toBe(10);
    expect(byImage(one, 'img:1')!.spec.replicas).toBe(0);
  });

  it('rolls over to a third template without waiting for the second', () => {
    const one = world();
    playKubelets(one, (pod) => (pod.spec.containers[0]!.image === 'img:2' ? undefined : 2 * SECOND));
    one.apply(deploymentNamed('web', { replicas: 6 }));
    one.run(10 * SECOND);
    setImage(one, 'img:2');
    one.run(20 * SECOND);
    setImage(one, 'img:3');
    one.run(60 * SECOND);
    expect(byImage(one, 'img:1')!.spec.replicas).toBe(0);
    expect(byImage(one, 'img:2')!.spec.replicas).toBe(0);
    expect(byImage(one, 'img:3')!.spec.replicas).toBe(6);
    expect(revisions(one)).toEqual({ 'img:1': '1', 'img:2': '2', 'img:3': '3' });
  });

  it('hands minReadySeconds down to its ReplicaSet', () => {
    const one = world();
    playKubelets(one, () => SECOND);
    one.apply(deploymentNamed('web', { replicas: 1, minReadySeconds: 5 }));
    one.run(20 * SECOND);
    change(one, { minReadySeconds: 9 });
    one.run(40 * SECOND);
    expect(one.list('ReplicaSet').map(({ spec }) => spec.minReadySeconds)).toEqual([9]);
  });
});

describe('a Recreate', () => {
  it('makes no new pod while an old one has not ended, terminating ones included (C6)', () => {
    const one = world();
    playKubelets(
      one,
      () => SECOND,
      () => 20 * SECOND,
    );
    one.apply(deploymentNamed('web', { replicas: 5, strategy: { type: 'Recreate' } }));
    one.run(5 * SECOND);
    setImage(one, 'img:2');
    one.run(24 * SECOND);
    expect(one.list('Pod').map((pod) => pod.spec.containers[0]!.image)).toEqual(Array(5).fill('img:1'));
    expect(byImage(one, 'img:2')).toBeUndefined();
    one.run(40 * SECOND);
    expect(one.list('Pod').map((pod) => pod.spec.containers[0]!.image)).toEqual(Array(5).fill('img:2'));
    expect(progress(one)!.reason).toBe('NewReplicaSetAvailable');
  });
});

describe('scaling a Deployment', () => {
  it('follows the wish while no rollout is under way', () => {
    const one = world();
    playKubelets(one, () => SECOND);
    one.apply(deploymentNamed('web', { replicas: 5 }));
    one.run(5 * SECOND);
    const sizes = recordSizes(one);
    change(one, { replicas: 12 });
    one.run(10 * SECOND);
    change(one, { replicas: 3 });
    one.run();
    expect(sizes).toEqual(['5', '12', '3']);
    const annotations = one.list('ReplicaSet')[0]!.metadata.annotations;
    expect(annotations['deployment.kubernetes.io/desired-replicas']).toBe('3');
    expect(annotations['deployment.kubernetes.io/max-replicas']).toBe('4');
  });

  it('stands still when it gets the size its only active ReplicaSet has already, as in Kubernetes 1.36', () => {
    const one = world();
    playKubelets(one, (pod) => (pod.spec.containers[0]!.image === 'img:1' ? SECOND : undefined));
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: '50%', maxUnavailable: '100%' } } as const;
    one.apply(deploymentNamed('web', { replicas: 0, strategy }));
    one.run(SECOND);
    // The ReplicaSet comes by its size on its own, sized for a Deployment of none.
    const [rs] = one.list('ReplicaSet');
    one.edit('ReplicaSet', `default/${rs!.metadata.name}`, (set) => ({ ...set, spec: { ...set.spec, replicas: 3 } }));
    change(one, { replicas: 3 });
    one.run(10 * SECOND);
    setImage(one, 'img:2');
    one.run(60 * SECOND);
    expect(byImage(one, 'img:2')).toBeUndefined();
    change(one, { replicas: 4 });
    one.run(120 * SECOND);
    expect(byImage(one, 'img:2')).toBeDefined();
  });

  it('shares in proportion in the middle of a rollout: 8 and 5 become 11 and 7', () => {
    const one = world();
    playKubelets(one, (pod) => (pod.spec.containers[0]!.image === 'img:1' ? SECOND : undefined));
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } } as const;
    one.apply(deploymentNamed('web', { replicas: 10, strategy }));
    one.run(5 * SECOND);
    setImage(one, 'img:2');
    one.run(20 * SECOND);
    expect([byImage(one, 'img:1')!.spec.replicas, byImage(one, 'img:2')!.spec.replicas]).toEqual([8, 5]);
    change(one, { replicas: 15 });
    one.run(20.1 * SECOND);
    expect([byImage(one, 'img:1')!.spec.replicas, byImage(one, 'img:2')!.spec.replicas]).toEqual([11, 7]);
  });
});

describe('a paused Deployment', () => {
  it('does not roll out, but scales, and its deadline counts anew when it goes on (C7)', () => {
    const one = world();
    playKubelets(one, () => SECOND);
    one.apply(deploymentNamed('web', { replicas: 6 }));
    one.run(5 * SECOND);
    change(one, { paused: true });
    one.run(6 * SECOND);
    expect(progress(one)).toMatchObject({
      status: 'Unknown',
      reason: 'DeploymentPaused',
      message: 'Deployment is paused',
    });
    setImage(one, 'img:2');
    change(one, { replicas: 8 });
    one.run(60 * SECOND);
    expect(one.list('ReplicaSet').map(({ spec }) => spec.replicas)).toEqual([8]);
    expect(web(one).status).toMatchObject({ updatedReplicas: 0, availableReplicas: 8, observedGeneration: 4 });
    const seen: (string | undefined)[] = [];
    one.watchers.push(() => seen.push(progress(one)?.reason));
    change(one, { paused: false });
    one.run(90 * SECOND);
    expect(seen).toContain('DeploymentResumed');
    expect(byImage(one, 'img:2')!.spec.replicas).toBe(8);
    expect(progress(one)!.reason).toBe('NewReplicaSetAvailable');
  });

  it('stays reported as stuck when it was', () => {
    const one = world();
    playKubelets(one, () => undefined);
    one.apply(deploymentNamed('web', { replicas: 1, progressDeadlineSeconds: 5 }));
    one.run(20 * SECOND);
    expect(progress(one)!.reason).toBe('ProgressDeadlineExceeded');
    change(one, { paused: true });
    one.run(30 * SECOND);
    expect(progress(one)!.reason).toBe('ProgressDeadlineExceeded');
  });
});

describe('the history of a Deployment', () => {
  it('keeps as many old ReplicaSets as it may, the newest, once a rollout is complete', () => {
    const one = world();
    playKubelets(one, () => SECOND);
    one.apply(deploymentNamed('web', { replicas: 2, revisionHistoryLimit: 2 }));
    for (let i = 2; i <= 6; i++) {
      one.run(one.now + 30 * SECOND);
      setImage(one, `img:${i}`);
    }
    one.run(one.now + 30 * SECOND);
    expect(revisions(one)).toEqual({ 'img:4': '4', 'img:5': '5', 'img:6': '6' });
  });

  it('keeps what still has pods when a Deployment is paused in the middle of a rollout', () => {
    const one = world();
    playKubelets(one, (pod) => (pod.spec.containers[0]!.image === 'img:1' ? SECOND : undefined));
    one.apply(deploymentNamed('web', { replicas: 4, revisionHistoryLimit: 0 }));
    one.run(5 * SECOND);
    setImage(one, 'img:2');
    one.run(10 * SECOND);
    change(one, { paused: true });
    one.run(20 * SECOND);
    expect(byImage(one, 'img:1')!.spec.replicas).toBe(3);
  });

  it('uses the ReplicaSet of an earlier template again, under a new and highest revision', () => {
    const one = world();
    playKubelets(one, () => SECOND);
    one.apply(deploymentNamed('web', { replicas: 2 }));
    for (const image of ['img:2', 'img:1', 'img:2']) {
      one.run(one.now + 30 * SECOND);
      setImage(one, image);
    }
    one.run(one.now + 30 * SECOND);
    expect(revisions(one)).toEqual({ 'img:1': '3', 'img:2': '4' });
    expect(byImage(one, 'img:2')!.metadata.annotations[REVISION_HISTORY]).toBe('2');
    expect(web(one).metadata.annotations[REVISION]).toBe('4');
  });

  it('rolls back when an annotation asks for it, to the revision before or to a given one', () => {
    const one = world();
    playKubelets(one, () => SECOND);
    one.apply(deploymentNamed('web', { replicas: 2 }));
    for (const image of ['img:2', 'img:3']) {
      one.run(one.now + 30 * SECOND);
      setImage(one, image);
    }
    const rollBackTo = (revision: string): string => {
      one.run(one.now + 30 * SECOND);
      one.edit('Deployment', KEY, (d) => ({
        ...d,
        metadata: { ...d.metadata, annotations: { ...d.metadata.annotations, [ROLLBACK_TO]: revision } },
      }));
      one.run(one.now + 30 * SECOND);
      expect(web(one).metadata.annotations[ROLLBACK_TO]).toBeUndefined();
      return web(one).spec.template.spec.containers[0]!.image;
    };
    expect(rollBackTo('0')).toBe('img:2');
    expect(rollBackTo('1')).toBe('img:1');
    expect(rollBackTo('77')).toBe('img:1');
    expect(rollBackTo('5')).toBe('img:1');
    expect(
      one.events.filter(({ reason }) => reason.startsWith('DeploymentRollback')).map(({ reason }) => reason),
    ).toEqual([
      'DeploymentRollback',
      'DeploymentRollback',
      'DeploymentRollbackRevisionNotFound',
      'DeploymentRollbackTemplateUnchanged',
    ]);
    expect(web(one).spec.template.metadata.labels).toEqual({ app: 'web' });
  });
});

describe('when a ReplicaSet cannot be made', () => {
  it('counts a collision of hashes and finds another name', () => {
    const one = world();
    playKubelets(one, () => SECOND);
    const hash = podTemplateHash(completed(), undefined);
    one.apply(replicaSetNamed(`web-${hash}`, { replicas: 0, selector: { matchLabels: { app: 'other' } } }));
    one.apply(deploymentNamed('web', { replicas: 2 }));
    one.run(30 * SECOND);
    expect(web(one).status.collisionCount).toBe(1);
    expect(one.get('ReplicaSet', `default/web-${podTemplateHash(completed(), 1)}`)!.status.availableReplicas).toBe(2);
  });

  it('takes the one that its cache did not show yet', () => {
    let delay = 1_000;
    const one = world({ watchDelay: () => delay });
    one.apply(deploymentNamed('web', { replicas: 2 }));
    one.after(1_200, () => {
      delay = 3 * SECOND;
    });
    for (let i = 1; i < 20; i++) one.after(i * 100_000, () => one.enqueue(KEY));
    one.run();
    expect(one.list('ReplicaSet')).toHaveLength(1);
    expect(web(one).status.collisionCount).toBeUndefined();
  });

  it('says why, in a condition and an Event, and retries at most fifteen times', () => {
    const one = world({
      refuse: ({ verb }) => (verb === 'create' ? [403, 'Forbidden', 'replicasets are forbidden'] : undefined),
    });
    one.apply(deploymentNamed('web'));
    one.run(3_600 * SECOND);
    const name = `web-${podTemplateHash(completed(), undefined)}`;
    expect(progress(one)).toMatchObject({
      status: 'False',
      reason: 'ReplicaSetCreateError',
      message: `Failed to create new replica set "${name}": replicasets are forbidden`,
    });
    expect(one.events[0]).toMatchObject({ reason: 'ReplicaSetCreateError' });
    const attempts = one.sent.filter(({ request }) => request.verb === 'create').length;
    expect(attempts).toBeGreaterThanOrEqual(16);
    expect(attempts).toBeLessThan(25);
  });

  it('passes the failure of its ReplicaSet on, and takes it back', () => {
    let refuse = true;
    const one = world({
      refuse: (request) =>
        refuse && request.verb === 'create' && request.object.kind === 'Pod' ? [403, 'Forbidden', 'quota'] : undefined,
    });
    playKubelets(one, () => SECOND);
    one.apply(deploymentNamed('web', { replicas: 2 }));
    one.run(SECOND);
    expect(conditionOf(web(one).status.conditions, 'ReplicaFailure')).toMatchObject({
      status: 'True',
      reason: 'FailedCreate',
      message: 'quota',
    });
    refuse = false;
    one.run(60 * SECOND);
    expect(conditionOf(web(one).status.conditions, 'ReplicaFailure')).toBeUndefined();
  });
});

describe('a Deployment that is going away', () => {
  it('only keeps its status', () => {
    const one = world();
    playKubelets(one, () => SECOND);
    one.apply(deploymentNamed('web', { replicas: 2 }));
    one.run(5 * SECOND);
    one.edit('Deployment', KEY, (d) => ({
      ...d,
      metadata: { ...d.metadata, deletionTimestamp: one.now, finalizers: ['foregroundDeletion'] },
      spec: { ...d.spec, template: template('img:2'), replicas: 7 },
    }));
    one.run(20 * SECOND);
    expect(one.list('ReplicaSet').map(({ spec }) => spec.replicas)).toEqual([2]);
    expect(web(one).status.observedGeneration).toBe(2);
  });
});

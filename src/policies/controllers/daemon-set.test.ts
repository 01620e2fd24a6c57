import { describe, expect, it } from 'vitest';
import { ControllerWorld, SECOND, type WorldOptions } from '../../../test/doubles/controller-world.ts';
import {
  daemonSetNamed,
  meta,
  nodeNamed,
  playKubelets,
  setReady,
  template,
} from '../../../test/doubles/workload-objects.ts';
import type { DaemonSetSpec } from '../../sim/api/daemon-set.ts';
import type { Taint } from '../../sim/api/node.ts';
import { isPodActive, isPodReady, type Pod } from '../../sim/api/pod.ts';
import { daemonSet } from './daemon-set.ts';
import { targetNode } from './daemon-set/pod-of-node.ts';

const KEY = 'default/agent';

/** A set called agent on nodes n1, n2, …; pods become ready one second after their creation and take one to stop. */
function world(
  nodes: number,
  spec: Partial<DaemonSetSpec> = {},
  readyAfter: (pod: Pod) => number | undefined = () => SECOND,
  options: Partial<WorldOptions> = {},
): ControllerWorld {
  const made = new ControllerWorld({ controllers: [daemonSet()], ...options });
  playKubelets(made, readyAfter);
  for (let i = 1; i <= nodes; i++) made.apply(nodeNamed(`n${i}`));
  made.apply(daemonSetNamed('agent', spec));
  return made;
}

function change(of: ControllerWorld, spec: Partial<DaemonSetSpec>): void {
  of.edit('DaemonSet', KEY, (set) => ({ ...set, spec: { ...set.spec, ...spec } }));
}

function taint(of: ControllerWorld, node: string, ...taints: Taint[]): void {
  of.edit('Node', node, (one) => ({ ...one, spec: { ...one.spec, taints } }));
}

/** Node and image of every active pod, in order. */
function placed(of: ControllerWorld): string[] {
  return of
    .list('Pod')
    .filter(isPodActive)
    .map((pod) => `${targetNode(pod)} ${pod.spec.containers[0]!.image}`)
    .sort();
}

function statusOf(of: ControllerWorld) {
  return of.get('DaemonSet', KEY)!.status;
}

function rolling(maxUnavailable: number | string, maxSurge: number | string): Partial<DaemonSetSpec> {
  return { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable, maxSurge } } };
}

/** The most nodes without a ready pod, and the most that wait for a second one, until the world has run to `until`. */
function extremes(of: ControllerWorld, nodes: number, until: number): { unavailable: number; surging: number } {
  const worst = { unavailable: 0, surging: 0 };
  of.watchers.push(({ object }) => {
    if (object.kind !== 'Pod') return;
    const active = of.list('Pod').filter(isPodActive);
    const ready = active.filter(isPodReady);
    const waiting = active.filter(
      (pod) => !isPodReady(pod) && ready.some((one) => targetNode(one) === targetNode(pod)),
    );
    worst.unavailable = Math.max(worst.unavailable, nodes - new Set(ready.map(targetNode)).size);
    worst.surging = Math.max(worst.surging, waiting.length);
  });
  of.run(until);
  return worst;
}

describe('a DaemonSet', () => {
  it('puts one pod on every node, bound there by its affinity', () => {
    const one = world(3);
    one.run(10 * SECOND);
    expect(placed(one)).toEqual(['n1 img:1', 'n2 img:1', 'n3 img:1']);
    expect(statusOf(one)).toEqual({
      observedGeneration: 1,
      desiredNumberScheduled: 3,
      currentNumberScheduled: 3,
      numberMisscheduled: 0,
      numberReady: 3,
      updatedNumberScheduled: 3,
      numberAvailable: 3,
      numberUnavailable: 0,
      conditions: [],
    });
    const pod = one.list('Pod')[0]!;
    expect(pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution).toEqual({
      nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] }],
    });
    expect(pod.spec.tolerations!.map(({ key, effect }) => `${key} ${effect}`)).toEqual([
      'node.kubernetes.io/not-ready NoExecute',
      'node.kubernetes.io/unreachable NoExecute',
      'node.kubernetes.io/disk-pressure NoSchedule',
      'node.kubernetes.io/memory-pressure NoSchedule',
      'node.kubernetes.io/pid-pressure NoSchedule',
      'node.kubernetes.io/unschedulable NoSchedule',
    ]);
  });

  it('goes only where its template may go', () => {
    const labelled = template();
    const spec = { template: { ...labelled, spec: { ...labelled.spec, nodeSelector: { disk: 'ssd' } } } };
    const one = world(2, spec);
    one.apply(nodeNamed('n3', { disk: 'ssd' }));
    one.run(5 * SECOND);
    expect(placed(one)).toEqual(['n3 img:1']);
    one.edit('Node', 'n1', (node) => ({ ...node, metadata: { ...node.metadata, labels: { disk: 'ssd' } } }));
    one.edit('Node', 'n3', (node) => ({ ...node, metadata: { ...node.metadata, labels: {} } }));
    one.run(10 * SECOND);
    expect(placed(one)).toEqual(['n1 img:1']);
  });

  it('stays under NoSchedule, leaves under NoExecute, and cares for neither it tolerates', () => {
    const one = world(4);
    one.run(5 * SECOND);
    taint(one, 'n1', { key: 'dedicated', value: 'db', effect: 'NoSchedule' });
    taint(one, 'n2', { key: 'dedicated', value: 'db', effect: 'NoExecute' });
    taint(one, 'n3', { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' });
    taint(one, 'n4', { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' });
    one.run(10 * SECOND);
    expect(placed(one)).toEqual(['n1 img:1', 'n3 img:1', 'n4 img:1']);
    expect(statusOf(one)).toMatchObject({ desiredNumberScheduled: 2, numberMisscheduled: 1 });
  });

  it('counts a taint under which its pod may stay with the next sync only', () => {
    const one = world(2);
    one.run(5 * SECOND);
    taint(one, 'n1', { key: 'dedicated', value: 'db', effect: 'NoSchedule' });
    one.run(10 * SECOND);
    expect(statusOf(one)).toMatchObject({ desiredNumberScheduled: 2, numberMisscheduled: 0 });
    setReady(one, `default/${one.list('Pod')[1]!.metadata.name}`, false);
    one.run(15 * SECOND);
    expect(statusOf(one)).toMatchObject({ desiredNumberScheduled: 1, numberMisscheduled: 1 });
  });

  it('follows nodes that come', () => {
    const one = world(1);
    one.run(5 * SECOND);
    one.apply(nodeNamed('n2'));
    one.run(10 * SECOND);
    expect(placed(one)).toEqual(['n1 img:1', 'n2 img:1']);
  });

  it('takes away a pod that no node waits for any more', () => {
    const one = new ControllerWorld({ controllers: [daemonSet()] });
    for (const name of ['n1', 'n2']) one.apply(nodeNamed(name));
    one.apply(daemonSetNamed('agent'));
    one.run(SECOND);
    one.request({ verb: 'delete', kind: 'Node', key: 'n2' });
    one.edit('DaemonSet', KEY, (set) => ({ ...set, metadata: { ...set.metadata, annotations: { poke: '1' } } }));
    one.run(5 * SECOND);
    expect(placed(one)).toEqual(['n1 img:1']);
  });

  it('keeps the oldest of two pods on a node', () => {
    const one = world(1);
    one.run(5 * SECOND);
    const [pod] = one.list('Pod');
    one.apply({ ...pod!, metadata: { ...meta('agent-double'), labels: pod!.metadata.labels } });
    one.run(10 * SECOND);
    expect(one.list('Pod').map(({ metadata }) => metadata.name)).toEqual([pod!.metadata.name]);
  });

  it('replaces failed pods more and more slowly', () => {
    const one = world(1, {}, () => undefined);
    const gone: number[] = [];
    one.watchers.push(({ type, object }) => {
      if (object.kind !== 'Pod') return;
      if (type === 'DELETED') gone.push(Math.floor(one.now / SECOND));
      if (type !== 'ADDED') return;
      const key = `default/${object.metadata.name}`;
      one.after(100_000, () => one.edit('Pod', key, (pod) => ({ ...pod, status: { ...pod.status, phase: 'Failed' } })));
    });
    one.run(40 * SECOND);
    expect(gone).toEqual([0, 1, 3, 7, 15, 31]);
    expect(one.events.filter(({ reason }) => reason === 'FailedDaemonPod')).toHaveLength(6);
  });

  it('has one pod a node however far its caches lag', () => {
    const one = world(5, {}, () => SECOND, { watchDelay: () => 4 * SECOND });
    one.run(120 * SECOND);
    expect(one.sent.filter(({ request }) => request.verb === 'create' && request.object.kind === 'Pod')).toHaveLength(
      5,
    );
    expect(placed(one)).toHaveLength(5);
  });

  it('stops creating after a batch in which a creation failed, and goes on later', () => {
    let refused = 0;
    const one = world(8, {}, () => SECOND, {
      refuse: (request) =>
        request.verb === 'create' && request.object.kind === 'Pod' && refused++ === 2
          ? [403, 'Forbidden', 'exceeded quota']
          : undefined,
    });
    one.run(60_000);
    expect(one.events.filter(({ reason }) => reason === 'FailedCreate')).toEqual([
      { about: 'DaemonSet/agent', reason: 'FailedCreate', message: 'Error creating: exceeded quota' },
    ]);
    one.run(10 * SECOND);
    expect(placed(one)).toHaveLength(8);
  });
});

describe('the update of a DaemonSet', () => {
  it.each([
    [1, 0, { unavailable: 1, surging: 0 }],
    ['30%', 0, { unavailable: 2, surging: 0 }],
    [0, 2, { unavailable: 0, surging: 2 }],
    [0, '100%', { unavailable: 0, surging: 5 }],
  ])('stays within maxUnavailable %s and maxSurge %s', (maxUnavailable, maxSurge, expected) => {
    const one = world(5, rolling(maxUnavailable, maxSurge));
    one.run(10 * SECOND);
    change(one, { template: template('img:2') });
    expect(extremes(one, 5, 60 * SECOND)).toEqual(expected);
    expect(placed(one)).toEqual(['n1 img:2', 'n2 img:2', 'n3 img:2', 'n4 img:2', 'n5 img:2']);
    expect(statusOf(one)).toMatchObject({ updatedNumberScheduled: 5, numberAvailable: 5, observedGeneration: 2 });
  });

  it('replaces pods that are not available without counting them', () => {
    const one = world(4);
    one.run(5 * SECOND);
    for (const pod of one.list('Pod').slice(0, 3)) setReady(one, `default/${pod.metadata.name}`, false);
    one.run(6 * SECOND);
    change(one, { template: template('img:2') });
    one.run(6_500_000);
    expect(one.list('Pod').filter(isPodActive)).toHaveLength(0);
  });

  it('stands still when the new pods do not become ready', () => {
    const one = world(4, {}, (pod) => (pod.spec.containers[0]!.image === 'img:2' ? undefined : SECOND));
    one.run(5 * SECOND);
    change(one, { template: template('img:2') });
    one.run(60 * SECOND);
    expect(placed(one).filter((what) => what.endsWith('img:2'))).toHaveLength(1);
    expect(statusOf(one)).toMatchObject({ updatedNumberScheduled: 1, numberAvailable: 3 });
  });

  it('waits until new pods have been ready for minReadySeconds', () => {
    const one = world(2, { minReadySeconds: 10 });
    one.run(20 * SECOND);
    change(one, { template: template('img:2') });
    one.run(30 * SECOND);
    expect(placed(one).filter((what) => what.endsWith('img:2'))).toHaveLength(1);
    one.run(60 * SECOND);
    expect(placed(one)).toEqual(['n1 img:2', 'n2 img:2']);
    expect(statusOf(one).numberAvailable).toBe(2);
  });

  it('looks again minReadySeconds after a status that said ready, not when a pod has been ready for so long', () => {
    const seen: { readonly at: number; readonly ready: number; readonly available: number }[] = [];
    const one = world(1, { minReadySeconds: 3 }, () => 1.4 * SECOND);
    one.watchers.push(({ object }) => {
      if (object.kind !== 'DaemonSet') return;
      seen.push({ at: one.now, ready: object.status.numberReady, available: object.status.numberAvailable });
    });
    one.run(20 * SECOND);
    const readyAt = seen.find(({ ready }) => ready === 1)!.at;
    const availableAt = seen.find(({ available }) => available === 1)!.at;
    // The pod's condition says the whole second before it was ready: by that it would be available sooner.
    expect(availableAt - readyAt).toBeGreaterThanOrEqual(3 * SECOND);
    expect(availableAt - readyAt).toBeLessThan(3.1 * SECOND);
  });

  it('waits for somebody to delete pods with OnDelete', () => {
    const one = world(2, { updateStrategy: { type: 'OnDelete' } });
    one.run(5 * SECOND);
    change(one, { template: template('img:2') });
    one.run(20 * SECOND);
    expect(placed(one)).toEqual(['n1 img:1', 'n2 img:1']);
    const [pod] = one.list('Pod');
    one.request({ verb: 'delete', kind: 'Pod', key: `default/${pod!.metadata.name}` });
    one.run(30 * SECOND);
    expect(placed(one)).toEqual(['n1 img:2', 'n2 img:1']);
  });

  it('numbers its revisions, goes back to one by giving it the highest number, and keeps no more than it may', () => {
    const one = world(1, { revisionHistoryLimit: 1 });
    let at = 10 * SECOND;
    const to = (image: string): number[] => {
      change(one, { template: template(image) });
      one.run((at += 10 * SECOND));
      return one.list('ControllerRevision').map(({ revision }) => revision);
    };
    one.run(at);
    expect(to('img:2')).toEqual([1, 2]);
    expect(to('img:1')).toEqual([3, 2]);
    expect(to('img:3')).toEqual([3, 4]);
  });

  it('takes another name for a revision when its own is taken', () => {
    const free = world(1);
    free.run(5 * SECOND);
    const { name } = free.list('ControllerRevision')[0]!.metadata;
    const one = new ControllerWorld({ controllers: [daemonSet()] });
    one.apply(nodeNamed('n1'));
    one.apply({ kind: 'ControllerRevision', metadata: meta(name), data: { other: true }, revision: 1 });
    one.apply(daemonSetNamed('agent'));
    one.run(5 * SECOND);
    expect(statusOf(one).collisionCount).toBe(1);
    expect(one.list('ControllerRevision')).toHaveLength(2);
    expect(placed(one)).toEqual(['n1 img:1']);
  });
});

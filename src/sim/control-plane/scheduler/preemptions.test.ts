import { describe, expect, test } from 'vitest';
import { defaultPolicy, node, pod, SchedulerCluster, SECOND } from '../../../../test/doubles/scheduler-cluster.ts';
import { conditionOf } from '../../api/pod.ts';
import { CANCELLED, type PreBindSteps } from '../../policy-api/pre-bind.ts';
import type { PluginFactory, PodInfo } from '../../policy-api/scheduling.ts';
import { Code } from '../../policy-api/status.ts';

/** Holds the pods called `low…` at Permit for ten minutes. */
const hold: PluginFactory = () => ({
  name: 'Hold',
  permit: (_state: unknown, info: PodInfo) =>
    info.pod.metadata.name.startsWith('low')
      ? { status: { code: Code.Wait, reasons: [] }, timeoutMicros: 600 * SECOND }
      : undefined,
});

/** Waits ten minutes in PreBind for pods called `low…`; what it was resumed with is told. */
function slowPreBind(resumedWith: unknown[], minds = true): PluginFactory {
  return () => ({
    name: 'Slow',
    *preBind(_state: unknown, info: PodInfo): PreBindSteps {
      if (!info.pod.metadata.name.startsWith('low')) return undefined;
      const answer = yield 600 * SECOND;
      resumedWith.push(answer);
      return minds && answer?.ok === false ? { code: Code.Error, reasons: [answer.message] } : undefined;
    },
  });
}

function preempting(plugins: Record<string, PluginFactory>): SchedulerCluster {
  const cluster = new SchedulerCluster(defaultPolicy(plugins));
  cluster.create(node('n1', '2'));
  cluster.create(pod('low', '2', { priority: 1 }));
  cluster.settle(cluster.engine.now + 2 * SECOND);
  expect(cluster.pod('low')?.spec.nodeName).toBeUndefined();
  cluster.create(pod('high', '2', { priority: 100 }));
  cluster.settle(cluster.engine.now + SECOND);
  return cluster;
}

function scheduledCondition(cluster: SchedulerCluster, name: string) {
  return conditionOf(cluster.pod(name)!.status.conditions, 'PodScheduled');
}

describe('a victim that waits at Permit (sheet 6.6)', () => {
  test('is not deleted: it gives its place back and backs off as after an error', () => {
    const cluster = preempting({ Hold: hold });
    const { uid } = cluster.pod('high')!.metadata;
    expect(cluster.pod('low')?.metadata.deletionTimestamp).toBeUndefined();
    expect(scheduledCondition(cluster, 'low')).toMatchObject({
      status: 'False',
      reason: 'SchedulerError',
      message: 'waiting on permit for pod: preempted',
    });
    expect(conditionOf(cluster.pod('low')!.status.conditions, 'DisruptionTarget')).toBeUndefined();
    expect(cluster.events('Preempted')).toEqual([`Preempted by pod ${uid} on node n1 (in kube-scheduler memory).`]);
    expect(cluster.scheduler.heldCount).toBe(0);
    cluster.settle();
    expect(cluster.pod('high')?.spec.nodeName).toBe('n1');
    expect(cluster.pod('low')?.spec.nodeName).toBeUndefined();
  });
});

describe('a victim in PreBind (sheet 6.6)', () => {
  test('has its binding cancelled: the plugin learns of it at once', () => {
    const resumedWith: unknown[] = [];
    const cluster = preempting({ Slow: slowPreBind(resumedWith) });
    expect(resumedWith).toEqual([CANCELLED]);
    expect(scheduledCondition(cluster, 'low')).toMatchObject({
      reason: 'SchedulerError',
      message: 'running PreBind plugin "Slow": context canceled',
    });
    expect(cluster.events('Preempted')[0]).toMatch(/\(in kube-scheduler memory\)\.$/);
    cluster.settle();
    expect(cluster.pod('low')?.metadata.deletionTimestamp).toBeUndefined();
    expect(cluster.pod('high')?.spec.nodeName).toBe('n1');
  });

  test('is not bound where the plugin does not mind', () => {
    const cluster = preempting({ Slow: slowPreBind([], false) });
    expect(scheduledCondition(cluster, 'low')).toMatchObject({
      reason: 'SchedulerError',
      message: 'preempted by DefaultPreemption',
    });
    cluster.settle();
    expect(cluster.pod('high')?.spec.nodeName).toBe('n1');
  });
});

describe('victims on their node (sheet 6.6)', () => {
  test('are patched and deleted, the last one only when all others have been asked to go', () => {
    const cluster = new SchedulerCluster();
    cluster.create(node('n1', '3'));
    for (const name of ['low-1', 'low-2', 'low-3'])
      cluster.create(pod(name, '1', { priority: 1, terminationGracePeriodSeconds: 30 }));
    cluster.settle(cluster.engine.now + 2 * SECOND);
    const asked: string[] = [];
    const going: string[] = [];
    cluster.api.watch({
      kind: 'Pod',
      receive: ({ object }) => {
        if (object.kind !== 'Pod') return;
        const { name, deletionTimestamp } = object.metadata;
        const marked = conditionOf(object.status.conditions, 'DisruptionTarget')?.reason;
        if (marked === 'PreemptionByScheduler' && !asked.includes(name)) asked.push(name);
        if (deletionTimestamp !== undefined && !going.includes(name)) going.push(name);
      },
    });
    cluster.create(pod('high', '3', { priority: 100 }));
    cluster.settle(cluster.engine.now + SECOND);
    expect([...going].sort()).toEqual(['low-1', 'low-2', 'low-3']);
    expect(asked.at(-1)).toBe(going.at(-1));
    expect(cluster.events('Preempted')).toHaveLength(3);
    for (const text of cluster.events('Preempted')) expect(text).toMatch(/^Preempted by pod \S+ on node n1$/);
  });

  test('that are terminating already are asked nothing', () => {
    const cluster = new SchedulerCluster();
    cluster.create(node('n1', '2'));
    cluster.create(pod('low', '2', { priority: 1, terminationGracePeriodSeconds: 30 }));
    cluster.settle(cluster.engine.now + 2 * SECOND);
    cluster.client.send({ verb: 'delete', kind: 'Pod', key: 'default/low' }, () => undefined);
    cluster.settle(cluster.engine.now + SECOND);
    cluster.create(pod('high', '2', { priority: 100 }));
    cluster.settle(cluster.engine.now + 2 * SECOND);
    expect(cluster.events('Preempted')).toEqual([]);
    expect(cluster.pod('high')?.status.nominatedNodeName).toBe('n1');
  });

  test('nominations of lower priority on the node are cleared', () => {
    const cluster = new SchedulerCluster();
    cluster.create(node('n1', '2'));
    cluster.create(pod('low', '2', { priority: 1, terminationGracePeriodSeconds: 30 }));
    cluster.settle(cluster.engine.now + 2 * SECOND);
    cluster.create(pod('middle', '2', { priority: 50 }));
    cluster.settle(cluster.engine.now + 2 * SECOND);
    expect(cluster.pod('middle')?.status.nominatedNodeName).toBe('n1');
    cluster.create(pod('high', '2', { priority: 100 }));
    cluster.settle(cluster.engine.now + 2 * SECOND);
    expect(cluster.pod('high')?.status.nominatedNodeName).toBe('n1');
    expect(cluster.pod('middle')?.status.nominatedNodeName).toBeUndefined();
  });
});

describe('patience at Permit (sheet 1.7)', () => {
  test('is over after the shortest time-out that no plugin has answered, and the pod is tried again', () => {
    const waits = (name: string, seconds: number): PluginFactory => {
      return () => ({
        name,
        permit: () => ({ status: { code: Code.Wait, reasons: [] }, timeoutMicros: seconds * SECOND }),
      });
    };
    const cluster = new SchedulerCluster(defaultPolicy({ Long: waits('Long', 60), Short: waits('Short', 10) }));
    cluster.create(node('n1', '2'));
    cluster.create(pod('web', '1'));
    cluster.settle(cluster.engine.now + 9 * SECOND);
    expect(cluster.scheduler.heldCount).toBe(1);
    cluster.settle(cluster.engine.now + 2 * SECOND);
    expect(scheduledCondition(cluster, 'web')).toMatchObject({
      reason: 'Unschedulable',
      message: '0/1 nodes are available: 1 rejected due to timeout after waiting 10s at plugin Short.',
    });
  });
});

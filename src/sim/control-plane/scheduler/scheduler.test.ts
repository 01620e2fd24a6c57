import { expect, test } from 'vitest';
import {
  defaultPolicy,
  node,
  pod,
  SchedulerCluster as Cluster,
  SECOND,
} from '../../../../test/doubles/scheduler-cluster.ts';
import { readSchedulerConfiguration } from '../../../policies/scheduling/configuration/read-configuration.ts';
import { kubeScheduler } from '../../../policies/scheduling/kube-scheduler.ts';
import { conditionOf, type Pod } from '../../api/pod.ts';
import type { PluginFactory } from '../../policy-api/scheduling.ts';
import { Code } from '../../policy-api/status.ts';

test('a pod is bound to a node, with the Event that says so', () => {
  const cluster = new Cluster();
  cluster.create(node('n1', '4'));
  cluster.create(pod('web', '1'));
  cluster.settle();
  expect(cluster.pod('web')?.spec.nodeName).toBe('n1');
  expect(cluster.events('Scheduled')).toEqual(['Successfully assigned default/web to n1']);
  expect(cluster.attempts.map(({ result, nodeName, attempts }) => ({ result, nodeName, attempts }))).toEqual([
    { result: 'scheduled', nodeName: 'n1', attempts: 1 },
  ]);
});

/** When each of four pods was bound and told of, in microseconds, under a configuration's `clientConnection`. */
function bindingsUnder(clientConnection: object | undefined): { bound: number[]; told: number[] } {
  const raw = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration', clientConnection };
  const cluster = new Cluster(kubeScheduler(readSchedulerConfiguration(raw, () => {})!));
  const times = { bound: [] as number[], told: [] as number[] };
  cluster.create(node('n1', '64'));
  cluster.settle();
  const begun = cluster.engine.now;
  const at = (): number => cluster.engine.now - begun;
  cluster.api.watch({
    kind: 'Pod',
    receive: (change) => {
      if (change.type === 'MODIFIED' && (change.object as Pod).spec.nodeName !== undefined) times.bound.push(at());
    },
  });
  cluster.api.watch({ kind: 'Event', receive: () => times.told.push(at()) });
  for (const name of ['a', 'b', 'c', 'd']) cluster.create(pod(name, '1'));
  cluster.settle();
  return times;
}

test('clientConnection of the configuration is the token bucket of bindings, and another of the same size that of Events', () => {
  const limited = bindingsUnder({ qps: 2, burst: 1 });
  const gaps = (times: readonly number[]): number[] => times.slice(1).map((time, i) => time - times[i]!);
  expect(limited.bound).toHaveLength(4);
  expect(limited.told).toHaveLength(4);
  for (const gap of [...gaps(limited.bound), ...gaps(limited.told)]) expect(gap).toBeGreaterThan(SECOND / 3);
  // An Event is not kept waiting by the bindings: its bucket is its own.
  expect(limited.told[3]! - limited.bound[3]!).toBeLessThan(SECOND / 10);
  for (const unlimited of [undefined, { qps: -1 }, { qps: 1000, burst: 1000 }]) {
    expect(bindingsUnder(unlimited).bound[3]).toBeLessThan(SECOND / 10);
  }
});

test('pods that do not fit wait without retries, and the first free place is taken', () => {
  const cluster = new Cluster();
  cluster.create(node('n1', '2'));
  cluster.settle();
  for (const name of ['a', 'b', 'c', 'd']) cluster.create(pod(name, '1'));
  cluster.settle();
  expect(cluster.scheduler.queue.unschedulableCount).toBe(2);
  expect(cluster.attempts.length).toBe(4);
  const named = (result: string): string[] =>
    cluster.attempts.filter((attempt) => attempt.result === result).map((attempt) => attempt.pod.metadata.name);
  const [first, second] = named('unschedulable');
  expect(conditionOf(cluster.pod(first!)!.status.conditions, 'PodScheduled')).toMatchObject({
    status: 'False',
    reason: 'Unschedulable',
    message: expect.stringMatching(/^0\/1 nodes are available: 1 Insufficient cpu\. no new claims to deallocate, /),
  });
  expect(cluster.events('FailedScheduling')).toHaveLength(2);
  cluster.settle(cluster.engine.now + 120 * SECOND);
  expect(cluster.attempts.length).toBe(4);
  cluster.delete(named('scheduled')[0]!);
  cluster.settle();
  expect(cluster.pod(first!)?.spec.nodeName).toBe('n1');
  expect(cluster.pod(second!)?.spec.nodeName).toBeUndefined();
  expect(cluster.scheduler.queue.unschedulableCount).toBe(1);
});

test('without nodes a pod backs off as after an error, and the run is quiescent', () => {
  const cluster = new Cluster();
  cluster.create(pod('web', '1'));
  expect(cluster.engine.run({ until: 3_600 * SECOND })).toBe('quiescent');
  expect(cluster.attempts[0]).toMatchObject({ result: 'error', message: 'no nodes available to schedule pods' });
  cluster.create(node('n1', '4'));
  cluster.settle();
  expect(cluster.pod('web')?.spec.nodeName).toBe('n1');
});

test('a binding that fails gives the place back, and the pod is tried again', () => {
  const cluster = new Cluster();
  cluster.create(node('n1', '1'));
  cluster.settle();
  cluster.create(pod('web', '1'));
  let failures = 0;
  // While the scheduler decides, the pod is deleted, and made anew: the binding meets nobody, or another uid.
  cluster.scheduler.onAttempt = (attempt) => {
    cluster.attempts.push(attempt);
    if (failures++ > 0) return;
    const { uid } = attempt.pod.metadata;
    cluster.client.send({ verb: 'delete', kind: 'Pod', key: 'default/web', uid, gracePeriodSeconds: 0 }, () =>
      cluster.create(pod('web', '1')),
    );
  };
  cluster.settle();
  expect(cluster.pod('web')?.spec.nodeName).toBe('n1');
  expect(cluster.scheduler.policy.isAssumed(cluster.pod('web')!.metadata.uid)).toBe(false);
  expect(cluster.attempts.filter(({ result }) => result === 'scheduled')).toHaveLength(2);
});

test('preemption evicts, waits for the victim to go, and takes the nominated node', () => {
  const cluster = new Cluster();
  cluster.create(node('n1', '2'));
  cluster.create(pod('low', '2', { priority: 1 }));
  cluster.settle();
  cluster.create(pod('high', '2', { priority: 100 }));
  cluster.settle();
  expect(cluster.pod('low')).toBeUndefined();
  expect(cluster.pod('high')?.spec.nodeName).toBe('n1');
  expect(cluster.pod('high')?.status.nominatedNodeName).toBeUndefined();
  expect(cluster.events('Preempted')).toHaveLength(1);
  expect(cluster.attempts.map(({ pod: { metadata }, result }) => `${metadata.name} ${result}`)).toEqual([
    'low scheduled',
    'high unschedulable',
    'high scheduled',
  ]);
});

test('a Permit plugin holds a pod until it allows it, or time is up', () => {
  let allow: (() => void) | undefined;
  const gate: PluginFactory = (_args, handle) => ({
    name: 'Hold',
    permit: (_state: unknown, info: { pod: Pod }) => {
      allow = () => {
        for (const waiting of handle.waitingPods!()) waiting.allow('Hold');
      };
      return info.pod.metadata.name === 'held'
        ? { status: { code: Code.Wait, reasons: [] }, timeoutMicros: 10 * SECOND }
        : undefined;
    },
  });
  const cluster = new Cluster(defaultPolicy({ Hold: gate }));
  cluster.create(node('n1', '4'));
  cluster.create(pod('held', '1'));
  cluster.settle(cluster.engine.now + 2 * SECOND);
  expect(cluster.pod('held')?.spec.nodeName).toBeUndefined();
  expect(cluster.scheduler.heldCount).toBe(1);
  allow!();
  cluster.settle();
  expect(cluster.pod('held')?.spec.nodeName).toBe('n1');

  cluster.create(pod('other', '1'));
  cluster.settle();
  expect(cluster.pod('other')?.spec.nodeName).toBe('n1');
});

test('a Permit plugin that refuses is told of with the one node it was asked about', () => {
  const no: PluginFactory = () => ({
    name: 'No',
    permit: () => ({ status: { code: Code.Unschedulable, reasons: ['not today'] }, timeoutMicros: 0 }),
  });
  const cluster = new Cluster(defaultPolicy({ No: no }));
  for (const name of ['n1', 'n2']) cluster.create(node(name, '4'));
  cluster.create(pod('web', '1'));
  cluster.settle(cluster.engine.now + SECOND);
  expect(cluster.events('FailedScheduling')[0]).toBe('0/1 nodes are available: 1 not today.');
});

test('a pod of another scheduler is left alone, but counted once it has a node', () => {
  const cluster = new Cluster();
  cluster.create(node('n1', '2'));
  cluster.settle();
  cluster.create(pod('theirs', '2', { schedulerName: 'other', nodeName: 'n1' }));
  cluster.create(pod('waiting', '2', { schedulerName: 'other' }));
  cluster.create(pod('ours', '1'));
  cluster.settle();
  expect(cluster.attempts.map(({ pod: { metadata } }) => metadata.name)).toEqual(['ours']);
  expect(cluster.attempts[0]?.result).toBe('unschedulable');
});

test('a gated pod waits for its gates alone', () => {
  const cluster = new Cluster();
  cluster.create(node('n1', '2'));
  cluster.create(pod('gated', '1', { schedulingGates: [{ name: 'example.com/wait' }] }));
  cluster.settle();
  expect(cluster.scheduler.queue.gatedCount).toBe(1);
  expect(cluster.attempts).toEqual([]);
});

import { expect, test } from 'vitest';
import {
  defaultSchedulerConfiguration,
  readSchedulerConfiguration,
} from '../../../policies/scheduling/configuration/read-configuration.ts';
import { kubeScheduler } from '../../../policies/scheduling/kube-scheduler.ts';
import { IN_TREE_PLUGINS } from '../../../policies/scheduling/registry.ts';
import type { ApiObject } from '../../api/kinds.ts';
import { NO_LABELS } from '../../api/meta.ts';
import type { Node } from '../../api/node.ts';
import { conditionOf, type Pod, type PodSpec } from '../../api/pod.ts';
import { Engine } from '../../engine/engine.ts';
import { DEFAULT_PARAMETERS } from '../../parameters.ts';
import type { ClientRateLimit } from '../../api/request.ts';
import type { SchedulingPolicyFactory } from '../../policy-api/scheduler.ts';
import type { PluginFactory } from '../../policy-api/scheduling.ts';
import { Code } from '../../policy-api/status.ts';
import { SimulatedApiServer } from '../api-server/api-server.ts';
import { EventBroadcaster } from '../event-recorder.ts';
import type { SchedulingAttempt } from './attempt.ts';
import { Scheduler } from './scheduler.ts';

const SECOND = 1_000_000;

function meta(name: string, namespace: string): Node['metadata'] {
  return {
    name,
    namespace,
    uid: '',
    resourceVersion: 0,
    generation: 0,
    creationTimestamp: 0,
    labels: NO_LABELS,
    annotations: NO_LABELS,
    ownerReferences: [],
    finalizers: [],
  };
}

function node(name: string, cpu: string, more: Partial<Node['spec']> = {}): Node {
  const resources = { cpu, memory: '64Gi', pods: '110' };
  return {
    kind: 'Node',
    metadata: meta(name, ''),
    spec: more,
    status: { capacity: resources, allocatable: resources, conditions: [] },
  };
}

function pod(name: string, cpu: string, more: Partial<PodSpec> = {}): Pod {
  return {
    kind: 'Pod',
    metadata: meta(name, 'default'),
    spec: {
      containers: [{ name: 'c', image: 'app:v1', resources: { requests: { cpu, memory: '1Gi' } } }],
      terminationGracePeriodSeconds: 0,
      ...more,
    },
    status: { phase: 'Pending', conditions: [] },
  };
}

/** A cluster of API server and scheduler alone: pods that are bound stay as they are. */
class Cluster {
  readonly engine = new Engine({ seed: 'scheduler-test' });
  readonly api = new SimulatedApiServer(this.engine, DEFAULT_PARAMETERS);
  readonly client = this.api.client('test', undefined);
  readonly attempts: SchedulingAttempt[] = [];
  readonly scheduler: Scheduler;

  constructor(policy: SchedulingPolicyFactory = defaultPolicy()) {
    const { engine, api } = this;
    const recorder = (limit: ClientRateLimit | undefined): EventBroadcaster =>
      new EventBroadcaster(engine, api.client('events', limit), 'default-scheduler', true);
    const parameters = {
      ...DEFAULT_PARAMETERS,
      scheduler: { cycle: { kind: 'constant', value: 2_000 }, cyclePerNode: 0, client: undefined },
    } as const;
    this.scheduler = new Scheduler({ engine, api, recorder, parameters, policy });
    this.scheduler.onAttempt = (attempt) => this.attempts.push(attempt);
    this.create({
      kind: 'Namespace',
      metadata: meta('default', ''),
      status: { phase: 'Active' },
    });
    this.settle();
  }

  /** Nodes are there at once and untainted: nobody here would look at a new one's conditions and take its taint away. */
  create(object: ApiObject): void {
    if (object.kind === 'Node') {
      this.api.install(object);
      return;
    }
    this.client.send({ verb: 'create', object }, (response) => {
      if (!response.ok) throw new Error(response.message);
    });
  }

  delete(name: string): void {
    this.client.send({ verb: 'delete', kind: 'Pod', key: `default/${name}`, gracePeriodSeconds: 0 }, () => undefined);
  }

  settle(until = this.engine.now + 20 * SECOND): void {
    this.engine.run({ until });
  }

  pod(name: string): Pod | undefined {
    return this.api.store.get('Pod', `default/${name}`);
  }

  events(reason: string): string[] {
    return [...this.api.store.values('Event')].filter((event) => event.reason === reason).map((event) => event.message);
  }
}

function defaultPolicy(more: Record<string, PluginFactory> = {}): SchedulingPolicyFactory {
  const configuration = defaultSchedulerConfiguration();
  const registry = new Map([...IN_TREE_PLUGINS, ...Object.entries(more)]);
  const profiles = configuration.profiles.map((profile) => {
    const { multiPoint } = profile.plugins;
    const extra = Object.keys(more).map((name) => ({ name, weight: 0 }));
    return {
      ...profile,
      plugins: { ...profile.plugins, multiPoint: { ...multiPoint, enabled: [...multiPoint.enabled, ...extra] } },
    };
  });
  return kubeScheduler({ ...configuration, profiles }, { registry });
}

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

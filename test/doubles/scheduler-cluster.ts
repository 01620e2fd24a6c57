import { defaultSchedulerConfiguration } from '../../src/policies/scheduling/configuration/read-configuration.ts';
import { kubeScheduler } from '../../src/policies/scheduling/kube-scheduler.ts';
import { IN_TREE_PLUGINS } from '../../src/policies/scheduling/registry.ts';
import type { ApiObject } from '../../src/sim/api/kinds.ts';
import { NO_LABELS } from '../../src/sim/api/meta.ts';
import type { Node } from '../../src/sim/api/node.ts';
import type { Pod, PodSpec } from '../../src/sim/api/pod.ts';
import { Engine } from '../../src/sim/engine/engine.ts';
import { DEFAULT_PARAMETERS } from '../../src/sim/default-parameters.ts';
import type { ClientRateLimit } from '../../src/sim/api/request.ts';
import type { SchedulingPolicyFactory } from '../../src/sim/policy-api/scheduler.ts';
import type { PluginFactory } from '../../src/sim/policy-api/scheduling.ts';
import { SimulatedApiServer } from '../../src/sim/control-plane/api-server/api-server.ts';
import { EventBroadcaster } from '../../src/sim/control-plane/event-recorder.ts';
import type { SchedulingAttempt } from '../../src/sim/control-plane/scheduler/attempt.ts';
import { Scheduler } from '../../src/sim/control-plane/scheduler/scheduler.ts';

export const SECOND = 1_000_000;

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

export function node(name: string, cpu: string, more: Partial<Node['spec']> = {}): Node {
  const resources = { cpu, memory: '64Gi', pods: '110' };
  return {
    kind: 'Node',
    metadata: meta(name, ''),
    spec: more,
    status: { capacity: resources, allocatable: resources, conditions: [] },
  };
}

export function pod(name: string, cpu: string, more: Partial<PodSpec> = {}): Pod {
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
export class SchedulerCluster {
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

/** kube-scheduler as it is, with further plugins at every point that they have. */
export function defaultPolicy(more: Record<string, PluginFactory> = {}): SchedulingPolicyFactory {
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

import type { Kind } from '../../src/sim/api/kinds.ts';
import { keyOf, type Kinds } from '../../src/sim/api/kinds.ts';
import type { Node, NodeSpec } from '../../src/sim/api/node.ts';
import type { Pod, PodSpec, PodStatus } from '../../src/sim/api/pod.ts';
import type { PodDisruptionBudget } from '../../src/sim/api/policy.ts';
import type { ListedKinds, Lister, PluginFactory, RandomStream } from '../../src/sim/policy-api/scheduling.ts';
import type { SchedulerHost, SchedulingDecision, SchedulingPolicyFactory } from '../../src/sim/policy-api/scheduler.ts';
import { readSchedulerConfiguration } from '../../src/policies/scheduling/configuration/read-configuration.ts';
import type { FrameworkPolicy } from '../../src/policies/scheduling/framework/scheduling-policy.ts';
import { kubeScheduler } from '../../src/policies/scheduling/kube-scheduler.ts';
import { IN_TREE_PLUGINS } from '../../src/policies/scheduling/registry.ts';
import { meta, POD_SPEC } from './objects.ts';

/** Draws 0 always: what the recordings of kube-scheduler are pinned to. */
export const NO_CHANCE: RandomStream = { next: () => 0, below: () => 0 };

export interface NodeWish {
  readonly cpu?: string;
  readonly memory?: string;
  readonly pods?: string;
  readonly more?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec?: NodeSpec;
}

export interface PodWish {
  readonly cpu?: string;
  readonly priority?: number;
  readonly node?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly namespace?: string;
  readonly hostPort?: number;
  readonly spec?: Partial<PodSpec>;
  readonly status?: Partial<PodStatus>;
  readonly deletionTimestamp?: number;
}

export function nodeOf(name: string, wish: NodeWish = {}): Node {
  const { cpu = '4', memory = '16Gi', pods = '110', labels = {}, spec = {}, more = {} } = wish;
  const resources = { cpu, memory, pods, ...more };
  return {
    kind: 'Node',
    metadata: meta({ name, namespace: '', uid: `uid-${name}`, labels: { 'kubernetes.io/hostname': name, ...labels } }),
    spec,
    status: { capacity: resources, allocatable: resources, conditions: [] },
  };
}

export function podOf(name: string, wish: PodWish = {}): Pod {
  const { cpu, priority, node, labels = {}, namespace = 'default', hostPort, deletionTimestamp } = wish;
  const container = {
    name: 'main',
    image: 'app:v1',
    ...(cpu === undefined ? {} : { resources: { requests: { cpu } } }),
    ...(hostPort === undefined ? {} : { ports: [{ containerPort: hostPort, hostPort }] }),
  };
  return {
    kind: 'Pod',
    metadata: meta({ name, namespace, uid: `uid-${name}`, labels, deletionTimestamp }),
    spec: {
      ...POD_SPEC,
      containers: [container],
      ...(priority === undefined ? {} : { priority }),
      ...(node === undefined ? {} : { nodeName: node }),
      ...wish.spec,
    },
    status: { phase: 'Pending', conditions: [], ...wish.status },
  };
}

export function budgetOf(
  name: string,
  disruptionsAllowed: number,
  matchLabels: Readonly<Record<string, string>>,
  more: Partial<PodDisruptionBudget['status']> & { readonly namespace?: string } = {},
): PodDisruptionBudget {
  const { namespace = 'default', ...status } = more;
  return {
    kind: 'PodDisruptionBudget',
    metadata: meta({ name, namespace, uid: `uid-${name}` }),
    spec: { selector: { matchLabels } },
    status: {
      observedGeneration: 1,
      disruptionsAllowed,
      currentHealthy: 1,
      desiredHealthy: 1,
      expectedPods: 1,
      ...status,
    },
  };
}

export interface WorldOptions {
  /** Members of a KubeSchedulerConfiguration besides apiVersion and kind. */
  readonly configuration?: object;
  readonly plugins?: ReadonlyMap<string, PluginFactory>;
  readonly random?: RandomStream;
  /** A scheduler in place of kube-scheduler with this configuration. */
  readonly scheduler?: SchedulingPolicyFactory;
}

/** A scheduler and a cluster around it, without a clock, a queue or an API server. */
export class SchedulingWorld {
  readonly policy: FrameworkPolicy;
  now = 0;
  readonly preempting = new Set<string>();
  readonly #objects = new Map<string, Map<string, unknown>>();

  constructor(options: WorldOptions = {}) {
    const { plugins = new Map<string, PluginFactory>(), random = NO_CHANCE } = options;
    const host: SchedulerHost = {
      now: () => this.now,
      lister: (kind) => this.#lister(kind),
      random: () => random,
      isPreempting: (uid) => this.preempting.has(uid),
      waitingPods: () => [],
      activate: () => {},
    };
    if (options.scheduler !== undefined) {
      this.policy = options.scheduler(host) as FrameworkPolicy;
      return;
    }
    const configuration = readSchedulerConfiguration(
      {
        apiVersion: 'kubescheduler.config.k8s.io/v1',
        kind: 'KubeSchedulerConfiguration',
        ...options.configuration,
      },
      ({ severity, message }) => {
        if (severity === 'error') throw new Error(message);
      },
      { ownPlugins: plugins.keys() },
    )!;
    const registry = new Map([...IN_TREE_PLUGINS, ...plugins]);
    this.policy = kubeScheduler(configuration, { registry })(host) as FrameworkPolicy;
  }

  #kind(kind: string): Map<string, unknown> {
    let objects = this.#objects.get(kind);
    if (objects === undefined) this.#objects.set(kind, (objects = new Map()));
    return objects;
  }

  #lister<K extends keyof ListedKinds>(kind: K): Lister<K> {
    const objects = this.#kind(kind) as Map<string, ListedKinds[K]>;
    return {
      get: (key) => objects.get(key),
      list: (namespace) =>
        [...objects.values()].filter((object) => namespace === undefined || object.metadata.namespace === namespace),
    };
  }

  /** Any object that plugins list. */
  add(...objects: readonly Kinds[Kind][]): this {
    for (const object of objects) this.#kind(object.kind).set(keyOf(object), object);
    return this;
  }

  node(name: string, wish: NodeWish = {}): Node {
    const node = nodeOf(name, wish);
    this.add(node);
    this.policy.setNode(node);
    return node;
  }

  /** A pod that has a node is in the scheduler's cache; one that has none is only known to the lister. */
  pod(name: string, wish: PodWish = {}): Pod {
    const pod = podOf(name, wish);
    this.add(pod);
    if (wish.node !== undefined) this.policy.setPod(pod);
    return pod;
  }

  decide(pod: Pod): SchedulingDecision {
    return this.policy.decide(pod);
  }

  /** Decides, and lets the pod run where it was put. The node's name, or why there is none. */
  place(pod: Pod): string {
    const decision = this.decide(pod);
    if (decision.kind !== 'node') return decision.message;
    decision.steps.reserve();
    this.policy.assume(pod, decision.nodeName);
    const bound = { ...pod, spec: { ...pod.spec, nodeName: decision.nodeName } };
    this.add(bound);
    this.policy.setPod(bound);
    return decision.nodeName;
  }

  /** What a preemption for the pod came to: `node: victim victim`, or the message. */
  preempt(pod: Pod): string {
    const decision = this.decide(pod);
    if (decision.kind !== 'unschedulable')
      throw new Error(`expected no room for ${pod.metadata.name}, got ${decision.kind}`);
    if (decision.victims.length === 0) return decision.message.split('preemption: ')[1] ?? decision.message;
    return `${decision.nominatedNodeName}: ${decision.victims.map((victim) => victim.metadata.name).join(' ')}`;
  }
}

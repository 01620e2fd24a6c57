import type { Node } from '../../../sim/api/node.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { DecisionExplanation } from '../../../sim/policy-api/explanation.ts';
import type {
  SchedulerHost,
  SchedulingDecision,
  SchedulingPolicy,
  SchedulingPolicyFactory,
} from '../../../sim/policy-api/scheduler.ts';
import type {
  ClusterEventHint,
  EnqueueExtensions,
  Plugin,
  PluginHandle,
  PreEnqueuePlugin,
  ProfileHints,
} from '../../../sim/policy-api/scheduling.ts';
import { Code, isRejection } from '../../../sim/policy-api/status.ts';
import { ColumnPath } from '../columns/column-path.ts';
import { SchedulerCache } from './cache.ts';
import { explainDecision } from './explain.ts';
import { CycleScratch } from './cycle-state.ts';
import type { ProfilePlugins } from './extension-points.ts';
import { statusMessage } from './fit-error.ts';
import { Framework } from './framework.ts';
import { Nominator } from './nominator.ts';
import { podInfoOf, type PodFacts } from './pod-info.ts';
import { SpecTable } from './spec-table.ts';
import { PlacedPod, unschedulableDecision } from './decisions.ts';
import { schedulePod } from './schedule-pod.ts';

/** A profile as far as it is known before its plugins exist. */
export interface ProfileSpec {
  readonly schedulerName: string;
  /** 0: adaptive. */
  readonly percentageOfNodesToScore: number;
  build(handleOf: (plugin: string) => PluginHandle): ProfilePlugins;
}

export interface FrameworkPolicyOptions {
  readonly featureGates: Readonly<Record<string, boolean>>;
  /** Default: `columns`. */
  readonly form?: 'plain' | 'columns';
  /** How many nodes a search must want before it goes by stretches of nodes; for tests. */
  readonly treeFrom?: number | undefined;
  /** For how many kinds of pods, at least, what is known of one serves all that are written alike; for tests. */
  readonly sharedSpecs?: number | undefined;
  readonly initialBackoffMicros: number;
  readonly maxBackoffMicros: number;
  readonly client?: SchedulingPolicy['client'];
}

const EVERY_EVENT: readonly ClusterEventHint[] = [{ events: ['*'] }];

/** kube-scheduler as a policy: profiles over one cache, one snapshot and one search cursor. */
export function frameworkPolicy(
  profiles: readonly ProfileSpec[],
  options: FrameworkPolicyOptions,
): SchedulingPolicyFactory {
  return (host) => new FrameworkPolicy(profiles, options, host);
}

export class FrameworkPolicy implements SchedulingPolicy {
  readonly schedulerNames: readonly string[];
  readonly hints: readonly ProfileHints[];
  readonly backoff: SchedulingPolicy['backoff'];
  readonly client: SchedulingPolicy['client'];
  readonly cache = new SchedulerCache();
  readonly nominator = new Nominator();
  readonly cursor = { nextStartNodeIndex: 0 };
  readonly #frameworks = new Map<string, Framework>();
  readonly #first: Framework;
  /** Absent: every pod goes the plain way. */
  readonly #columns: ColumnPath | undefined;
  readonly #specs: SpecTable;
  #lastInfo: PodFacts | undefined;

  constructor(profiles: readonly ProfileSpec[], options: FrameworkPolicyOptions, host: SchedulerHost) {
    this.#specs = new SpecTable(options.sharedSpecs);
    const context = {
      snapshot: this.cache.snapshot,
      nominator: this.nominator,
      lister: host.lister.bind(host),
      now: () => host.now(),
      featureGates: options.featureGates,
      random: (plugin: string) => host.random(plugin),
      isPreempting: (uid: string) => host.isPreempting(uid),
      waitingPods: () => host.waitingPods(),
      activate: (pods: readonly Pod[]) => host.activate(pods),
    };
    for (const profile of profiles) {
      this.#frameworks.set(
        profile.schedulerName,
        new Framework(profile, context, (handleOf) => profile.build(handleOf)),
      );
    }
    if (options.form !== 'plain') {
      const frameworks = [...this.#frameworks.values()];
      this.#columns = new ColumnPath(this.cache, this.nominator, this.cursor, frameworks, options.treeFrom);
    }
    this.#first = [...this.#frameworks.values()][0]!;
    this.schedulerNames = [...this.#frameworks.keys()];
    this.hints = [...this.#frameworks.values()].map(profileHints);
    this.client = options.client;
    this.backoff = { initialMicros: options.initialBackoffMicros, maxMicros: options.maxBackoffMicros };
  }

  /** The profile that schedules a pod. Queued pods always have one. */
  frameworkFor(pod: Pod): Framework {
    const framework = this.#frameworks.get(pod.spec.schedulerName ?? 'default-scheduler');
    if (framework === undefined) throw new RangeError(`no profile is called ${pod.spec.schedulerName}`);
    return framework;
  }

  get nodeCount(): number {
    return this.cache.nodeCount;
  }

  compare(a: { pod: Pod; enqueuedAt: number }, b: { pod: Pod; enqueuedAt: number }): number {
    return this.#first.plugins.queueSort.compare(a, b);
  }

  preEnqueue(pod: Pod, first: string | undefined): string | undefined {
    const { preEnqueue } = this.frameworkFor(pod).plugins;
    if (first !== undefined) {
      for (const plugin of preEnqueue) if (plugin.name === first && refuses(plugin, pod)) return first;
    }
    for (const plugin of preEnqueue) if (plugin.name !== first && refuses(plugin, pod)) return plugin.name;
    return undefined;
  }

  setNode(node: Node): void {
    this.cache.updateNode(node);
  }

  removeNode(name: string): void {
    this.cache.removeNode(name);
  }

  setPod(pod: Pod): void {
    this.cache.addPod(podInfoOf(pod, this.cache.podOf(pod.metadata.uid), this.#specs), pod.spec.nodeName!);
  }

  removePod(uid: string): void {
    this.cache.removePod(uid);
  }

  assume(pod: Pod, nodeName: string): void {
    this.cache.addPod(this.#infoOf(pod), nodeName, true);
    if (this.nominator.size > 0) this.nominator.delete(pod.metadata.uid);
  }

  /** A pod is decided on and then assumed: what was derived for the one serves the other. */
  #infoOf(pod: Pod): PodFacts {
    if (this.#lastInfo?.pod === pod) return this.#lastInfo;
    return (this.#lastInfo = podInfoOf(pod, undefined, this.#specs));
  }

  isAssumed(uid: string): boolean {
    return this.cache.isAssumed(uid);
  }

  nominate(pod: Pod, nodeName: string): void {
    this.nominator.add(podInfoOf(pod, undefined, this.#specs), nodeName);
  }

  denominate(uid: string): void {
    this.nominator.delete(uid);
  }

  nominatedNode(uid: string): string | undefined {
    return this.nominator.nodeOf(uid);
  }

  nominatedPods(nodeName: string): readonly Pod[] {
    return this.nominator.podsOn(nodeName).map((info) => info.pod);
  }

  explain(pod: Pod): DecisionExplanation {
    return explainDecision(
      this.frameworkFor(pod),
      this.cache.refresh(),
      this.cursor,
      podInfoOf(pod, undefined, this.#specs),
    );
  }

  decide(pod: Pod): SchedulingDecision {
    const framework = this.frameworkFor(pod);
    const snapshot = this.cache.refresh();
    const state = new CycleScratch();
    const info = this.#infoOf(pod);
    const decision = this.#columns?.decide(framework, state, info);
    if (decision !== undefined) return decision;
    const result = schedulePod(framework, snapshot, this.cursor, state, info);
    switch (result.kind) {
      case 'scheduled': {
        const steps = new PlacedPod(framework, state, info, result.node.name);
        return { kind: 'node', nodeName: result.node.name, evaluated: result.evaluated, steps };
      }
      case 'error':
        return {
          kind: 'error',
          message: statusMessage(result.status),
          evaluated: snapshot.nodes.length,
          ...(isRejection(result.status) ? { isRejection: true } : {}),
        };
      case 'unschedulable': {
        return unschedulableDecision(framework, snapshot, state, info, result.diagnosis);
      }
    }
  }
}

function refuses(plugin: PreEnqueuePlugin, pod: Pod): boolean {
  const status = plugin.preEnqueue(pod);
  return status !== undefined && status.code !== Code.Success;
}

/** A plugin that can reject but names no events is woken by all of them. */
function profileHints(framework: Framework): ProfileHints {
  const { plugins } = framework;
  const canReject = new Set<Plugin>([
    ...plugins.preEnqueue,
    ...plugins.preFilter,
    ...plugins.filter,
    ...plugins.reserve,
    ...plugins.permit,
  ]);
  const hints: { name: string; events: readonly ClusterEventHint[] }[] = [];
  for (const plugin of plugins.all) {
    const { eventsToRegister } = plugin as Partial<EnqueueExtensions>;
    if (eventsToRegister !== undefined) hints.push({ name: plugin.name, events: eventsToRegister.call(plugin) });
    else if (canReject.has(plugin)) hints.push({ name: plugin.name, events: EVERY_EVENT });
  }
  return { schedulerName: framework.schedulerName, plugins: hints };
}

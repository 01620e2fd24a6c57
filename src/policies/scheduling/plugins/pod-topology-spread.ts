import { LABEL_HOSTNAME } from '../../../sim/api/node.ts';
import type { TopologySpreadConstraint } from '../../../sim/api/pod.ts';
import type {
  ClusterEventHint,
  CycleState,
  EnqueueExtensions,
  FilterPlugin,
  NodeInfo,
  PluginFactory,
  PluginHandle,
  PodInfo,
  PreFilterPlugin,
  PreScorePlugin,
  ScorePlugin,
} from '../../../sim/policy-api/scheduling.ts';
import { SKIP, unresolvable, unschedulable, type Status } from '../../../sim/policy-api/status.ts';
import type { PodTopologySpreadArgs } from '../configuration/spread-args.ts';
import { podInfoOf } from '../framework/pod-info.ts';
import { topologySpreadEvents } from '../hints/topology-spread.ts';
import { defaultSpreadSelector } from './default-spread-selector.ts';
import { multiplyDivide, roundHalfAway } from './multiply-divide.ts';
import { naturalLog } from './natural-log.ts';
import { MAX_NODE_SCORE } from './normalize-score.ts';
import {
  countMatching,
  hasAllKeys,
  isIncluded,
  resolveConstraints,
  SYSTEM_DEFAULT_CONSTRAINTS,
  type Action,
  type SpreadConstraint,
} from './spread-constraints.ts';
import { COMPARISON_GATE } from './taint-toleration.ts';
import { missingState } from './missing-state.ts';

const STATE_MISSING = missingState('reading "PreFilterPodTopologySpread" from cycleState: not found');
const SCORE_STATE_MISSING = missingState('error reading "PreScorePodTopologySpread" from cycleState: not found');
export const SKEWED = unschedulable("node(s) didn't match pod topology spread constraints");
export const MISSING_KEY = unresolvable(
  "node(s) didn't match pod topology spread constraints (missing required label)",
);

/** How many matching pods each domain of each hard constraint has. */
class DomainCounts {
  readonly constraints: readonly SpreadConstraint[];
  readonly #counts: readonly Map<string, number>[];
  readonly #minimums: (number | undefined)[];

  constructor(constraints: readonly SpreadConstraint[], counts?: readonly Map<string, number>[]) {
    this.constraints = constraints;
    this.#counts = counts ?? constraints.map(() => new Map<string, number>());
    this.#minimums = constraints.map(() => undefined);
  }

  add(constraint: number, domain: string, pods: number): void {
    const counts = this.#counts[constraint]!;
    counts.set(domain, (counts.get(domain) ?? 0) + pods);
    this.#minimums[constraint] = undefined;
  }

  of(constraint: number, domain: string): number {
    return this.#counts[constraint]!.get(domain) ?? 0;
  }

  /** The least count of any domain; 0 while there are fewer domains than the constraint wants. */
  minimum(constraint: number): number {
    let minimum = this.#minimums[constraint];
    if (minimum === undefined) {
      const counts = this.#counts[constraint]!;
      minimum = 0;
      if (counts.size >= this.constraints[constraint]!.minDomains) {
        minimum = Infinity;
        for (const count of counts.values()) if (count < minimum) minimum = count;
      }
      this.#minimums[constraint] = minimum;
    }
    return minimum;
  }

  clone(): DomainCounts {
    return new DomainCounts(
      this.constraints,
      this.#counts.map((counts) => new Map(counts)),
    );
  }
}

/** What Score needs of the whole cluster. */
interface SoftState {
  readonly constraints: readonly SpreadConstraint[];
  /** Names of nodes that lack a key and score 0. */
  readonly ignored: ReadonlySet<string>;
  /** By constraint: domain to matching pods. Domains of hostnames are not kept: a node is counted when it is scored. */
  readonly counts: readonly ReadonlyMap<string, number>[];
  readonly weights: readonly number[];
}

/** Keeps the pods that belong together evenly spread over domains of nodes (semantics sheet 3.10). */
export class PodTopologySpread
  implements PreFilterPlugin, FilterPlugin, PreScorePlugin, ScorePlugin, EnqueueExtensions
{
  readonly name = 'PodTopologySpread';
  /** Whether tolerations may compare numbers. */
  readonly comparison: boolean;
  readonly #handle: PluginHandle;
  readonly #defaults: readonly TopologySpreadConstraint[];
  readonly #isSystemDefault: boolean;

  constructor(args: Partial<PodTopologySpreadArgs>, handle: PluginHandle) {
    this.#handle = handle;
    this.#isSystemDefault = args.defaultingType !== 'List';
    this.#defaults = this.#isSystemDefault ? SYSTEM_DEFAULT_CONSTRAINTS : (args.defaultConstraints ?? []);
    this.comparison = handle.featureGates[COMPARISON_GATE] === true;
  }

  /** The constraints that count for a pod: its own, or else the defaults. */
  constraintsOf(pod: PodInfo, action: Action): readonly SpreadConstraint[] {
    const own = pod.pod.spec.topologySpreadConstraints ?? [];
    const { labels } = pod.pod.metadata;
    if (own.length > 0) return resolveConstraints(own, action, labels);
    if (!this.#defaults.some((constraint) => constraint.whenUnsatisfiable === action)) return [];
    const selector = defaultSpreadSelector(pod.pod, this.#handle);
    return selector.isEmpty ? [] : resolveConstraints(this.#defaults, action, labels, selector);
  }

  /** Whether Score ignores nodes that lack a key: not for a pod that gets the system's defaults. */
  needsAllKeys(pod: PodInfo): boolean {
    return (pod.pod.spec.topologySpreadConstraints ?? []).length > 0 || !this.#isSystemDefault;
  }

  preFilter(state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[]): { readonly status: Status } | undefined {
    const constraints = this.constraintsOf(pod, 'DoNotSchedule');
    if (constraints.length === 0) return { status: SKIP };
    const counts = new DomainCounts(constraints);
    const { namespace } = pod.pod.metadata;
    for (const node of nodes) {
      if (!hasAllKeys(node, constraints)) continue;
      for (const [i, constraint] of constraints.entries()) {
        if (!isIncluded(node, constraint, pod.pod, this.comparison)) continue;
        const domain = node.node.metadata.labels[constraint.topologyKey]!;
        counts.add(i, domain, countMatching(node, constraint.selector, namespace));
      }
    }
    state.write(this.name, counts);
    return undefined;
  }

  addPod(state: CycleState, pod: PodInfo, added: PodInfo, node: NodeInfo): undefined {
    this.#change(state, pod, added, node, 1);
  }

  removePod(state: CycleState, pod: PodInfo, removed: PodInfo, node: NodeInfo): undefined {
    this.#change(state, pod, removed, node, -1);
  }

  /** Here pods that are being deleted count as well. */
  #change(state: CycleState, pod: PodInfo, changed: PodInfo, node: NodeInfo, by: 1 | -1): void {
    const counts = state.read<DomainCounts>(this.name);
    if (counts === undefined || changed.pod.metadata.namespace !== pod.pod.metadata.namespace) return;
    if (!hasAllKeys(node, counts.constraints)) return;
    for (const [i, constraint] of counts.constraints.entries()) {
      if (!constraint.selector.matches(changed.pod.metadata.labels)) continue;
      if (!isIncluded(node, constraint, pod.pod, this.comparison)) continue;
      counts.add(i, node.node.metadata.labels[constraint.topologyKey]!, by);
    }
  }

  filter(state: CycleState, pod: PodInfo, node: NodeInfo): Status | undefined {
    const counts = state.read<DomainCounts>(this.name);
    if (counts === undefined) return STATE_MISSING;
    const { labels } = pod.pod.metadata;
    for (const [i, constraint] of counts.constraints.entries()) {
      const domain = node.node.metadata.labels[constraint.topologyKey];
      if (domain === undefined) return MISSING_KEY;
      const self = constraint.selector.matches(labels) ? 1 : 0;
      if (counts.of(i, domain) + self - counts.minimum(i) > constraint.maxSkew) return SKEWED;
    }
    return undefined;
  }

  preScore(state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[]): Status | undefined {
    const constraints = nodes.length === 0 ? [] : this.constraintsOf(pod, 'ScheduleAnyway');
    if (constraints.length === 0) return SKIP;
    const needsAllKeys = this.needsAllKeys(pod);
    const ignored = new Set<string>();
    const counts = constraints.map(() => new Map<string, number>());
    for (const node of nodes) {
      if (needsAllKeys && !hasAllKeys(node, constraints)) {
        ignored.add(node.name);
        continue;
      }
      for (const [i, { topologyKey }] of constraints.entries()) {
        if (topologyKey !== LABEL_HOSTNAME) counts[i]!.set(node.node.metadata.labels[topologyKey] ?? '', 0);
      }
    }
    const weights = constraints.map(({ topologyKey }, i) => {
      const domains = topologyKey === LABEL_HOSTNAME ? nodes.length - ignored.size : counts[i]!.size;
      return naturalLog(domains + 2);
    });
    const { namespace } = pod.pod.metadata;
    for (const node of this.#handle.snapshot().nodes) {
      if (needsAllKeys && !hasAllKeys(node, constraints)) continue;
      for (const [i, constraint] of constraints.entries()) {
        const domain = node.node.metadata.labels[constraint.topologyKey] ?? '';
        const before = counts[i]!.get(domain);
        if (before === undefined || !isIncluded(node, constraint, pod.pod, this.comparison)) continue;
        counts[i]!.set(domain, before + countMatching(node, constraint.selector, namespace));
      }
    }
    const soft: SoftState = { constraints, ignored, counts, weights };
    state.write(`${this.name}/score`, soft);
    return undefined;
  }

  scoreError(state: CycleState): Status | undefined {
    return state.read(`${this.name}/score`) === undefined ? SCORE_STATE_MISSING : undefined;
  }

  score(state: CycleState, pod: PodInfo, node: NodeInfo): number {
    const soft = state.read<SoftState>(`${this.name}/score`);
    if (soft === undefined || soft.ignored.has(node.name)) return 0;
    const { namespace } = pod.pod.metadata;
    let score = 0;
    for (const [i, { topologyKey, selector, maxSkew }] of soft.constraints.entries()) {
      const domain = node.node.metadata.labels[topologyKey];
      if (domain === undefined) continue;
      const pods =
        topologyKey === LABEL_HOSTNAME ? countMatching(node, selector, namespace) : (soft.counts[i]!.get(domain) ?? 0);
      score += pods * soft.weights[i]! + (maxSkew - 1);
    }
    return roundHalfAway(score);
  }

  normalizeScores(state: CycleState, _pod: PodInfo, scores: number[], nodes: readonly NodeInfo[]): undefined {
    const ignored = state.read<SoftState>(`${this.name}/score`)?.ignored ?? new Set<string>();
    let least = Infinity;
    let most = 0;
    for (const [i, node] of nodes.entries()) {
      if (ignored.has(node.name)) continue;
      least = Math.min(least, scores[i]!);
      most = Math.max(most, scores[i]!);
    }
    for (const [i, node] of nodes.entries()) {
      if (ignored.has(node.name)) scores[i] = 0;
      else if (most === 0) scores[i] = MAX_NODE_SCORE;
      else scores[i] = multiplyDivide(MAX_NODE_SCORE, most + least - scores[i]!, most);
    }
    return undefined;
  }

  eventsToRegister(): readonly ClusterEventHint[] {
    const hasHardDefaults = this.#defaults.some((constraint) => constraint.whenUnsatisfiable === 'DoNotSchedule');
    return topologySpreadEvents((pod) => this.constraintsOf(podInfoOf(pod), 'DoNotSchedule'), !hasHardDefaults);
  }
}

export const podTopologySpread: PluginFactory = (args, handle) =>
  new PodTopologySpread((args ?? {}) as Partial<PodTopologySpreadArgs>, handle);

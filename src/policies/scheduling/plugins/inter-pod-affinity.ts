import { NO_LABELS, type Labels } from '../../../sim/api/meta.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type {
  AffinityTerm,
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
  WeightedAffinityTerm,
} from '../../../sim/policy-api/scheduling.ts';
import { SKIP, unresolvable, unschedulable, type Status } from '../../../sim/policy-api/status.ts';
import type { InterPodAffinityArgs } from '../configuration/args.ts';
import { INTER_POD_AFFINITY_EVENTS } from '../hints/inter-pod-affinity.ts';
import { allTermsMatch, namespaceLabels, resolveNamespaces, termMatches } from './affinity-terms.ts';
import { MAX_NODE_SCORE } from './normalize-score.ts';
import { missingState } from './missing-state.ts';

const STATE_MISSING = missingState('error reading "PreFilterInterPodAffinity" from cycleState: not found');
const SCORE_STATE_MISSING = missingState('failed to read "PreScoreInterPodAffinity" from cycleState: not found');
export const AFFINITY = unresolvable("node(s) didn't match pod affinity rules");
export const ANTI_AFFINITY = unschedulable("node(s) didn't match pod anti-affinity rules");
export const EXISTING_ANTI_AFFINITY = unschedulable("node(s) didn't satisfy existing pods anti-affinity rules");

/** Amounts by topology key and value. Counts that come back to 0 are gone, since "nothing at all" has a meaning. */
class TopologyCounts {
  readonly #counts = new Map<string, Map<string, number>>();

  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }

  of(key: string, value: string): number {
    return this.#counts.get(key)?.get(value) ?? 0;
  }

  /** Counts a pod on a node under the node's value of the key, if it has one. */
  add(node: NodeInfo, key: string, by: number): void {
    const value = node.node.metadata.labels[key];
    if (value === undefined) return;
    let values = this.#counts.get(key);
    if (values === undefined) this.#counts.set(key, (values = new Map()));
    const count = (values.get(value) ?? 0) + by;
    if (count !== 0) values.set(value, count);
    else if (values.delete(value) && values.size === 0) this.#counts.delete(key);
  }

  keys(): Iterable<string> {
    return this.#counts.keys();
  }

  clone(): TopologyCounts {
    const copy = new TopologyCounts();
    for (const [key, values] of this.#counts) copy.#counts.set(key, new Map(values));
    return copy;
  }
}

/** What Filter looks at: which domains have pods that the rules speak of. */
class FilterState {
  readonly affinityTerms: readonly AffinityTerm[];
  readonly antiAffinityTerms: readonly AffinityTerm[];
  readonly namespaceLabels: Labels;
  readonly existingAntiAffinity: TopologyCounts;
  readonly affinity: TopologyCounts;
  readonly antiAffinity: TopologyCounts;

  constructor(
    affinityTerms: readonly AffinityTerm[],
    antiAffinityTerms: readonly AffinityTerm[],
    podNamespaceLabels: Labels,
    counts: readonly [TopologyCounts, TopologyCounts, TopologyCounts],
  ) {
    this.affinityTerms = affinityTerms;
    this.antiAffinityTerms = antiAffinityTerms;
    this.namespaceLabels = podNamespaceLabels;
    [this.existingAntiAffinity, this.affinity, this.antiAffinity] = counts;
  }

  /** A pod on a node whose own anti-affinity may keep the incoming pod away. */
  countExisting(pod: Pod, existing: PodInfo, node: NodeInfo, by: 1 | -1): void {
    for (const term of existing.requiredAntiAffinityTerms) {
      if (termMatches(term, pod, this.namespaceLabels)) this.existingAntiAffinity.add(node, term.topologyKey, by);
    }
  }

  /** A pod on a node that the incoming pod's terms may speak of. */
  countForIncoming(existing: Pod, node: NodeInfo, by: 1 | -1): void {
    if (allTermsMatch(this.affinityTerms, existing, NO_LABELS)) {
      for (const term of this.affinityTerms) this.affinity.add(node, term.topologyKey, by);
    }
    for (const term of this.antiAffinityTerms) {
      if (termMatches(term, existing, NO_LABELS)) this.antiAffinity.add(node, term.topologyKey, by);
    }
  }

  clone(): FilterState {
    const counts = [this.existingAntiAffinity.clone(), this.affinity.clone(), this.antiAffinity.clone()] as const;
    return new FilterState(this.affinityTerms, this.antiAffinityTerms, this.namespaceLabels, counts);
  }
}

/** Score by topology key and value. Unlike counts, a pair that comes to 0 stays. */
type TopologyScores = Map<string, Map<string, number>>;

/** Pods near pods, or away from them, by the labels of pods and the domains of their nodes (semantics sheet 3.11). */
export class InterPodAffinity implements PreFilterPlugin, FilterPlugin, PreScorePlugin, ScorePlugin, EnqueueExtensions {
  readonly name = 'InterPodAffinity';
  readonly hardWeight: number;
  readonly ignoresPreferredOfExisting: boolean;
  readonly #handle: PluginHandle;

  constructor(args: Partial<InterPodAffinityArgs>, handle: PluginHandle) {
    this.#handle = handle;
    this.hardWeight = args.hardPodAffinityWeight ?? 1;
    this.ignoresPreferredOfExisting = args.ignorePreferredTermsOfExistingPods ?? false;
  }

  preFilter(state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[]): { readonly status: Status } | undefined {
    const filter = new FilterState(
      resolveNamespaces(pod.requiredAffinityTerms, this.#handle),
      resolveNamespaces(pod.requiredAntiAffinityTerms, this.#handle),
      namespaceLabels(pod.pod.metadata.namespace, this.#handle),
      [new TopologyCounts(), new TopologyCounts(), new TopologyCounts()],
    );
    for (const node of this.#handle.snapshot().nodesWithPodsWithRequiredAntiAffinity) {
      for (const existing of node.podsWithRequiredAntiAffinity) filter.countExisting(pod.pod, existing, node, 1);
    }
    const hasTerms = filter.affinityTerms.length + filter.antiAffinityTerms.length > 0;
    if (hasTerms) {
      for (const node of nodes) for (const existing of node.pods) filter.countForIncoming(existing.pod, node, 1);
    } else if (filter.existingAntiAffinity.isEmpty) {
      return { status: SKIP };
    }
    state.write(this.name, filter);
    return undefined;
  }

  addPod(state: CycleState, pod: PodInfo, added: PodInfo, node: NodeInfo): undefined {
    this.#change(state, pod, added, node, 1);
  }

  removePod(state: CycleState, pod: PodInfo, removed: PodInfo, node: NodeInfo): undefined {
    this.#change(state, pod, removed, node, -1);
  }

  #change(state: CycleState, pod: PodInfo, changed: PodInfo, node: NodeInfo, by: 1 | -1): void {
    const filter = state.read<FilterState>(this.name);
    if (filter === undefined) return;
    filter.countExisting(pod.pod, changed, node, by);
    filter.countForIncoming(changed.pod, node, by);
  }

  filter(state: CycleState, pod: PodInfo, node: NodeInfo): Status | undefined {
    const filter = state.read<FilterState>(this.name);
    if (filter === undefined) return STATE_MISSING;
    if (!satisfiesAffinity(filter, pod, node)) return AFFINITY;
    const { labels } = node.node.metadata;
    for (const { topologyKey } of filter.antiAffinityTerms) {
      const value = labels[topologyKey];
      if (value !== undefined && filter.antiAffinity.of(topologyKey, value) > 0) return ANTI_AFFINITY;
    }
    for (const key of filter.existingAntiAffinity.keys()) {
      const value = labels[key];
      if (value !== undefined && filter.existingAntiAffinity.of(key, value) > 0) return EXISTING_ANTI_AFFINITY;
    }
    return undefined;
  }

  preScore(state: CycleState, pod: PodInfo): Status | undefined {
    const hasOwn = pod.preferredAffinityTerms.length + pod.preferredAntiAffinityTerms.length > 0;
    if (this.ignoresPreferredOfExisting && !hasOwn) return SKIP;
    const affinity = resolveNamespaces(pod.preferredAffinityTerms, this.#handle);
    const antiAffinity = resolveNamespaces(pod.preferredAntiAffinityTerms, this.#handle);
    const podNamespaceLabels = namespaceLabels(pod.pod.metadata.namespace, this.#handle);
    const scores: TopologyScores = new Map();
    const snapshot = this.#handle.snapshot();
    for (const node of hasOwn ? snapshot.nodes : snapshot.nodesWithPodsWithAffinity) {
      for (const existing of hasOwn ? node.pods : node.podsWithAffinity) {
        addScores(scores, affinity, existing.pod, NO_LABELS, node, 1);
        addScores(scores, antiAffinity, existing.pod, NO_LABELS, node, -1);
        if (this.hardWeight > 0) {
          for (const term of existing.requiredAffinityTerms) {
            addScore(scores, term, this.hardWeight, pod.pod, podNamespaceLabels, node);
          }
        }
        addScores(scores, existing.preferredAffinityTerms, pod.pod, podNamespaceLabels, node, 1);
        addScores(scores, existing.preferredAntiAffinityTerms, pod.pod, podNamespaceLabels, node, -1);
      }
    }
    if (scores.size === 0) return SKIP;
    state.write(`${this.name}/score`, scores);
    return undefined;
  }

  scoreError(state: CycleState): Status | undefined {
    return state.read(`${this.name}/score`) === undefined ? SCORE_STATE_MISSING : undefined;
  }

  score(state: CycleState, _pod: PodInfo, node: NodeInfo): number {
    const scores = state.read<TopologyScores>(`${this.name}/score`);
    let sum = 0;
    for (const [key, values] of scores ?? []) {
      const value = node.node.metadata.labels[key];
      if (value !== undefined) sum += values.get(value) ?? 0;
    }
    return sum;
  }

  normalizeScores(_state: CycleState, _pod: PodInfo, scores: number[]): undefined {
    let least = Infinity;
    let most = -Infinity;
    for (const score of scores) {
      least = Math.min(least, score);
      most = Math.max(most, score);
    }
    const range = most - least;
    for (let i = 0; i < scores.length; i++) {
      scores[i] = range > 0 ? Math.trunc(MAX_NODE_SCORE * ((scores[i]! - least) / range)) : 0;
    }
    return undefined;
  }

  eventsToRegister(): readonly ClusterEventHint[] {
    return INTER_POD_AFFINITY_EVENTS;
  }
}

/**
 * Every affinity term's domain must have a pod that all terms select. The first pod of a group, which only its own terms
 * select, may go to any node that has the keys.
 */
function satisfiesAffinity(filter: FilterState, pod: PodInfo, node: NodeInfo): boolean {
  let podsExist = true;
  for (const { topologyKey } of filter.affinityTerms) {
    const value = node.node.metadata.labels[topologyKey];
    if (value === undefined) return false;
    if (filter.affinity.of(topologyKey, value) <= 0) podsExist = false;
  }
  return podsExist || (filter.affinity.isEmpty && allTermsMatch(filter.affinityTerms, pod.pod, NO_LABELS));
}

function addScores(
  scores: TopologyScores,
  terms: readonly WeightedAffinityTerm[],
  pod: Pod,
  podNamespaceLabels: Labels,
  node: NodeInfo,
  sign: 1 | -1,
): void {
  for (const term of terms) addScore(scores, term, sign * term.weight, pod, podNamespaceLabels, node);
}

function addScore(
  scores: TopologyScores,
  term: AffinityTerm,
  weight: number,
  pod: Pod,
  podNamespaceLabels: Labels,
  node: NodeInfo,
): void {
  const value = node.node.metadata.labels[term.topologyKey];
  if (value === undefined || !termMatches(term, pod, podNamespaceLabels)) return;
  let values = scores.get(term.topologyKey);
  if (values === undefined) scores.set(term.topologyKey, (values = new Map()));
  values.set(value, (values.get(value) ?? 0) + weight);
}

export const interPodAffinity: PluginFactory = (args, handle) =>
  new InterPodAffinity((args ?? {}) as Partial<InterPodAffinityArgs>, handle);

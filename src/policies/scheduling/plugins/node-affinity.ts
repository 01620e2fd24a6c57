import type { NodeAffinity as NodeAffinitySpec, NodeSelector, NodeSelectorTerm } from '../../../sim/api/pod.ts';
import type {
  ClusterEventHint,
  CycleState,
  EnqueueExtensions,
  FilterPlugin,
  NodeInfo,
  PluginFactory,
  PodInfo,
  PreFilterPlugin,
  PreFilterResult,
  PreScorePlugin,
  ScorePlugin,
} from '../../../sim/policy-api/scheduling.ts';
import { Code, SKIP, unresolvable, type Status } from '../../../sim/policy-api/status.ts';
import type { NodeAffinityArgs } from '../configuration/node-affinity-args.ts';
import { nodeAffinityEvents } from '../hints/node-affinity.ts';
import { aggregated, nodeSelectorTermErrors } from './node-selector-errors.ts';
import {
  isEmptyTerm,
  nodeSelectorPredicate,
  requiredNodePredicate,
  termPredicate,
  type NodePredicate,
} from './node-terms.ts';
import { normalizeByHighest } from './normalize-score.ts';

type PreferredTerms = NonNullable<NodeAffinitySpec['preferredDuringSchedulingIgnoredDuringExecution']>;

interface WeightedPredicate {
  readonly weight: number;
  readonly matches: NodePredicate;
}

const MISMATCH = unresolvable("node(s) didn't match Pod's node affinity/selector");
const ADDED_MISMATCH = unresolvable("node(s) didn't match scheduler-enforced node affinity");
const CONFLICT: Status = unresolvable('pod affinity terms conflict');

/** The terms that count, compiled; or what is wrong with them. */
function preferredPredicates(terms: PreferredTerms): readonly WeightedPredicate[] | { readonly error: string } {
  const predicates: WeightedPredicate[] = [];
  const errors: string[] = [];
  for (const [i, { weight, preference }] of terms.entries()) {
    if (weight === 0 || isEmptyTerm(preference)) continue;
    const wrong = nodeSelectorTermErrors(preference, `[${i}]`);
    if (wrong.length === 0) predicates.push({ weight, matches: termPredicate(preference) });
    else errors.push(...wrong);
  }
  return errors.length === 0 ? predicates : { error: aggregated(errors) };
}

function sumOf(terms: readonly WeightedPredicate[], node: NodeInfo): number {
  let sum = 0;
  for (const { weight, matches } of terms) if (matches(node.node)) sum += weight;
  return sum;
}

/**
 * The names a required node selector leaves, when every one of its terms names nodes by `metadata.name In`: the union
 * over terms of the intersection inside a term. `undefined`: any node may match.
 */
export function namedNodes(selector: NodeSelector): ReadonlySet<string> | undefined {
  const terms: readonly NodeSelectorTerm[] = selector.nodeSelectorTerms ?? [];
  if (terms.length === 0) return undefined;
  const union = new Set<string>();
  for (const term of terms) {
    let names: Set<string> | undefined;
    for (const { key, operator, values } of term.matchFields ?? []) {
      if (key !== 'metadata.name' || operator !== 'In') continue;
      const listed = new Set(values);
      names = names === undefined ? listed : new Set([...names].filter((name) => listed.has(name)));
    }
    if (names === undefined) return undefined;
    for (const name of names) union.add(name);
  }
  return union;
}

/** Nodes by their labels and names, as the pod and the profile's added affinity ask (semantics sheet 3.6). */
export class NodeAffinity implements PreFilterPlugin, FilterPlugin, PreScorePlugin, ScorePlugin, EnqueueExtensions {
  readonly name = 'NodeAffinity';
  readonly #addedRequired: NodePredicate | undefined;
  readonly #addedPreferred: readonly WeightedPredicate[] | undefined;
  readonly #preferred = new WeakMap<PreferredTerms, ReturnType<typeof preferredPredicates>>();

  constructor(args: Partial<NodeAffinityArgs>) {
    const required = args.addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    this.#addedRequired = required === undefined ? undefined : nodeSelectorPredicate(required);
    const preferred = args.addedAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    if (preferred.length > 0) {
      const predicates = preferredPredicates(preferred);
      if ('error' in predicates) throw new Error(`addedAffinity: ${predicates.error}`);
      this.#addedPreferred = predicates;
    }
  }

  preFilter(
    _state: CycleState,
    pod: PodInfo,
  ): { readonly status?: Status; readonly result?: PreFilterResult } | undefined {
    const { affinity, nodeSelector } = pod.pod.spec;
    const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    if (required === undefined) {
      const asksNothing = nodeSelector === undefined || Object.keys(nodeSelector).length === 0;
      return asksNothing && this.#addedRequired === undefined ? { status: SKIP } : undefined;
    }
    const nodeNames = namedNodes(required);
    if (nodeNames === undefined) return undefined;
    return nodeNames.size === 0 ? { status: CONFLICT } : { result: { nodeNames } };
  }

  filter(_state: CycleState, pod: PodInfo, node: NodeInfo): Status | undefined {
    if (this.#addedRequired !== undefined && !this.#addedRequired(node.node)) return ADDED_MISMATCH;
    return requiredNodePredicate(pod.pod.spec)(node.node) ? undefined : MISMATCH;
  }

  preScore(_state: CycleState, pod: PodInfo): Status | undefined {
    const preferred = this.#preferredOf(pod);
    if (preferred === undefined) return this.#addedPreferred === undefined ? SKIP : undefined;
    return 'error' in preferred ? { code: Code.Error, reasons: [preferred.error] } : undefined;
  }

  score(_state: CycleState, pod: PodInfo, node: NodeInfo): number {
    let score = this.#addedPreferred === undefined ? 0 : sumOf(this.#addedPreferred, node);
    const preferred = this.#preferredOf(pod);
    if (preferred !== undefined && !('error' in preferred)) score += sumOf(preferred, node);
    return score;
  }

  normalizeScores(_state: CycleState, _pod: PodInfo, scores: number[]): undefined {
    normalizeByHighest(scores, false);
    return undefined;
  }

  #preferredOf(pod: PodInfo): ReturnType<typeof preferredPredicates> | undefined {
    const terms = pod.pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution;
    if (terms === undefined || terms.length === 0) return undefined;
    let predicates = this.#preferred.get(terms);
    if (predicates === undefined) this.#preferred.set(terms, (predicates = preferredPredicates(terms)));
    return predicates;
  }

  eventsToRegister(): readonly ClusterEventHint[] {
    const added = this.#addedRequired;
    return nodeAffinityEvents(
      (node) => added === undefined || added(node),
      (pod, node) => requiredNodePredicate(pod.spec)(node),
    );
  }
}

export const nodeAffinity: PluginFactory = (args) => new NodeAffinity((args ?? {}) as Partial<NodeAffinityArgs>);

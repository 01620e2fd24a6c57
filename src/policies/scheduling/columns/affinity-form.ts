import { isEmptySelector } from '../../../sim/api/label-selector.ts';
import { NO_LABELS, type Labels } from '../../../sim/api/meta.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { AffinityTerm, PluginHandle, WeightedAffinityTerm } from '../../../sim/policy-api/scheduling.ts';
import type { Status } from '../../../sim/policy-api/status.ts';
import type { PodFacts } from '../framework/pod-info.ts';
import { allTermsMatch, namespaceLabels, resolveNamespaces, termMatches } from '../plugins/affinity-terms.ts';
import {
  AFFINITY,
  ANTI_AFFINITY,
  EXISTING_ANTI_AFFINITY,
  type InterPodAffinity,
} from '../plugins/inter-pod-affinity.ts';
import { MAX_NODE_SCORE } from '../plugins/normalize-score.ts';
import type { DomainCounts } from './domain-counts.ts';
import { NO_DOMAIN } from './key-column.ts';
import type { LabelClass, PodIndex } from './pod-index.ts';
import type { ScoreScratch } from './score-scratch.ts';

interface ScorePart {
  readonly domains: DomainCounts;
  readonly weight: number;
}

/**
 * HOT. InterPodAffinity over columns, for pods of one template and one class of labels: counts by domain of the pods that
 * its own terms select, and of the pods whose terms select it. Guarded by bench/placement and the property tests.
 */
export class PodAffinityForm {
  readonly #index: PodIndex;
  readonly #plugin: InterPodAffinity;
  readonly #weight: number;
  readonly #pod: Pod;
  readonly #namespaceLabels: Labels;
  readonly #scratch: ScoreScratch;
  readonly #filters: boolean;
  readonly #scores: boolean;
  readonly #affinity: readonly DomainCounts[];
  readonly #selectsItself: boolean;
  readonly #antiAffinity: readonly DomainCounts[];
  readonly #existingAntiAffinity: DomainCounts[] = [];
  readonly #parts: ScorePart[] = [];
  /** How many of the index's carriers have been looked at. */
  #seen = 0;
  #mayBeFirst = false;
  /** Domains with pods that keep this one away: those its own terms select first. */
  #blocking: DomainCounts[] = [];
  #ownBlocking = 0;

  constructor(
    index: PodIndex,
    plugin: InterPodAffinity,
    use: {
      readonly filters: boolean;
      readonly scores: boolean;
      readonly weight: number;
      readonly scratch: ScoreScratch;
    },
    pod: PodFacts,
    handle: PluginHandle,
  ) {
    this.#index = index;
    this.#plugin = plugin;
    this.#weight = use.weight;
    this.#scratch = use.scratch;
    this.#filters = use.filters;
    this.#pod = pod.pod;
    this.#namespaceLabels = namespaceLabels(pod.pod.metadata.namespace, handle);
    const own = pod.preferredAffinityTerms.length + pod.preferredAntiAffinityTerms.length > 0;
    this.#scores = use.scores && (own || !plugin.ignoresPreferredOfExisting);

    const affinity = use.filters ? resolveNamespaces(pod.requiredAffinityTerms, handle) : [];
    const all = affinity.map(termKey).join(' and ');
    this.#affinity = affinity.map((term) =>
      index.domainCounts(
        index.countOf(`all of ${all}`, false, (podClass) => allTermsMatch(affinity, asPod(podClass), NO_LABELS)),
        term.topologyKey,
      ),
    );
    this.#selectsItself = allTermsMatch(affinity, pod.pod, NO_LABELS);
    this.#antiAffinity = use.filters
      ? resolveNamespaces(pod.requiredAntiAffinityTerms, handle).map((term) => this.#selectedBy(term))
      : [];
    if (!this.#scores) return;
    const preferred = (terms: readonly WeightedAffinityTerm[], sign: 1 | -1): void => {
      for (const term of resolveNamespaces(terms, handle)) {
        this.#parts.push({ domains: this.#selectedBy(term), weight: sign * term.weight });
      }
    };
    preferred(pod.preferredAffinityTerms, 1);
    preferred(pod.preferredAntiAffinityTerms, -1);
  }

  /** Whether it was made under the present namespaces. */
  isCurrent(handle: PluginHandle): boolean {
    return namespaceLabels(this.#pod.metadata.namespace, handle) === this.#namespaceLabels;
  }

  #selectedBy(term: AffinityTerm): DomainCounts {
    const count = this.#index.countOf(termKey(term), false, (podClass) =>
      termMatches(term, asPod(podClass), NO_LABELS),
    );
    return this.#index.domainCounts(count, term.topologyKey);
  }

  /** Takes in templates that appeared since, and refreshes what a cycle reads. False: there is nothing to filter by. */
  prepare(): boolean {
    const { carriers } = this.#index;
    while (this.#seen < carriers.length) this.#look(carriers[this.#seen++]!);
    if (!this.#filters) return false;
    this.#blocking = [];
    for (const domains of this.#antiAffinity) this.#takeBlocking(domains);
    this.#ownBlocking = this.#blocking.length;
    for (const domains of this.#existingAntiAffinity) this.#takeBlocking(domains);
    let none = true;
    for (const domains of this.#affinity) {
      domains.refresh();
      if (domains.total > 0) none = false;
    }
    this.#mayBeFirst = none && this.#selectsItself;
    return this.#blocking.length > 0 || this.#affinity.length > 0;
  }

  #takeBlocking(domains: DomainCounts): void {
    domains.refresh();
    if (domains.total > 0) this.#blocking.push(domains);
  }

  /** Terms of pods with this template that select the incoming pod. */
  #look({ facts, count }: PodIndex['carriers'][number]): void {
    const selects = (term: AffinityTerm): boolean => termMatches(term, this.#pod, this.#namespaceLabels);
    const domains = (term: AffinityTerm): DomainCounts => this.#index.domainCounts(count, term.topologyKey);
    if (this.#filters) {
      for (const term of facts.requiredAntiAffinityTerms) {
        if (selects(term)) this.#existingAntiAffinity.push(domains(term));
      }
    }
    if (!this.#scores) return;
    if (this.#plugin.hardWeight > 0) {
      for (const term of facts.requiredAffinityTerms) {
        if (selects(term)) this.#parts.push({ domains: domains(term), weight: this.#plugin.hardWeight });
      }
    }
    for (const term of facts.preferredAffinityTerms) {
      if (selects(term)) this.#parts.push({ domains: domains(term), weight: term.weight });
    }
    for (const term of facts.preferredAntiAffinityTerms) {
      if (selects(term)) this.#parts.push({ domains: domains(term), weight: -term.weight });
    }
  }

  allows(slot: number): boolean {
    if (this.#affinity.length > 0 && this.#lacksAffinity(slot)) return false;
    const blocking = this.#blocking;
    for (let i = 0; i < blocking.length; i++) {
      const domain = blocking[i]!.key.domain[slot]!;
      if (domain !== NO_DOMAIN && blocking[i]!.count[domain]! > 0) return false;
    }
    return true;
  }

  /** As Filter words it; only for a slot that is not allowed. */
  refusal(slot: number): Status {
    for (const [i, { key, count }] of this.#blocking.entries()) {
      const domain = key.domain[slot]!;
      if (domain === NO_DOMAIN || count[domain]! === 0) continue;
      return this.#lacksAffinity(slot) ? AFFINITY : i < this.#ownBlocking ? ANTI_AFFINITY : EXISTING_ANTI_AFFINITY;
    }
    return AFFINITY;
  }

  #lacksAffinity(slot: number): boolean {
    const affinity = this.#affinity;
    let podsExist = true;
    for (let i = 0; i < affinity.length; i++) {
      const { key, count } = affinity[i]!;
      const domain = key.domain[slot]!;
      if (domain === NO_DOMAIN) return true;
      if (count[domain]! <= 0) podsExist = false;
    }
    return !podsExist && !this.#mayBeFirst;
  }

  /** Whether any term can give a node a score. */
  get hasScores(): boolean {
    return this.#parts.length > 0;
  }

  /** Adds the weighted, normalised score of each found slot to its total. */
  addTo(totals: Float64Array, found: Int32Array, count: number): void {
    if (!this.#scores) return;
    const raw = this.#scratch.raw(count);
    let first = true;
    for (const { domains, weight } of this.#parts) {
      domains.refresh();
      if (domains.total === 0) continue;
      if (first) raw.fill(0, 0, count);
      first = false;
      const counts = domains.count;
      const { domain } = domains.key;
      for (let j = 0; j < count; j++) {
        const id = domain[found[j]!]!;
        if (id !== NO_DOMAIN) raw[j]! += weight * counts[id]!;
      }
    }
    if (first) return;
    let least = Infinity;
    let most = -Infinity;
    for (let j = 0; j < count; j++) {
      if (raw[j]! < least) least = raw[j]!;
      if (raw[j]! > most) most = raw[j]!;
    }
    const range = most - least;
    if (!(range > 0)) return;
    for (let j = 0; j < count; j++) {
      totals[j]! += this.#weight * Math.trunc(MAX_NODE_SCORE * ((raw[j]! - least) / range));
    }
  }
}

/** Equal texts, equal sets of pods. */
function termKey(term: AffinityTerm): string {
  const selector = term.term.labelSelector;
  const everywhere = term.matchesNamespaceLabels?.(NO_LABELS) === true;
  const where = everywhere ? '*' : [...term.namespaces].sort();
  return `pods ${JSON.stringify([where, selector?.matchLabels ?? null, selector?.matchExpressions ?? null, selector === undefined])}`;
}

/** A class of labels stands for any of its pods. */
function asPod(podClass: LabelClass): Pod {
  return { metadata: podClass } as unknown as Pod;
}

/** Whether what a pod's own terms select hangs on the namespaces that exist. */
export function asksForNamespaces(pod: PodFacts): boolean {
  return [
    ...pod.requiredAffinityTerms,
    ...pod.requiredAntiAffinityTerms,
    ...pod.preferredAffinityTerms,
    ...pod.preferredAntiAffinityTerms,
  ].some(({ term }) => term.namespaceSelector !== undefined && !isEmptySelector(term.namespaceSelector));
}

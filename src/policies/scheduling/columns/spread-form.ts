import { LABEL_HOSTNAME } from '../../../sim/api/node.ts';
import type { PodSpec } from '../../../sim/api/pod.ts';
import type { Status } from '../../../sim/policy-api/status.ts';
import type { PodFacts } from '../framework/pod-info.ts';
import { multiplyDivide, roundHalfAway } from '../plugins/multiply-divide.ts';
import { naturalLog } from '../plugins/natural-log.ts';
import { MAX_NODE_SCORE } from '../plugins/normalize-score.ts';
import { MISSING_KEY, SKEWED, type PodTopologySpread } from '../plugins/pod-topology-spread.ts';
import { hasAllKeys, isIncluded, type SpreadConstraint } from '../plugins/spread-constraints.ts';
import type { DomainCounts } from './domain-counts.ts';
import { NO_DOMAIN, type KeyColumn } from './key-column.ts';
import type { PodCount } from './pod-count.ts';
import type { LabelClass, PodIndex } from './pod-index.ts';
import type { ScoreScratch } from './score-scratch.ts';

interface HardConstraint {
  readonly domains: DomainCounts;
  readonly maxSkew: number;
  readonly minDomains: number;
  /** 1 when the pod is one of those it is spread with. */
  readonly self: number;
  /** The highest count of a domain that still takes the pod; of the present cycle. */
  highest: number;
}

/** HOT. PodTopologySpread's Filter over columns. Guarded by bench/placement and the property tests. */
export class HardSpread {
  readonly constraints: readonly HardConstraint[];

  constructor(index: PodIndex, plugin: PodTopologySpread, pod: PodFacts, podClass: LabelClass) {
    const constraints = plugin.constraintsOf(pod, 'DoNotSchedule');
    this.constraints = constraints.map((constraint) => ({
      domains: index.domainCounts(
        countOf(index, constraint, podClass),
        constraint.topologyKey,
        eligibleFor(plugin, pod, constraint, constraints, true),
      ),
      maxSkew: constraint.maxSkew,
      minDomains: constraint.minDomains,
      self: constraint.selector.matches(podClass.labels) ? 1 : 0,
      highest: 0,
    }));
  }

  prepare(): void {
    for (const constraint of this.constraints) {
      const { domains } = constraint;
      domains.refresh();
      const minimum = domains.domains < constraint.minDomains ? 0 : domains.minimum();
      constraint.highest = constraint.maxSkew + minimum - constraint.self;
    }
  }

  allows(slot: number): boolean {
    const { constraints } = this;
    for (let i = 0; i < constraints.length; i++) {
      const { domains, highest } = constraints[i]!;
      const domain = domains.key.domain[slot]!;
      if (domain === NO_DOMAIN || domains.count[domain]! > highest) return false;
    }
    return true;
  }

  /** As Filter words it; only for a slot that is not allowed. */
  refusal(slot: number): Status {
    for (const { domains, highest } of this.constraints) {
      const domain = domains.key.domain[slot]!;
      if (domain === NO_DOMAIN) return MISSING_KEY;
      if (domains.count[domain]! > highest) return SKEWED;
    }
    throw new RangeError('the node is allowed');
  }
}

interface SoftConstraint {
  readonly isHostname: boolean;
  readonly key: KeyColumn;
  /** Counts of single nodes, for the hostname. */
  readonly count: PodCount;
  /** Counts of domains, for any other key. */
  readonly domains: DomainCounts | undefined;
  readonly maxSkew: number;
  /** Of the present cycle. */
  weight: number;
}

/** HOT. PodTopologySpread's Score over columns. Guarded by bench/placement and the property tests. */
export class SoftSpread {
  readonly #constraints: readonly SoftConstraint[];
  readonly #needsAllKeys: boolean;
  readonly weight: number;
  readonly #scratch: ScoreScratch;

  constructor(
    index: PodIndex,
    plugin: PodTopologySpread,
    use: { readonly weight: number; readonly scratch: ScoreScratch },
    pod: PodFacts,
    podClass: LabelClass,
  ) {
    const constraints = plugin.constraintsOf(pod, 'ScheduleAnyway');
    this.weight = use.weight;
    this.#scratch = use.scratch;
    this.#needsAllKeys = plugin.needsAllKeys(pod);
    this.#constraints = constraints.map((constraint) => {
      const isHostname = constraint.topologyKey === LABEL_HOSTNAME;
      const count = countOf(index, constraint, podClass);
      return {
        isHostname,
        key: index.keyColumn(constraint.topologyKey),
        count,
        domains: isHostname
          ? undefined
          : index.domainCounts(
              count,
              constraint.topologyKey,
              eligibleFor(plugin, pod, constraint, constraints, this.#needsAllKeys),
            ),
        maxSkew: constraint.maxSkew,
        weight: 0,
      };
    });
  }

  get isEmpty(): boolean {
    return this.#constraints.length === 0;
  }

  /** Adds the weighted, normalised score of each found slot to its total. */
  addTo(totals: Float64Array, found: Int32Array, count: number): void {
    const constraints = this.#constraints;
    for (const { key, domains } of constraints) {
      key.refresh();
      domains?.refresh();
    }
    const scores = this.#scratch.raw(count);
    let counted = count;
    if (this.#needsAllKeys) {
      for (let j = 0; j < count; j++) {
        scores[j] = 0;
        for (let i = 0; i < constraints.length; i++) {
          if (constraints[i]!.key.domain[found[j]!] === NO_DOMAIN) scores[j] = -1;
        }
        if (scores[j] === -1) counted--;
      }
    } else {
      scores.fill(0, 0, count);
    }
    for (const constraint of constraints) {
      const domains = constraint.isHostname ? counted : this.#domainsMet(constraint.key, scores, found, count);
      constraint.weight = naturalLog(domains + 2);
    }
    for (const constraint of constraints) this.#addConstraint(constraint, scores, found, count);
    let least = Infinity;
    let most = 0;
    for (let j = 0; j < count; j++) {
      if (scores[j] === -1) continue;
      const score = roundHalfAway(scores[j]!);
      scores[j] = score;
      if (score < least) least = score;
      if (score > most) most = score;
    }
    this.#addNormalised(totals, scores, count, least, most);
  }

  /** Adds to the raw scores what one constraint gives each found node that is not ignored. */
  #addConstraint(
    { key, count: pods, domains, maxSkew, weight }: SoftConstraint,
    scores: Float64Array,
    found: Int32Array,
    count: number,
  ): void {
    const { domain } = key;
    const base = maxSkew - 1;
    if (domains === undefined) {
      const { perSlot } = pods;
      for (let j = 0; j < count; j++) {
        const slot = found[j]!;
        if (scores[j] !== -1 && domain[slot] !== NO_DOMAIN) scores[j]! += perSlot[slot]! * weight + base;
      }
      return;
    }
    const { size } = key;
    const ofDomain = this.#scratch.ofDomain(size);
    for (let id = 0; id < size; id++) ofDomain[id] = domains.count[id]! * weight + base;
    for (let j = 0; j < count; j++) {
      const id = domain[found[j]!]!;
      if (scores[j] !== -1 && id !== NO_DOMAIN) scores[j]! += ofDomain[id]!;
    }
  }

  /** The found nodes have few different scores: each is normalised once. */
  #addNormalised(totals: Float64Array, scores: Float64Array, count: number, least: number, most: number): void {
    const { weight } = this;
    const range = most - least;
    if (most === 0 || range >= count) {
      for (let j = 0; j < count; j++) {
        const score = scores[j]!;
        if (score === -1) continue;
        totals[j]! +=
          weight * (most === 0 ? MAX_NODE_SCORE : multiplyDivide(MAX_NODE_SCORE, most + least - score, most));
      }
      return;
    }
    const normalised = this.#scratch.normalised(range + 1);
    for (let i = 0; i <= range; i++) normalised[i] = weight * multiplyDivide(MAX_NODE_SCORE, most - i, most);
    for (let j = 0; j < count; j++) {
      const score = scores[j]!;
      if (score !== -1) totals[j]! += normalised[score - least]!;
    }
  }

  /** Distinct domains of the found nodes that are not ignored; nodes without the key are one together. */
  #domainsMet(key: KeyColumn, scores: Float64Array, found: Int32Array, count: number): number {
    const met = this.#scratch.met(key.size);
    const search = this.#scratch.nextSearch();
    const { domain } = key;
    let domains = 0;
    let without = 0;
    for (let j = 0; j < count; j++) {
      if (scores[j] === -1) continue;
      const id = domain[found[j]!]!;
      if (id === NO_DOMAIN) without = 1;
      else if (met[id] !== search) {
        met[id] = search;
        domains++;
      }
    }
    return domains + without;
  }
}

/** Pods of the pod's namespace that the constraint spreads; none for an empty selector, and none being deleted. */
function countOf(index: PodIndex, { selector }: SpreadConstraint, { namespace }: LabelClass): PodCount {
  if (selector.isEmpty) return index.countOf('nothing', true, () => false);
  return index.countOf(
    `living in ${namespace} ${selector.key}`,
    true,
    (podClass) => podClass.namespace === namespace && selector.matches(podClass.labels),
    selector.demands,
  );
}

/** Nodes that count for a constraint: they have all keys, and the inclusion policies let them in. */
function eligibleFor(
  plugin: PodTopologySpread,
  pod: PodFacts,
  constraint: SpreadConstraint,
  constraints: readonly SpreadConstraint[],
  needsAllKeys: boolean,
): { readonly key: string; readonly counts: (node: Parameters<typeof isIncluded>[0]) => boolean } | undefined {
  const { spec } = pod.facts;
  const others = needsAllKeys ? constraints.filter((other) => other.topologyKey !== constraint.topologyKey) : [];
  const byAffinity = constraint.honorsAffinity ? requiredOf(spec) : undefined;
  const byTaints = constraint.honorsTaints;
  if (others.length === 0 && byAffinity === undefined && !byTaints) return undefined;
  const parts = [
    others.map((other) => other.topologyKey),
    byAffinity ?? null,
    byTaints ? [spec.tolerations ?? [], plugin.comparison] : null,
  ];
  return {
    key: JSON.stringify(parts),
    counts: (node) => hasAllKeys(node, others) && isIncluded(node, constraint, pod.pod, plugin.comparison),
  };
}

function requiredOf(spec: PodSpec): unknown {
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (required === undefined && spec.nodeSelector === undefined) return undefined;
  return [spec.nodeSelector ?? null, required ?? null];
}

import { labelPair } from '../../../sim/api/label-selector.ts';
import type { Labels } from '../../../sim/api/meta.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import { DomainCounts } from './domain-counts.ts';
import { EligibleNodes } from './eligible-nodes.ts';
import { KeyColumn } from './key-column.ts';
import type { NodeColumns } from './node-columns.ts';
import { PodCount } from './pod-count.ts';
import type { PodFacts } from '../framework/pod-info.ts';
import type { SpecFacts } from '../framework/spec-facts.ts';
import type { NodeState } from '../framework/node-info.ts';

/** Pods that no selector can tell apart: one namespace, equal labels. */
export class LabelClass {
  readonly namespace: string;
  readonly labels: Labels;
  /** Pods on nodes. */
  pods = 0;
  /** Counts that count its pods; those that leave out pods being deleted apart. */
  readonly counts: PodCount[] = [];
  readonly livingCounts: PodCount[] = [];

  constructor(namespace: string, labels: Labels) {
    this.namespace = namespace;
    this.labels = labels;
  }
}

interface SelectedCount {
  readonly count: PodCount;
  readonly livingOnly: boolean;
  readonly selects: (podClass: LabelClass) => boolean;
}

/** No label is without a name. */
const NO_DEMAND = '';

/** Lets a count count the pods of a class, if it selects them. */
function enrol(podClass: LabelClass, { count, livingOnly, selects }: SelectedCount): boolean {
  if (!selects(podClass)) return false;
  (livingOnly ? podClass.livingCounts : podClass.counts).push(count);
  return true;
}

/** Pods that carry the same affinity terms of their own. */
export interface Carriers {
  /** Of one of them. */
  readonly facts: SpecFacts;
  readonly count: PodCount;
}

/**
 * Counts of pods by selector and by template, kept as pods come and go. A pod costs as many steps as there are counts
 * that count it: which ones do is found once for each class of labels, among those that demand one of its labels, since
 * every Job has labels of its own and every workload a selector.
 */
export class PodIndex {
  readonly #columns: NodeColumns;
  readonly #classOf = new WeakMap<Labels, LabelClass[]>();
  readonly #classes = new Map<string, LabelClass>();
  readonly #selected: SelectedCount[] = [];
  /** The same, each under one label that all it selects has, or under none. */
  readonly #selectedBy = new Map<string, SelectedCount[]>();
  readonly #byKey = new Map<string, PodCount>();
  readonly #carriersOf = new WeakMap<SpecFacts, Carriers>();
  readonly #carriersByTerms = new Map<string, Carriers>();
  /** What terms pods carry, in order of appearance. Grows only. */
  readonly carriers: Carriers[] = [];
  readonly #keys = new Map<string, KeyColumn>();
  readonly #eligible = new Map<string, EligibleNodes>();
  readonly #domains = new Map<PodCount, Map<string, DomainCounts>>();

  constructor(columns: NodeColumns) {
    this.#columns = columns;
  }

  classOf(pod: PodFacts): LabelClass {
    if (pod.labelClass !== undefined) return pod.labelClass;
    const { memo } = pod.facts;
    const { labels } = pod.pod.metadata;
    if (memo.labels !== labels || memo.index !== this) {
      memo.index = this;
      memo.labels = labels;
      memo.labelClass = this.#intern(pod.pod);
    }
    return (pod.labelClass = memo.labelClass!);
  }

  #intern(pod: Pod): LabelClass {
    const { labels, namespace } = pod.metadata;
    let known = this.#classOf.get(labels);
    if (known === undefined) this.#classOf.set(labels, (known = []));
    for (const one of known) if (one.namespace === namespace) return one;
    const text = `${namespace}\n${Object.keys(labels)
      .sort()
      .map((key) => `${key}=${labels[key]}`)
      .join('\n')}`;
    let podClass = this.#classes.get(text);
    if (podClass === undefined) {
      this.#classes.set(text, (podClass = new LabelClass(namespace, labels)));
      this.#enrol(podClass);
    }
    known.push(podClass);
    return podClass;
  }

  podAdded(slot: number, pod: PodFacts): void {
    this.#change(slot, pod, 1);
  }

  podRemoved(slot: number, pod: PodFacts): void {
    this.#change(slot, pod, -1);
  }

  #change(slot: number, pod: PodFacts, by: 1 | -1): void {
    const podClass = this.classOf(pod);
    podClass.pods += by;
    const { counts, livingCounts } = podClass;
    for (let i = 0; i < counts.length; i++) counts[i]!.change(slot, by);
    if (!pod.isTerminating) {
      for (let i = 0; i < livingCounts.length; i++) livingCounts[i]!.change(slot, by);
    }
    if (pod.facts.carriesTerms) this.#carriers(pod.facts).count.change(slot, by);
  }

  /** Finds the counts of a new class. */
  #enrol(podClass: LabelClass): void {
    const { labels } = podClass;
    for (const one of this.#selectedBy.get(NO_DEMAND) ?? []) enrol(podClass, one);
    for (const key of Object.keys(labels)) {
      for (const one of this.#selectedBy.get(labelPair(key, labels[key]!)) ?? []) enrol(podClass, one);
    }
  }

  #carriers(facts: SpecFacts): Carriers {
    let carriers = this.#carriersOf.get(facts);
    if (carriers === undefined) {
      const { podAffinity, podAntiAffinity } = facts.spec.affinity!;
      const text = JSON.stringify([facts.namespace, podAffinity ?? null, podAntiAffinity ?? null]);
      carriers = this.#carriersByTerms.get(text);
      if (carriers === undefined) {
        carriers = { facts, count: new PodCount(this.#columns.capacity) };
        this.#carriersByTerms.set(text, carriers);
        this.carriers.push(carriers);
      }
      this.#carriersOf.set(facts, carriers);
    }
    return carriers;
  }

  /** Rows have been added to the columns. */
  reserve(): void {
    for (const { count } of this.#selected) count.reserve(this.#columns.capacity);
    for (const { count } of this.carriers) count.reserve(this.#columns.capacity);
  }

  /**
   * The count of the pods that `selects` selects, by a key that stands for it. Counted once over all pods, then kept;
   * `livingOnly` leaves out pods that are being deleted.
   *
   * @param demands labels, as `key=value`, that all it selects has
   */
  countOf(
    key: string,
    livingOnly: boolean,
    selects: (podClass: LabelClass) => boolean,
    demands: readonly string[] = [],
  ): PodCount {
    let count = this.#byKey.get(key);
    if (count !== undefined) return count;
    count = new PodCount(this.#columns.capacity);
    this.#byKey.set(key, count);
    const selected: SelectedCount = { count, livingOnly, selects };
    this.#selected.push(selected);
    this.#filesUnder(demands).push(selected);
    let any = false;
    for (const podClass of this.#classes.values()) {
      if (enrol(podClass, selected)) any ||= podClass.pods > 0;
    }
    if (!any) return count;
    for (let slot = 0; slot < this.#columns.size; slot++) {
      const node: NodeState | undefined = this.#columns.nodes[slot];
      if (node === undefined) continue;
      for (const pod of node.pods) {
        if (livingOnly && (pod as PodFacts).isTerminating) continue;
        const podClass = this.classOf(pod as PodFacts);
        if ((livingOnly ? podClass.livingCounts : podClass.counts).includes(count)) count.change(slot, 1);
      }
    }
    return count;
  }

  /** Under that of the labels that fewest others are filed under. */
  #filesUnder(demands: readonly string[]): SelectedCount[] {
    let fewest: SelectedCount[] | undefined;
    for (const pair of demands.length === 0 ? [NO_DEMAND] : demands) {
      let filed = this.#selectedBy.get(pair);
      if (filed === undefined) this.#selectedBy.set(pair, (filed = []));
      if (fewest === undefined || filed.length < fewest.length) fewest = filed;
    }
    return fewest!;
  }

  keyColumn(key: string): KeyColumn {
    let column = this.#keys.get(key);
    if (column === undefined) this.#keys.set(key, (column = new KeyColumn(this.#columns, key)));
    return column;
  }

  /** Nodes that count by `counts`, by a key that stands for it. */
  eligibleNodes(key: string, counts: (node: NodeState) => boolean): EligibleNodes {
    let eligible = this.#eligible.get(key);
    if (eligible === undefined) this.#eligible.set(key, (eligible = new EligibleNodes(this.#columns, counts)));
    return eligible;
  }

  domainCounts(
    source: PodCount,
    topologyKey: string,
    eligible?: { readonly key: string; readonly counts: (node: NodeState) => boolean },
  ): DomainCounts {
    let byKey = this.#domains.get(source);
    if (byKey === undefined) this.#domains.set(source, (byKey = new Map()));
    const key = `${topologyKey}\n${eligible?.key ?? ''}`;
    let counts = byKey.get(key);
    if (counts === undefined) {
      const nodes = eligible === undefined ? undefined : this.eligibleNodes(eligible.key, eligible.counts);
      counts = new DomainCounts(this.#columns, source, this.keyColumn(topologyKey), nodes);
      byKey.set(key, counts);
      source.dependents.push(counts);
    }
    return counts;
  }
}

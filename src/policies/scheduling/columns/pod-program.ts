import { controllerOf } from '../../../sim/api/meta.ts';
import type { SchedulingDecision } from '../../../sim/policy-api/scheduler.ts';
import type { HostPort, Lister, PluginHandle } from '../../../sim/policy-api/scheduling.ts';
import type { PodFacts } from '../framework/pod-info.ts';
import { isHarmless } from '../framework/scheduling-text.ts';
import type { SpecFacts } from '../framework/spec-facts.ts';
import { namedNodes } from '../plugins/node-affinity.ts';
import { PodAffinityForm, asksForNamespaces } from './affinity-form.ts';
import { ImageColumn } from './image-column.ts';
import type { NodeColumns } from './node-columns.ts';
import type { LabelClass, PodIndex } from './pod-index.ts';
import type { ProfileForm } from './profile-form.ts';
import { ScoreScratch } from './score-scratch.ts';
import { HardSpread, SoftSpread } from './spread-form.ts';
import { prepareStatic, StaticColumn } from './static-column.ts';
import { UsageColumn, usageKey } from './usage-column.ts';
import { VerdictColumn } from './verdict-column.ts';
import { VerdictTree } from './verdict-tree.ts';
import { VALUE_MASK } from './cell-layout.ts';

/** A failure holds for equal pods as long as nothing in the cluster has changed. */
export interface RememberedFailure {
  readonly stamp: number;
  readonly nodeVersion: number;
  readonly decision: SchedulingDecision;
}

/** What a profile asks about pods of one template and one class of labels, ready to be run over columns. */
export class PodProgram {
  readonly usage: UsageColumn;
  readonly statics: StaticColumn;
  readonly verdicts: VerdictColumn;
  readonly tree: VerdictTree;
  readonly ports: readonly HostPort[];
  readonly images: ImageColumn | undefined;
  readonly imageWeight: number;
  readonly hardSpread: HardSpread | undefined;
  readonly softSpread: SoftSpread | undefined;
  readonly affinity: PodAffinityForm | undefined;
  /** The only nodes that can take the pod. */
  readonly nodeNames: ReadonlySet<string> | undefined;
  /** The last search that found nothing. */
  failure: RememberedFailure | undefined = undefined;

  constructor(parts: {
    usage: UsageColumn;
    statics: StaticColumn;
    verdicts: VerdictColumn;
    tree: VerdictTree;
    ports: readonly HostPort[];
    images: ImageColumn | undefined;
    imageWeight: number;
    hardSpread: HardSpread | undefined;
    softSpread: SoftSpread | undefined;
    affinity: PodAffinityForm | undefined;
    nodeNames: ReadonlySet<string> | undefined;
  }) {
    this.usage = parts.usage;
    this.statics = parts.statics;
    this.verdicts = parts.verdicts;
    this.tree = parts.tree;
    this.ports = parts.ports;
    this.images = parts.images;
    this.imageWeight = parts.imageWeight;
    this.hardSpread = parts.hardSpread;
    this.softSpread = parts.softSpread;
    this.affinity = parts.affinity;
    this.nodeNames = parts.nodeNames;
  }
}

/** What a program was made under, besides template and labels: it is made anew when any of this is no longer so. */
interface Circumstances {
  /** Of default spreading, which asks for the Services and the owner of a pod. */
  readonly services: unknown;
  readonly ownerName: string | undefined;
  readonly ownerKind: string | undefined;
  readonly ownerSelector: unknown;
  /** Of pod affinity, which asks for namespaces. */
  readonly namespaceLabels: unknown;
  readonly namespaces: unknown;
}

interface Known extends Circumstances {
  /** `undefined`: pods of this kind go the plain way. */
  readonly program: PodProgram | undefined;
}

/** Pods of one template whose labels differ one by one, as those of Jobs, must not make it remember for ever. */
const MOST_CLASSES = 1024;

/** Different at every look: nobody counts changes, so nothing may be remembered. */
let unknowns = 0;

/** What pods of one size and one kind of template share. */
interface Pair {
  readonly verdicts: VerdictColumn;
  readonly tree: VerdictTree;
}

/** The programs of one profile. */
export class PodPrograms {
  readonly #columns: NodeColumns;
  readonly #index: PodIndex;
  readonly #form: ProfileForm;
  readonly #handle: PluginHandle;
  readonly #scratch = new ScoreScratch();
  readonly #usage = new Map<string, UsageColumn>();
  readonly #statics = new Map<string, StaticColumn>();
  readonly #pairs = new Map<UsageColumn, Map<StaticColumn, Pair>>();
  #services: Lister<'Service'> | undefined;
  #replicaSets: Lister<'ReplicaSet'> | undefined;
  #namespaces: Lister<'Namespace'> | undefined;

  constructor(columns: NodeColumns, index: PodIndex, form: ProfileForm, handle: PluginHandle) {
    this.#columns = columns;
    this.#index = index;
    this.#form = form;
    this.#handle = handle;
  }

  /** `undefined`: this pod goes the plain way. */
  of(pod: PodFacts): PodProgram | undefined {
    if (pod.requests !== pod.facts.requests || (pod.pod.spec.nodeName ?? '') !== '') return undefined;
    const podClass = this.#index.classOf(pod);
    const { facts } = pod;
    const known = this.#knownOf(facts, podClass);
    const spreads = this.#form.spread !== undefined && (facts.spec.topologySpreadConstraints ?? []).length === 0;
    const owner = spreads ? controllerOf(pod.pod.metadata) : undefined;
    const services = spreads ? versionOf((this.#services ??= this.#handle.lister('Service'))) : undefined;
    const ownerName = owner?.name;
    const ownerKind = owner?.kind;
    const ownerSelector = owner === undefined ? undefined : this.#selectorOf(owner.kind, facts.namespace, owner.name);
    let namespaceLabels: unknown;
    let namespaces: unknown;
    if (this.#form.affinity !== undefined) {
      this.#namespaces ??= this.#handle.lister('Namespace');
      namespaceLabels = this.#namespaces.get(facts.namespace)?.metadata.labels;
      if (facts.carriesTerms && asksForNamespaces(pod)) namespaces = versionOf(this.#namespaces);
    }
    for (let i = 0; i < known.length; i++) {
      const one = known[i]!;
      if (one.ownerName !== ownerName || one.ownerKind !== ownerKind) continue;
      if (
        one.services === services &&
        one.ownerSelector === ownerSelector &&
        one.namespaceLabels === namespaceLabels &&
        one.namespaces === namespaces
      ) {
        return one.program;
      }
      known.splice(i, 1);
      break;
    }
    const program = this.#compile(pod, podClass);
    known.push({
      program,
      services,
      ownerName,
      ownerKind,
      ownerSelector,
      namespaceLabels,
      namespaces,
    });
    return program;
  }

  #knownOf({ memo }: SpecFacts, podClass: LabelClass): Known[] {
    if (memo.owner !== this) {
      memo.owner = this;
      memo.programs = new Map();
    }
    const programs = memo.programs as Map<LabelClass, Known[]>;
    let known = programs.get(podClass);
    if (known === undefined) {
      if (programs.size === MOST_CLASSES) programs.clear();
      programs.set(podClass, (known = []));
    }
    return known;
  }

  #selectorOf(kind: string, namespace: string, name: string): unknown {
    const key = `${namespace}/${name}`;
    if (kind === 'ReplicaSet') return (this.#replicaSets ??= this.#handle.lister('ReplicaSet')).get(key)?.spec.selector;
    if (kind !== 'StatefulSet' && kind !== 'ReplicationController') return undefined;
    return this.#handle.lister(kind).get(key)?.spec.selector;
  }

  #compile(pod: PodFacts, podClass: LabelClass): PodProgram | undefined {
    const form = this.#form;
    const { spec } = pod.facts;
    if ((spec.volumes ?? []).some((volume) => !isHarmless(volume))) return undefined;
    const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    const nodeNames = form.nodeAffinity === undefined || required === undefined ? undefined : namedNodes(required);
    if (nodeNames?.size === 0) return undefined;
    const statics = this.#staticColumn(pod);
    if (statics === undefined) return undefined;
    const { spread, affinity, images } = form;
    const hardSpread =
      spread === undefined || !form.spreadFilters ? undefined : new HardSpread(this.#index, spread, pod, podClass);
    const softSpread =
      spread === undefined || form.spreadWeight === 0
        ? undefined
        : new SoftSpread(this.#index, spread, { weight: form.spreadWeight, scratch: this.#scratch }, pod, podClass);
    const use = {
      filters: form.affinityFilters,
      scores: form.affinityWeight > 0,
      weight: form.affinityWeight,
      scratch: this.#scratch,
    };
    const usage = this.#usageColumn(pod);
    if (usage.most > VALUE_MASK) return undefined;
    return new PodProgram({
      usage,
      statics,
      ...this.#pairOf(usage, statics),
      ports: form.ports === undefined ? [] : pod.hostPorts,
      images: images === undefined ? undefined : new ImageColumn(this.#columns, images.plugin, pod),
      imageWeight: images?.weight ?? 0,
      hardSpread: hardSpread === undefined || hardSpread.constraints.length === 0 ? undefined : hardSpread,
      softSpread: softSpread === undefined || softSpread.isEmpty ? undefined : softSpread,
      affinity: affinity === undefined ? undefined : new PodAffinityForm(this.#index, affinity, use, pod, this.#handle),
      nodeNames,
    });
  }

  #pairOf(usage: UsageColumn, statics: StaticColumn): Pair {
    let byStatics = this.#pairs.get(usage);
    if (byStatics === undefined) this.#pairs.set(usage, (byStatics = new Map()));
    let pair = byStatics.get(statics);
    if (pair === undefined) {
      const verdicts = new VerdictColumn(this.#columns, usage, statics);
      pair = { verdicts, tree: new VerdictTree(verdicts, statics) };
      byStatics.set(statics, pair);
    }
    return pair;
  }

  #usageColumn(pod: PodFacts): UsageColumn {
    const key = usageKey(pod);
    let column = this.#usage.get(key);
    if (column === undefined) {
      this.#usage.set(key, (column = new UsageColumn(this.#columns, this.#form.usage, pod)));
    }
    return column;
  }

  #staticColumn(pod: PodFacts): StaticColumn | undefined {
    const { spec } = pod.facts;
    const key = JSON.stringify([
      spec.tolerations ?? [],
      spec.nodeSelector ?? null,
      spec.affinity?.nodeAffinity ?? null,
    ]);
    let column = this.#statics.get(key);
    if (column === undefined) {
      const state = prepareStatic(this.#form.statics, pod);
      if (state === undefined) return undefined;
      this.#statics.set(key, (column = new StaticColumn(this.#columns, this.#form.statics, pod, state)));
    }
    return column;
  }
}

function versionOf(lister: { readonly version?: number }): unknown {
  return lister.version ?? `unknown ${unknowns++}`;
}

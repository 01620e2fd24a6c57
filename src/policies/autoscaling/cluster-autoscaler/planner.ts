import type { Node } from '../../../sim/api/node.ts';
import type { CloudProvider } from '../../../sim/policy-api/cloud.ts';
import type { ClusterSnapshot } from '../simulation/cluster-snapshot.ts';
import { isNodeReady } from './cluster-state.ts';
import { toBeDeletedSince } from './deletion-taints.ts';
import type { DeletionsInProgress } from './deletions-in-progress.ts';
import type { RemainingBudgets } from './disruption-budgets.ts';
import { isDaemonSetPod, type DrainabilityRules } from './drainability.ts';
import { simulateRemoval, type RemovableNode } from './removal.ts';
import type { ClusterAutoscalerSettings } from './settings.ts';
import { utilizationOf } from './utilization.ts';

const SCALE_DOWN_DISABLED = 'cluster-autoscaler.kubernetes.io/scale-down-disabled';
/** A node that was marked longer ago than this counts as if it were not. */
const MAX_DELETION_TIME = 300_000_000;

interface Unneeded {
  readonly removable: RemovableNode;
  readonly since: number;
}

/** What a look for nodes that can go is made with. */
export interface ScaleDownSituation {
  readonly snapshot: ClusterSnapshot;
  /** All but those that have not started yet. */
  readonly nodes: readonly Node[];
  readonly budgets: RemainingBudgets;
  readonly deletions: DeletionsInProgress;
  readonly now: number;
}

/** Which nodes are not needed, since when, and which of them are to go now. */
export class ScaleDownPlanner {
  readonly #cloud: CloudProvider;
  readonly #settings: ClusterAutoscalerSettings;
  readonly #rules: DrainabilityRules;
  #unneeded = new Map<string, Unneeded>();
  /** Nodes that could not go when somebody last tried: until when nobody tries again, and when that was. */
  readonly #unremovable = new Map<string, { readonly until: number; readonly triedAt: number }>();

  constructor(cloud: CloudProvider, settings: ClusterAutoscalerSettings, rules: DrainabilityRules) {
    this.#cloud = cloud;
    this.#settings = settings;
    this.#rules = rules;
  }

  get unneededNames(): ReadonlySet<string> {
    return new Set(this.#unneeded.keys());
  }

  forget(): void {
    this.#unneeded.clear();
  }

  /** Looks at every candidate in turn; what was found about one holds when the next is looked at. */
  update({ snapshot, nodes, budgets, deletions, now }: ScaleDownSituation): void {
    const names = new Set(nodes.map(({ metadata }) => metadata.name));
    for (const [name, { until }] of this.#unremovable) {
      if (until < now || !names.has(name)) this.#unremovable.delete(name);
    }
    const destinations = new Set([...names].filter((name) => !deletions.has(name)));
    const found = new Map<string, Unneeded>();
    const limit = this.#unneeded.size + 2 * this.#settings.maxScaleDownParallelism;
    for (const node of this.#candidates(nodes, snapshot, deletions, now)) {
      if (found.size >= limit) break;
      const { name } = node.metadata;
      const removable = simulateRemoval(snapshot.node(name)!, snapshot, destinations, this.#rules, budgets, now);
      if (typeof removable === 'string') {
        this.#unremovable.set(name, { until: now + this.#settings.unremovableNodeRecheckTimeout, triedAt: now });
        continue;
      }
      destinations.delete(name);
      budgets.remove(removable.pods);
      found.set(name, { removable, since: this.#unneeded.get(name)?.since ?? now });
    }
    this.#unneeded = found;
  }

  /** Those that have not been needed for long enough, within the bounds of their groups. */
  nodesToDelete(deletions: DeletionsInProgress, now: number): { empty: RemovableNode[]; drain: RemovableNode[] } {
    const empty: RemovableNode[] = [];
    const drain: RemovableNode[] = [];
    const sizes = new Map(this.#cloud.nodeGroups().map(({ id, targetSize }) => [id, targetSize]));
    const all = [...this.#unneeded.values()];
    const isEmpty = ({ removable: { pods } }: Unneeded): boolean => pods.length === 0;
    for (const one of [...all.filter(isEmpty), ...all.filter((other) => !isEmpty(other))]) {
      const { removable, since } = one;
      const group = this.#cloud.groupOf(removable.node.metadata.name);
      if (group === undefined || isDisabled(removable.node)) continue;
      if (since + this.#thresholdOf(removable.node) >= now) continue;
      const size = sizes.get(group.id)!;
      if (size - deletions.countOf(group.id) <= group.minSize) continue;
      sizes.set(group.id, size - 1);
      if (removable.waitsFor.length > 0) continue;
      (isEmpty(one) ? empty : drain).push(removable);
    }
    return { empty, drain: [...drain.filter((one) => !one.isRisky), ...drain.filter((one) => one.isRisky)] };
  }

  /**
   * The next moment at which time alone changes something; Infinity: none.
   *
   * @param changedAt when the cluster last changed: who could not go then may be able to go now
   */
  nextDue(changedAt: number, now: number): number {
    let due = Infinity;
    for (const { removable, since } of this.#unneeded.values()) {
      const at = since + this.#thresholdOf(removable.node) + 1;
      if (at > now) due = Math.min(due, at);
    }
    for (const { until, triedAt } of this.#unremovable.values()) {
      if (changedAt > triedAt && until + 1 > now) due = Math.min(due, until + 1);
    }
    return due;
  }

  #thresholdOf(node: Node): number {
    return isNodeReady(node) ? this.#settings.scaleDownUnneededTime : this.#settings.scaleDownUnreadyTime;
  }

  /** Nodes with little on them in groups that may shrink: empty ones first, then those that were found before. */
  #candidates(
    nodes: readonly Node[],
    snapshot: ClusterSnapshot,
    deletions: DeletionsInProgress,
    now: number,
  ): readonly Node[] {
    const rank = ({ metadata: { name } }: Node): number => {
      if (snapshot.node(name)!.pods.every(({ pod }) => isDaemonSetPod(pod))) return 0;
      return this.#unneeded.has(name) ? 1 : 2;
    };
    return nodes
      .filter((node) => this.#isCandidate(node, snapshot, deletions, now))
      .map((node, order) => ({ node, order, rank: rank(node) }))
      .sort((a, b) => a.rank - b.rank || a.order - b.order)
      .map(({ node }) => node);
  }

  #isCandidate(node: Node, snapshot: ClusterSnapshot, deletions: DeletionsInProgress, now: number): boolean {
    const { name } = node.metadata;
    const group = this.#cloud.groupOf(name);
    const info = snapshot.node(name);
    if (group === undefined || info === undefined || deletions.has(name) || this.#unremovable.has(name)) return false;
    if (this.#cloud.stateOf(name) !== 'running' || isDisabled(node)) return false;
    if (group.targetSize - deletions.countOf(group.id) <= group.minSize) return false;
    const marked = toBeDeletedSince(node);
    if (marked !== undefined && now - marked < MAX_DELETION_TIME) return false;
    if (!this.#settings.scaleDownUnreadyEnabled && !isNodeReady(node)) return false;
    const { ignoreDaemonsetsUtilization, scaleDownGpuUtilizationThreshold, scaleDownUtilizationThreshold } =
      this.#settings;
    const { value, gpu } = utilizationOf(info, ignoreDaemonsetsUtilization, now);
    return value <= (gpu === undefined ? scaleDownUtilizationThreshold : scaleDownGpuUtilizationThreshold);
  }
}

function isDisabled({ metadata: { annotations } }: Node): boolean {
  return annotations[SCALE_DOWN_DISABLED] === 'true';
}

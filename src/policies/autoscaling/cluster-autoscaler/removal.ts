import type { Node, Taint } from '../../../sim/api/node.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { NodeInfo } from '../../../sim/policy-api/scheduling.ts';
import type { ClusterSnapshot } from '../simulation/cluster-snapshot.ts';
import { TO_BE_DELETED } from './deletion-taints.ts';
import type { RemainingBudgets } from './disruption-budgets.ts';
import { isDaemonSetPod, type BlockingReason, type DrainabilityRules } from './drainability.ts';

/** What has to move when a node goes. */
export interface PodsToMove {
  readonly pods: readonly Pod[];
  /** Pods that are left to end by themselves: until then the node stays. */
  readonly waitsFor: readonly Pod[];
  readonly blocked: { readonly pod: Pod; readonly reason: BlockingReason } | undefined;
}

/** A node that can go. */
export interface RemovableNode {
  readonly node: Node;
  readonly pods: readonly Pod[];
  readonly waitsFor: readonly Pod[];
  /** Its pods cannot be evicted all at once. */
  readonly isRisky: boolean;
}

/** Why a node cannot go. */
export type UnremovableReason = 'BlockedByPod' | 'NoPlaceToMovePods';

export function podsToMove(
  { pods }: Pick<NodeInfo, 'pods'>,
  rules: DrainabilityRules,
  budgets: RemainingBudgets,
  now: number,
): PodsToMove {
  const moving: Pod[] = [];
  const waitsFor: Pod[] = [];
  for (const { pod } of pods) {
    const answer = rules.of(pod, budgets, now);
    if (answer.outcome === 'blocked') {
      return { pods: [], waitsFor: [], blocked: { pod, reason: answer.reason } };
    }
    if (answer.outcome === 'wait') waitsFor.push(pod);
    else if (answer.outcome === 'drain' && !isDaemonSetPod(pod)) moving.push(pod);
  }
  return { pods: moving, waitsFor, blocked: undefined };
}

/**
 * Takes a node away in mind: may its pods move, and is there a place for each of them elsewhere? Where it can go, it is
 * gone from the snapshot afterwards and its pods are where they would be: the next node is judged without it.
 */
export function simulateRemoval(
  info: NodeInfo,
  snapshot: ClusterSnapshot,
  destinations: ReadonlySet<string>,
  rules: DrainabilityRules,
  budgets: RemainingBudgets,
  now: number,
): RemovableNode | UnremovableReason {
  const { node, name } = info;
  const { pods, waitsFor, blocked } = podsToMove(info, rules, budgets, now);
  if (blocked !== undefined) return 'BlockedByPod';
  snapshot.fork();
  const moving = new Set(pods.map(({ metadata }) => metadata.uid));
  const staying = info.pods.map(({ pod }) => pod).filter(({ metadata }) => !moving.has(metadata.uid));
  snapshot.removeNode(name);
  // Until its pods have found a place the node is still there, as one that takes no more.
  snapshot.addNode(ghostOf(node), staying);
  const isDestination = (other: NodeInfo): boolean => other.name !== name && destinations.has(other.name);
  for (const pod of pods) {
    if (snapshot.scheduleOnAny(snapshot.infoOf(withoutNode(pod)), isDestination) !== undefined) continue;
    snapshot.revert();
    return 'NoPlaceToMovePods';
  }
  snapshot.removeNode(name);
  snapshot.commit();
  return { node, pods, waitsFor, isRisky: !budgets.allowTogether(pods) };
}

function ghostOf(node: Node): Node {
  const taints: readonly Taint[] = [...(node.spec.taints ?? []), { key: TO_BE_DELETED, effect: 'NoSchedule' }];
  return { ...node, spec: { ...node.spec, taints } };
}

const unplaced = new WeakMap<Pod['spec'], Pod['spec']>();

/** The pod as its controller will make it anew. */
export function withoutNode(pod: Pod): Pod {
  let spec = unplaced.get(pod.spec);
  if (spec === undefined) {
    const { nodeName: _, ...rest } = pod.spec;
    unplaced.set(pod.spec, (spec = rest));
  }
  return { ...pod, spec };
}

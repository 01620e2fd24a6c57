import type { PodDisruptionBudget } from '../../../sim/api/policy.ts';
import type { CycleState, NodeInfo, PodInfo } from '../../../sim/policy-api/scheduling.ts';
import type { Status } from '../../../sim/policy-api/status.ts';
import type { Candidate } from './choose-candidate.ts';
import { selectVictims, type DryRunHandle } from './select-victims.ts';

/** How many candidates are enough. */
export interface CandidateLimits {
  readonly minCandidateNodesPercentage: number;
  readonly minCandidateNodesAbsolute: number;
}

export interface DryRun {
  /** Those that violate no budget first. */
  readonly candidates: readonly Candidate[];
  /** Why each of the other nodes that were tried is none. */
  readonly statuses: ReadonlyMap<string, Status>;
}

/** kube-scheduler-semantics.md 6.3. */
export function numCandidates(nodes: number, limits: CandidateLimits): number {
  const byShare = Math.floor((nodes * limits.minCandidateNodesPercentage) / 100);
  return Math.min(Math.max(byShare, limits.minCandidateNodesAbsolute), nodes);
}

/**
 * Tries nodes one after the other from `offset` on, until there are `enough` candidates, one of which at least violates
 * no budget (kube-scheduler-semantics.md 6.3).
 */
export function dryRunPreemption(
  handle: DryRunHandle,
  state: CycleState,
  pod: PodInfo,
  nodes: readonly NodeInfo[],
  budgets: readonly PodDisruptionBudget[],
  offset: number,
  enough: number,
): DryRun {
  const innocent: Candidate[] = [];
  const violating: Candidate[] = [];
  const statuses = new Map<string, Status>();
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[(offset + i) % nodes.length]!;
    const victims = selectVictims(handle, state, pod, node, budgets);
    if ('code' in victims) {
      statuses.set(node.name, victims);
      continue;
    }
    const list = victims.violations === 0 ? innocent : violating;
    if (list.length < enough) list.push({ nodeName: node.name, victims });
    if (innocent.length > 0 && innocent.length + violating.length >= enough) break;
  }
  return { candidates: [...innocent, ...violating], statuses };
}

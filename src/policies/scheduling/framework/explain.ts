import type { DecisionExplanation, Refusal, ScoredNode } from '../../../sim/policy-api/explanation.ts';
import type { PodInfo } from '../../../sim/policy-api/scheduling.ts';
import { CycleScratch } from './cycle-state.ts';
import { statusMessage } from './fit-error.ts';
import type { NodeToStatus } from './fit-error.ts';
import type { SearchCursor } from './find-nodes.ts';
import type { Framework } from './framework.ts';
import { schedulePod, type PlacementResult } from './schedule-pod.ts';
import type { NodeSnapshot } from './snapshot.ts';

/**
 * Goes through a cycle in the plain form of the plugins and keeps what each said. It has a cursor and a state of its own,
 * so that the cycle it explains is not disturbed, and plugins draw there what they will draw in that cycle. PostFilter is left to that cycle.
 */
export function explainDecision(
  framework: Framework,
  snapshot: NodeSnapshot,
  cursor: SearchCursor,
  pod: PodInfo,
): DecisionExplanation {
  const state = new CycleScratch();
  const result = framework.rehearsal.play(() => schedulePod(framework, snapshot, { ...cursor }, state, pod));
  const skipped = [...new Set([...state.skipFilter, ...state.skipScore])].sort();
  const base = {
    schedulerName: framework.schedulerName,
    nodes: snapshot.nodes.length,
    skipped,
    preFilter: undefined,
    refusals: [],
    feasible: [],
    winner: undefined,
    runnerUp: undefined,
    ties: 0,
    error: undefined,
  };
  if (result.kind === 'error') return { ...base, evaluated: 0, error: statusMessage(result.status) };
  const { statuses, preFilterMessage } = result.diagnosis;
  if (result.kind === 'unschedulable') {
    return {
      ...base,
      evaluated: statuses.explicit.size,
      preFilter: preFilterMessage === '' ? undefined : refusedAsAWhole(statuses),
      refusals: refusalsOf(statuses),
    };
  }
  const feasible = scoredNodes(result);
  const best = feasible[0]!.total;
  return {
    ...base,
    evaluated: result.evaluated,
    refusals: refusalsOf(statuses),
    feasible,
    winner: result.node.name,
    runnerUp: feasible.find(({ node }) => node !== result.node.name)?.node,
    ties: result.totals === undefined ? 1 : feasible.filter(({ total }) => total === best).length,
  };
}

function refusedAsAWhole({ absent }: NodeToStatus): Refusal {
  return { plugin: absent.plugin ?? '', code: absent.code, reasons: absent.reasons, nodes: [] };
}

/** Nodes together that the same plugin refused for the same reasons, in order of the first of them. */
function refusalsOf({ explicit }: NodeToStatus): readonly Refusal[] {
  const groups = new Map<string, Refusal & { readonly nodes: string[] }>();
  for (const [node, status] of explicit) {
    const key = JSON.stringify([status.plugin, status.code, status.reasons]);
    const group = groups.get(key);
    if (group !== undefined) group.nodes.push(node);
    else {
      groups.set(key, { plugin: status.plugin ?? '', code: status.code, reasons: status.reasons, nodes: [node] });
    }
  }
  return [...groups.values()];
}

/** Best first; equal totals in the order found, the winner before the others. */
function scoredNodes(result: Extract<PlacementResult, { kind: 'scheduled' }>): readonly ScoredNode[] {
  const nodes = result.feasible.map((node, i) => ({
    order: node === result.node ? -1 : i,
    scored: {
      node: node.name,
      total: result.totals?.[i] ?? 0,
      scores: result.scores.map(({ plugin, weight, raw, normalized }) => ({
        plugin,
        raw: raw[i]!,
        normalized: normalized[i]!,
        weighted: normalized[i]! * weight,
      })),
    },
  }));
  return nodes.sort((a, b) => b.scored.total - a.scored.total || a.order - b.order).map(({ scored }) => scored);
}

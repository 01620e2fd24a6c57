import type { PodInfo, PostFilterResult } from '../../../sim/policy-api/scheduling.ts';
import { unresolvable, type Status } from '../../../sim/policy-api/status.ts';
import type { CycleScratch } from './cycle-state.ts';
import type { Diagnosis } from './fit-error.ts';
import { fitErrorMessage, statusMessage } from './fit-error.ts';
import { findNodesThatFit, type SearchCursor } from './find-nodes.ts';
import type { Framework, PluginScores } from './framework.ts';
import type { NodeState } from './node-info.ts';
import { selectHost } from './select-host.ts';
import type { NodeSnapshot } from './snapshot.ts';

/** What one run of the algorithm came to. */
export type PlacementResult =
  | {
      readonly kind: 'scheduled';
      readonly node: NodeState;
      /** Nodes found feasible, in order; one alone is taken without scoring. */
      readonly feasible: readonly NodeState[];
      readonly evaluated: number;
      readonly totals: readonly number[] | undefined;
      readonly scores: readonly PluginScores[];
      readonly diagnosis: Diagnosis;
    }
  | { readonly kind: 'unschedulable'; readonly diagnosis: Diagnosis }
  | { readonly kind: 'error'; readonly status: Status };

/** Finds a node for one pod; changes nothing but the cursor and the state (semantics sheet 1.4). */
export function schedulePod(
  framework: Framework,
  snapshot: NodeSnapshot,
  cursor: SearchCursor,
  state: CycleScratch,
  pod: PodInfo,
): PlacementResult {
  if (snapshot.nodes.length === 0) {
    return { kind: 'error', status: unresolvable('no nodes available to schedule pods') };
  }
  const found = findNodesThatFit(framework, snapshot, cursor, state, pod);
  if (found.status !== undefined) return { kind: 'error', status: found.status };
  const { feasible, diagnosis } = found;
  const evaluated = feasible.length + diagnosis.statuses.explicit.size;
  const only = feasible[0];
  if (only === undefined) return { kind: 'unschedulable', diagnosis };
  if (feasible.length === 1) {
    return { kind: 'scheduled', node: only, feasible, evaluated, totals: undefined, scores: [], diagnosis };
  }
  if (framework.plugins.score.length > 0) {
    const status = framework.runPreScore(state, pod, feasible);
    if (status !== undefined) return { kind: 'error', status };
  }
  const scored = framework.runScore(state, pod, feasible);
  if (scored.status !== undefined) return { kind: 'error', status: scored.status };
  const node = feasible[selectHost(scored.totals)]!;
  return { kind: 'scheduled', node, feasible, evaluated, totals: scored.totals, scores: scored.plugins, diagnosis };
}

/** What a failed cycle ends with: the text of the event and condition, who rejected, and what PostFilter wants done. */
export interface FitFailure {
  readonly message: string;
  readonly diagnosis: Diagnosis;
  /** PostFilter's status; `undefined` when the profile has no PostFilter plugin. */
  readonly postFilterStatus: Status | undefined;
  readonly postFilter: PostFilterResult | undefined;
}

/** Runs PostFilter after a search that found nothing (semantics sheet 1.4, 1.6). */
export function explainFailure(
  framework: Framework,
  snapshot: NodeSnapshot,
  state: CycleScratch,
  pod: PodInfo,
  diagnosis: Diagnosis,
): FitFailure {
  let postFilterStatus: Status | undefined;
  let postFilter: PostFilterResult | undefined;
  if (framework.plugins.postFilter.length > 0) {
    const answer = framework.runPostFilter(state, pod, diagnosis.statuses);
    postFilterStatus = answer.status;
    postFilter = answer.result;
    diagnosis.postFilterMessage = statusMessage(answer.status);
  } else {
    postFilter = { nominatedNodeName: '' };
  }
  const message = fitErrorMessage(snapshot.nodes.length, diagnosis);
  return { message, diagnosis, postFilterStatus, postFilter };
}

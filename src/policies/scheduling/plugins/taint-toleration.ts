import type { TaintEffect, Toleration } from '../../../sim/api/pod.ts';
import { isTolerated, untoleratedTaint } from '../../../sim/api/taints.ts';
import type {
  ClusterEventHint,
  CycleState,
  EnqueueExtensions,
  FilterPlugin,
  NodeInfo,
  PluginFactory,
  PodInfo,
  PreScorePlugin,
  ScorePlugin,
} from '../../../sim/policy-api/scheduling.ts';
import { unresolvable, type Status } from '../../../sim/policy-api/status.ts';
import { taintEvents } from '../hints/taints.ts';
import { normalizeByHighest } from './normalize-score.ts';
import { missingState } from './missing-state.ts';

/** The feature gate behind the operators Lt and Gt of tolerations. */
export const COMPARISON_GATE = 'TaintTolerationComparisonOperators';
/** The effects that keep a pod from being placed. */
export const HARD_EFFECTS: readonly TaintEffect[] = ['NoSchedule', 'NoExecute'];

const SCORE_STATE_MISSING = missingState('failed to read "PreScoreTaintToleration" from cycleState: not found');
const UNTOLERATED = unresolvable('node(s) had untolerated taint(s)');
const NO_TOLERATIONS: readonly Toleration[] = Object.freeze([]);

/** Keeps pods off nodes whose taints they do not tolerate, and prefers those with the fewest (semantics sheet 3.5). */
export class TaintToleration implements FilterPlugin, PreScorePlugin, ScorePlugin, EnqueueExtensions {
  readonly name = 'TaintToleration';
  readonly #comparison: boolean;

  constructor(comparison: boolean) {
    this.#comparison = comparison;
  }

  filter(_state: CycleState, pod: PodInfo, node: NodeInfo): Status | undefined {
    const { taints } = node.node.spec;
    if (taints === undefined) return undefined;
    const taint = untoleratedTaint(taints, pod.pod.spec.tolerations, HARD_EFFECTS, this.#comparison);
    return taint === undefined ? undefined : UNTOLERATED;
  }

  preScore(state: CycleState, pod: PodInfo): undefined {
    const soft = pod.pod.spec.tolerations?.filter(
      ({ effect }) => (effect ?? '') === '' || effect === 'PreferNoSchedule',
    );
    state.write(this.name, soft ?? NO_TOLERATIONS);
    return undefined;
  }

  scoreError(state: CycleState): Status | undefined {
    return state.read(this.name) === undefined ? SCORE_STATE_MISSING : undefined;
  }

  score(state: CycleState, _pod: PodInfo, node: NodeInfo): number {
    const tolerations = state.read<readonly Toleration[]>(this.name);
    let intolerable = 0;
    for (const taint of node.node.spec.taints ?? []) {
      if (taint.effect !== 'PreferNoSchedule') continue;
      if (!isTolerated(taint, tolerations, this.#comparison)) intolerable++;
    }
    return intolerable;
  }

  normalizeScores(_state: CycleState, _pod: PodInfo, scores: number[]): undefined {
    normalizeByHighest(scores, true);
    return undefined;
  }

  eventsToRegister(): readonly ClusterEventHint[] {
    return taintEvents(HARD_EFFECTS, this.#comparison);
  }
}

export const taintToleration: PluginFactory = (_args, handle) =>
  new TaintToleration(handle.featureGates[COMPARISON_GATE] === true);

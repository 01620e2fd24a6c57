import type {
  CycleState,
  NodeInfo,
  PluginFactory,
  PodInfo,
  PreScorePlugin,
  ScorePlugin,
} from '../../../sim/policy-api/scheduling.ts';
import { SKIP, type Status } from '../../../sim/policy-api/status.ts';
import type { NodeResourcesBalancedAllocationArgs } from '../configuration/resource-args.ts';
import { MAX_NODE_SCORE } from './normalize-score.ts';
import { amountOf, inUseOn, isLeftOut, weightedResources, type WeightedResource } from './resource-amounts.ts';

/**
 * How even the shares in use are, 0 to 100: 100 less a hundred times their standard deviation. `fractions` is in the
 * order of the configured resources, in which they are summed.
 */
export function balance(fractions: readonly number[]): number {
  let deviation = 0;
  if (fractions.length === 2) {
    deviation = Math.abs((fractions[0]! - fractions[1]!) / 2);
  } else if (fractions.length > 2) {
    let total = 0;
    for (const fraction of fractions) total += fraction;
    const mean = total / fractions.length;
    let squares = 0;
    for (const fraction of fractions) squares += (fraction - mean) * (fraction - mean);
    deviation = Math.sqrt(squares / fractions.length);
  }
  return Math.trunc((1 - deviation) * MAX_NODE_SCORE);
}

/**
 * Prefers nodes whose resources become more evenly used by the pod: 75 when nothing changes, up to 100 for better,
 * down to 50 for worse (semantics sheet 3.9, the rule since v1.36).
 */
export class NodeResourcesBalancedAllocation implements PreScorePlugin, ScorePlugin {
  readonly name = 'NodeResourcesBalancedAllocation';
  readonly resources: readonly WeightedResource[];

  constructor(args: Partial<NodeResourcesBalancedAllocationArgs>) {
    this.resources = weightedResources(args.resources);
  }

  preScore(_state: CycleState, pod: PodInfo): Status | undefined {
    for (const { name } of this.resources) if (amountOf(pod.requests, name) !== 0) return undefined;
    return SKIP;
  }

  score(_state: CycleState, pod: PodInfo, node: NodeInfo): number {
    const before: number[] = [];
    const after: number[] = [];
    for (const { name } of this.resources) {
      const wanted = amountOf(pod.requests, name);
      if (isLeftOut(name, wanted)) continue;
      const allocatable = amountOf(node.allocatable, name);
      if (allocatable === 0) continue;
      const used = inUseOn(node, name, 'requested');
      before.push(Math.min(1, used / allocatable));
      after.push(Math.min(1, (used + wanted) / allocatable));
    }
    return 50 + Math.trunc((50 + balance(after) - balance(before)) / 2);
  }
}

export const nodeResourcesBalancedAllocation: PluginFactory = (args) =>
  new NodeResourcesBalancedAllocation((args ?? {}) as Partial<NodeResourcesBalancedAllocationArgs>);

import { containerRequestsForScoring } from '../../../sim/api/pod-requests.ts';
import type { NodeInfo, PodInfo } from '../../../sim/policy-api/scheduling.ts';
import type { ScoringStrategy, ShapePoint } from '../configuration/resource-args.ts';
import { multiplyDivide, roundHalfAway } from './multiply-divide.ts';
import { MAX_NODE_SCORE } from './normalize-score.ts';
import { brokenLine } from './requested-to-capacity-ratio.ts';
import { amountOf, inUseOn, isLeftOut, weightedResources, type WeightedResource } from './resource-amounts.ts';

/** The score of one resource, from what would be in use and what there is. `allocatable` is not 0. */
export type ResourceScore = (requested: number, allocatable: number) => number;

/** The emptier, the better: the share of a resource that stays free, in hundredths. */
export const leastAllocated: ResourceScore = (requested, allocatable) =>
  requested > allocatable ? 0 : multiplyDivide(allocatable - requested, MAX_NODE_SCORE, allocatable);

/** The fuller, the better: the share of a resource that is in use, in hundredths; overcommitted counts as full. */
export const mostAllocated: ResourceScore = (requested, allocatable) =>
  multiplyDivide(Math.min(requested, allocatable), MAX_NODE_SCORE, allocatable);

/** Whatever the shape says of the utilisation. */
export function ratioScore(shape: readonly ShapePoint[]): ResourceScore {
  const line = brokenLine(shape);
  return (requested, allocatable) => line(requested > allocatable ? 100 : multiplyDivide(requested, 100, allocatable));
}

/** A scoring strategy with its arguments resolved (semantics sheet 3.8). */
export interface FitScore {
  readonly resources: readonly WeightedResource[];
  readonly score: ResourceScore;
  /** RequestedToCapacityRatio leaves out resources that score 0 and rounds; the others truncate. */
  readonly ignoresZero: boolean;
}

export function fitScore(strategy: Partial<ScoringStrategy> | undefined): FitScore {
  const resources = weightedResources(strategy?.resources);
  switch (strategy?.type) {
    case 'MostAllocated':
      return { resources, score: mostAllocated, ignoresZero: false };
    case 'RequestedToCapacityRatio':
      return { resources, score: ratioScore(strategy.requestedToCapacityRatio?.shape ?? []), ignoresZero: true };
    default:
      return { resources, score: leastAllocated, ignoresZero: false };
  }
}

/** The weighted mean over the resources of which the node has any; 0 when it has none. */
export function scoreOf(strategy: FitScore, pod: PodInfo, node: NodeInfo): number {
  const requests = containerRequestsForScoring(pod.pod);
  let sum = 0;
  let weights = 0;
  for (const { name, weight } of strategy.resources) {
    const wanted = amountOf(requests, name);
    if (isLeftOut(name, wanted)) continue;
    const allocatable = amountOf(node.allocatable, name);
    if (allocatable === 0) continue;
    const score = strategy.score(inUseOn(node, name, 'nonZero') + wanted, allocatable);
    if (strategy.ignoresZero && score <= 0) continue;
    sum += score * weight;
    weights += weight;
  }
  if (weights === 0) return 0;
  return strategy.ignoresZero ? roundHalfAway(sum / weights) : Math.trunc(sum / weights);
}

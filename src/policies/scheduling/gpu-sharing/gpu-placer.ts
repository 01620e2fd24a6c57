import type { RandomStream } from '../../../sim/policy-api/scheduling.ts';
import { devicesByPolicy } from './devices-by-policy.ts';
import type { GpuNode } from '../../../sim/gpu/gpu-node.ts';
import type { GpuPolicy } from './gpu-policy.ts';
import { classOf, type GpuRequest } from '../../../sim/gpu/gpu-request.ts';

/** Where a pod goes, and why. */
export interface GpuPlacement {
  readonly node: GpuNode;
  readonly devices: readonly number[];
  /** The policy's own, as it was before any scaling. */
  readonly score: number;
  /** How many nodes it fitted on. */
  readonly feasible: number;
  /** How many of them had that score. */
  readonly ties: number;
}

/** Which of the nodes with the highest score is taken. */
export type TieBreak = 'first' | 'random';

/** Policies score from 0 on; where a node is larger than any of the study's, a formula may fall below. */
const DOES_NOT_FIT = -1;

/** Scores of pods of one class, each as of a version of its node; -1: the pod does not fit. */
interface ClassScores {
  readonly scores: Float64Array;
  readonly versions: Float64Array;
}

/**
 * Chooses nodes for pods by a policy. A score hangs on the pod's class and on its node alone, so it is asked for again
 * only where the node has changed since.
 */
export class GpuPlacer {
  readonly #nodes: readonly GpuNode[];
  readonly #policy: GpuPolicy;
  readonly #lots: RandomStream;
  readonly #drawsAmongTies: boolean;
  readonly #classes = new Map<string, ClassScores>();

  /**
   * @param nodes in order of preference among equals
   * @param lots drawn from by a policy that draws lots, and for random ties
   */
  constructor(nodes: readonly GpuNode[], policy: GpuPolicy, lots: RandomStream, ties: TieBreak = 'first') {
    this.#nodes = nodes;
    this.#policy = policy;
    this.#lots = lots;
    this.#drawsAmongTies = policy.drawsLots === true || ties === 'random';
  }

  /** Finds a node; changes none. `undefined`: the pod fits nowhere. */
  find(request: GpuRequest): GpuPlacement | undefined {
    const scores = this.#scoresOf(request);
    let highest = DOES_NOT_FIT;
    let first = -1;
    let ties = 0;
    let feasible = 0;
    for (let i = 0; i < scores.length; i++) {
      const score = scores[i]!;
      if (score >= 0) feasible++;
      if (score > highest) {
        highest = score;
        first = i;
        ties = 1;
      } else if (score === highest) {
        ties++;
      }
    }
    if (first < 0) return undefined;
    const index = this.#drawsAmongTies ? nthEqual(scores, highest, first, this.#lots.below(ties)) : first;
    const node = this.#nodes[index]!;
    return { node, devices: devicesByPolicy(this.#policy, request, node, this.#lots), score: highest, feasible, ties };
  }

  #scoresOf(request: GpuRequest): Float64Array {
    const nodes = this.#nodes;
    const key = classOf(request);
    let known = this.#classes.get(key);
    if (known === undefined) {
      known = { scores: new Float64Array(nodes.length), versions: new Float64Array(nodes.length).fill(-1) };
      this.#classes.set(key, known);
    }
    const { scores, versions } = known;
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[i]!;
      if (versions[i] === node.version) continue;
      versions[i] = node.version;
      scores[i] = node.fits(request) ? Math.max(this.#policy.score(request, node), 0) : DOES_NOT_FIT;
    }
    return scores;
  }
}

/** Index of the n-th element, from 0, that equals `wanted`, from an index on. */
function nthEqual(values: Float64Array, wanted: number, from: number, n: number): number {
  let index = from;
  for (let left = n; ; index++) if (values[index] === wanted && left-- === 0) return index;
}

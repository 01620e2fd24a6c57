import type { Taint } from '../../../sim/api/node.ts';
import type { Toleration } from '../../../sim/api/pod.ts';
import { tolerates } from '../../../sim/api/taints.ts';

const MICROS_PER_SECOND = 1_000_000;

/**
 * How long a pod may stay on a node with these NoExecute taints, in microseconds: 0 where one is not tolerated, Infinity
 * where no toleration that is needed has a limit, else the shortest limit (kubernetes-behaviour.md 3.10).
 */
export function toleranceMicros(taints: readonly Taint[], tolerations: readonly Toleration[] = []): number {
  let shortest = Infinity;
  for (const taint of taints) {
    const used = tolerations.find((toleration) => tolerates(toleration, taint));
    if (used === undefined) return 0;
    if (used.tolerationSeconds !== undefined) {
      shortest = Math.min(shortest, Math.max(0, used.tolerationSeconds) * MICROS_PER_SECOND);
    }
  }
  return shortest;
}

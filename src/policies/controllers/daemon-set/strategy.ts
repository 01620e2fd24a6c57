import type { DaemonSet } from '../../../sim/api/daemon-set.ts';
import { scaledValue } from '../../../sim/api/int-or-percent.ts';

/** How far an update may go at once, in nodes. */
export interface Bounds {
  readonly maxUnavailable: number;
  readonly maxSurge: number;
}

/** Percentages are of the nodes that want a pod, and rounded up. One of the two is at least one. */
export function boundsOf({ spec }: DaemonSet, desired: number): Bounds {
  const { type, rollingUpdate } = spec.updateStrategy;
  if (type !== 'RollingUpdate' || rollingUpdate === undefined) return { maxUnavailable: 1, maxSurge: 0 };
  const maxSurge = scaledValue(rollingUpdate.maxSurge, desired, 'up');
  const maxUnavailable = scaledValue(rollingUpdate.maxUnavailable, desired, 'up');
  return { maxSurge, maxUnavailable: maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable };
}

/** Whether a node may have an old and a new pod side by side. */
export function surges(set: DaemonSet): boolean {
  const { type, rollingUpdate } = set.spec.updateStrategy;
  if (type !== 'RollingUpdate' || rollingUpdate === undefined) return false;
  return scaledValue(rollingUpdate.maxSurge, 1, 'up') > 0;
}

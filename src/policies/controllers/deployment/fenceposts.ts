import { scaledValue } from '../../../sim/api/int-or-percent.ts';
import type { DeploymentSpec, IntOrString } from '../../../sim/api/workloads.ts';

const DEFAULT_SHARE: IntOrString = '25%';

/**
 * How many replicas a Deployment may have above its wish: maxSurge, a percentage rounded up. 0 unless it rolls
 * (kubernetes-behaviour.md 3.2, "Fenceposts").
 */
export function maxSurge(spec: DeploymentSpec): number {
  if (spec.strategy.type !== 'RollingUpdate') return 0;
  return scaledValue(spec.strategy.rollingUpdate?.maxSurge ?? DEFAULT_SHARE, spec.replicas, 'up');
}

/**
 * How many of the wished replicas may be unavailable: maxUnavailable, a percentage rounded down; 1 where neither surge
 * nor unavailability would leave room to move; never more than the wish. 0 unless it rolls.
 */
export function maxUnavailable(spec: DeploymentSpec): number {
  if (spec.strategy.type !== 'RollingUpdate' || spec.replicas === 0) return 0;
  const share = scaledValue(spec.strategy.rollingUpdate?.maxUnavailable ?? DEFAULT_SHARE, spec.replicas, 'down');
  const resolved = share === 0 && maxSurge(spec) === 0 ? 1 : share;
  return Math.min(resolved, spec.replicas);
}

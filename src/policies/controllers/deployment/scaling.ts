import type { ReplicaSet } from '../../../sim/api/workloads.ts';
import type { Steps } from '../../../sim/policy-api/controllers.ts';
import { DESIRED_REPLICAS, MAX_REPLICAS, numberIn } from './annotations.ts';
import type { Draft } from './draft.ts';
import { maxSurge } from './fenceposts.ts';
import { generationsOf } from './new-replica-set.ts';
import { active, allOf, byName, newestFirst, oldestFirst, wantedReplicas, type Generations } from './replica-sets.ts';
import { resize, scaleReplicaSet } from './scale-replica-set.ts';

/** The Deployment was given another size since its ReplicaSets were last sized for it. */
export function* isScalingEvent(draft: Draft, replicaSets: readonly ReplicaSet[]): Steps<boolean> {
  const generations = yield* generationsOf(draft, replicaSets, 'find');
  return active(allOf(generations)).some((rs) => {
    const desired = numberIn(rs.metadata.annotations, DESIRED_REPLICAS);
    return desired !== undefined && desired !== draft.spec.replicas;
  });
}

/** Brings the ReplicaSets to the Deployment's size without moving the rollout on (kubernetes-behaviour.md 3.2, "Scaling"). */
export function* scale(draft: Draft, generations: Generations): Steps<void> {
  const { spec } = draft;
  const { current, old } = generations;
  const single = activeOrLatest(generations);
  if (single !== undefined) {
    yield* resize(draft, single, spec.replicas);
    return;
  }
  if (current !== undefined && isSaturated(draft, current)) {
    for (const rs of active(old)) yield* resize(draft, rs, 0);
    return;
  }
  if (spec.strategy.type !== 'RollingUpdate') return;
  const sizes = proportionalSizes(active(allOf(generations)), {
    replicas: spec.replicas,
    surge: maxSurge(spec),
    statusReplicas: draft.status.replicas,
  });
  for (const { replicaSet, size } of sizes) yield* scaleReplicaSet(draft, replicaSet, size);
}

/** The only active ReplicaSet; without any the new one, else the newest. Undefined when several are active. */
function activeOrLatest({ current, old }: Generations): ReplicaSet | undefined {
  const sorted = [...old].sort(newestFirst);
  const busy = active(allOf({ current, old: sorted }));
  if (busy.length === 0) return current ?? sorted[0];
  return busy.length === 1 ? busy[0] : undefined;
}

function isSaturated(draft: Draft, current: ReplicaSet): boolean {
  const { replicas } = draft.spec;
  return (
    current.spec.replicas === replicas &&
    numberIn(current.metadata.annotations, DESIRED_REPLICAS) === replicas &&
    current.status.availableReplicas === replicas
  );
}

/**
 * Shares the growth or the shrinking of a Deployment in the middle of a rollout among its active ReplicaSets, in
 * proportion to their sizes; what rounding leaves over goes to the largest.
 */
export function proportionalSizes(
  replicaSets: readonly ReplicaSet[],
  deployment: { readonly replicas: number; readonly surge: number; readonly statusReplicas: number },
): readonly { readonly replicaSet: ReplicaSet; readonly size: number }[] {
  const { replicas, surge } = deployment;
  const allowed = replicas > 0 ? replicas + surge : 0;
  const toAdd = allowed - wantedReplicas(replicaSets);
  if (toAdd === 0) return replicaSets.map((replicaSet) => ({ replicaSet, size: replicaSet.spec.replicas }));
  const tie = toAdd > 0 ? newestFirst : oldestFirst;
  const sorted = [...replicaSets].sort((a, b) => b.spec.replicas - a.spec.replicas || tie(a, b) || byName(a, b));
  let added = 0;
  const shares = sorted.map((rs) => {
    const share = proportion(rs, deployment, toAdd, added);
    added += share;
    return { replicaSet: rs, size: rs.spec.replicas + share };
  });
  return shares.map((share, i) => (i === 0 ? { ...share, size: Math.max(0, share.size + toAdd - added) } : share));
}

function proportion(
  rs: ReplicaSet,
  deployment: { readonly replicas: number; readonly surge: number; readonly statusReplicas: number },
  toAdd: number,
  added: number,
): number {
  if (rs.spec.replicas === 0 || toAdd === added) return 0;
  const share = fraction(rs, deployment);
  return toAdd > 0 ? Math.min(share, toAdd - added) : Math.max(share, toAdd - added);
}

/** How much a ReplicaSet grows when its part of the whole stays what it was; halves round away from zero. */
function fraction(
  rs: ReplicaSet,
  deployment: { readonly replicas: number; readonly surge: number; readonly statusReplicas: number },
): number {
  const size = rs.spec.replicas;
  if (deployment.replicas === 0) return -size;
  const before = numberIn(rs.metadata.annotations, MAX_REPLICAS) || deployment.statusReplicas;
  if (before === 0) return 0;
  return Math.floor((size * (deployment.replicas + deployment.surge)) / before + 0.5) - size;
}

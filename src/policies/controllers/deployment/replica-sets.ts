import type { ReplicaSet } from '../../../sim/api/workloads.ts';

/** The ReplicaSets of one Deployment, told apart by template. */
export interface Generations {
  /** The one with the Deployment's template, if there is one. */
  readonly current: ReplicaSet | undefined;
  readonly old: readonly ReplicaSet[];
}

export function allOf({ current, old }: Generations): readonly ReplicaSet[] {
  return current === undefined ? old : [...old, current];
}

export function active(replicaSets: readonly ReplicaSet[]): readonly ReplicaSet[] {
  return replicaSets.filter((rs) => rs.spec.replicas > 0);
}

export function sumOf(replicaSets: readonly ReplicaSet[], count: (rs: ReplicaSet) => number): number {
  let sum = 0;
  for (const rs of replicaSets) sum += count(rs);
  return sum;
}

export function wantedReplicas(replicaSets: readonly ReplicaSet[]): number {
  return sumOf(replicaSets, (rs) => rs.spec.replicas);
}

export function availableReplicas(replicaSets: readonly ReplicaSet[]): number {
  return sumOf(replicaSets, (rs) => rs.status.availableReplicas);
}

export function oldestFirst(a: ReplicaSet, b: ReplicaSet): number {
  return a.metadata.creationTimestamp - b.metadata.creationTimestamp || byName(a, b);
}

export function newestFirst(a: ReplicaSet, b: ReplicaSet): number {
  return b.metadata.creationTimestamp - a.metadata.creationTimestamp || byName(b, a);
}

export function byName(a: ReplicaSet, b: ReplicaSet): number {
  return a.metadata.name < b.metadata.name ? -1 : a.metadata.name > b.metadata.name ? 1 : 0;
}

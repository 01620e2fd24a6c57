import type { Labels } from '../../../sim/api/meta.ts';
import type { ReplicaSet } from '../../../sim/api/workloads.ts';

export const REVISION = 'deployment.kubernetes.io/revision';
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
export const ROLLBACK_TO = 'deprecated.deployment.rollback.to';

/** What belongs to the Deployment alone, or to the ReplicaSet alone. */
const NOT_COPIED: ReadonlySet<string> = new Set([
  LAST_APPLIED,
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  ROLLBACK_TO,
]);

/** A history of revisions is cut at its old end to stay this short. */
const LONGEST_HISTORY = 2000;

/** A whole number in an annotation, or undefined where there is none. */
export function numberIn(annotations: Labels, key: string): number | undefined {
  const text = annotations[key];
  return text !== undefined && /^[+-]?[0-9]+$/.test(text) ? Number(text) : undefined;
}

export function revisionOf(rs: ReplicaSet): number {
  return numberIn(rs.metadata.annotations, REVISION) ?? 0;
}

export function greatestRevision(replicaSets: readonly ReplicaSet[]): number {
  let greatest = 0;
  for (const rs of replicaSets) greatest = Math.max(greatest, revisionOf(rs));
  return greatest;
}

/**
 * A ReplicaSet's annotations after a Deployment's have been copied over and it has been given `revision`, which only
 * ever rises: a ReplicaSet that comes back to honour keeps its former numbers in its history
 * (kubernetes-behaviour.md 3.2, "Revision"). The same object when nothing changes.
 */
export function withRevision(annotations: Labels, deployment: Labels, revision: number): Labels {
  let next: Record<string, string> | undefined;
  for (const key of Object.keys(deployment)) {
    if (annotations[key] === deployment[key] || NOT_COPIED.has(key)) continue;
    (next ??= { ...annotations })[key] = deployment[key]!;
  }
  const known = annotations[REVISION];
  const before = numberIn(annotations, REVISION);
  // A revision that is no number is somebody else's; it is left alone.
  if (known !== undefined && known !== '' && before === undefined) return next ?? annotations;
  if ((before ?? 0) < revision) {
    next ??= { ...annotations };
    next[REVISION] = String(revision);
    if (known !== undefined) {
      const history = lengthened(annotations[REVISION_HISTORY] ?? '', known);
      if (history !== '') next[REVISION_HISTORY] = history;
    }
  }
  return next ?? annotations;
}

function lengthened(history: string, revision: string): string {
  if (history === '') return revision;
  const revisions = history.split(',');
  let length = history.length + revision.length + 1;
  let start = 0;
  while (length > LONGEST_HISTORY && start < revisions.length) length -= revisions[start++]!.length + 1;
  return length > LONGEST_HISTORY ? history : [...revisions.slice(start), revision].join(',');
}

/** With the size of the Deployment the ReplicaSet was last scaled for. The same object when nothing changes. */
export function withReplicas(annotations: Labels, desired: number, max: number): Labels {
  if (annotations[DESIRED_REPLICAS] === String(desired) && annotations[MAX_REPLICAS] === String(max)) {
    return annotations;
  }
  return { ...annotations, [DESIRED_REPLICAS]: String(desired), [MAX_REPLICAS]: String(max) };
}

import type { ControllerRevision } from '../../../sim/api/controller-revision.ts';
import { keyOf, objectKey } from '../../../sim/api/kinds.ts';
import { newObjectMeta } from '../../../sim/api/new-object-meta.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { StatefulSet } from '../../../sim/api/stateful-set.ts';
import type { Steps } from '../../../sim/policy-api/controllers.ts';
import { SyncError } from '../../../sim/policy-api/sync-error.ts';
import { podTemplateHash } from '../deployment/pod-template-hash.ts';
import { keepsTemplate, patchOf } from '../history/revisions.ts';
import { controllerReference } from '../ownership.ts';
import { ask, demand } from '../requests.ts';
import { revisionOf } from './identity.ts';

/** The revision a set comes from, the one it goes to, and how many names were taken by others. */
export interface Revisions {
  readonly current: ControllerRevision;
  readonly update: ControllerRevision;
  readonly collisionCount: number;
}

/** The hash that a revision's name ends with, as a label. */
const HASH_LABEL = 'controller.kubernetes.io/hash';

/** Finds both revisions among the set's own, in order from the oldest; makes or renumbers the one to go to if need be. */
export function* settleRevisions(set: StatefulSet, history: readonly ControllerRevision[]): Steps<Revisions> {
  const newest = history.at(-1);
  const equal = history.filter((revision) => keepsTemplate(revision, set.spec.template)).at(-1);
  const next = (newest?.revision ?? 0) + 1;
  let collisionCount = set.status.collisionCount ?? 0;
  let update: ControllerRevision;
  if (equal !== undefined && newest !== undefined && keepsTemplate(newest, set.spec.template)) update = newest;
  // Going back to an older template: its revision becomes the newest.
  else if (equal !== undefined) update = yield* renumber(equal, next);
  else {
    const created = yield* create(set, next, collisionCount);
    ({ update, collisionCount } = created);
  }
  const current = history.find(({ metadata }) => metadata.name === set.status.currentRevision) ?? update;
  return { current, update, collisionCount };
}

function* renumber(revision: ControllerRevision, to: number): Steps<ControllerRevision> {
  return yield* demand<ControllerRevision>({ verb: 'update', object: { ...revision, revision: to } });
}

function* create(
  set: StatefulSet,
  revision: number,
  collisions: number,
): Steps<{ readonly update: ControllerRevision; readonly collisionCount: number }> {
  for (let collisionCount = collisions; ; collisionCount++) {
    const wanted = newRevision(set, revision, collisionCount);
    const answer = yield* ask({ verb: 'create', object: wanted });
    if (answer.ok) return { update: answer.object as ControllerRevision, collisionCount };
    if (answer.reason !== 'AlreadyExists') throw new SyncError(answer.message);
    const key = objectKey(set.metadata.namespace, wanted.metadata.name);
    const taken = yield* demand<ControllerRevision>({ verb: 'get', kind: 'ControllerRevision', key });
    if (keepsTemplate(taken, set.spec.template)) return { update: taken, collisionCount };
  }
}

function newRevision(set: StatefulSet, revision: number, collisionCount: number): ControllerRevision {
  const { template } = set.spec;
  const hash = podTemplateHash(template, collisionCount);
  return {
    kind: 'ControllerRevision',
    metadata: newObjectMeta({
      namespace: set.metadata.namespace,
      name: `${set.metadata.name}-${hash}`,
      labels: { ...template.metadata.labels, [HASH_LABEL]: hash },
      annotations: set.metadata.annotations,
      ownerReferences: [controllerReference(set)],
    }),
    data: patchOf(template),
    revision,
  };
}

/** Deletes the oldest revisions beyond the limit; those that pods or the set itself are at do not count. */
export function* truncateHistory(
  set: StatefulSet,
  pods: readonly Pod[],
  history: readonly ControllerRevision[],
  live: Revisions | undefined,
): Steps<void> {
  if (history.length <= set.spec.revisionHistoryLimit) return;
  const names = new Set(pods.map(revisionOf));
  if (live !== undefined) names.add(live.current.metadata.name).add(live.update.metadata.name);
  const past = history.filter(({ metadata }) => !names.has(metadata.name));
  for (const revision of past.slice(0, Math.max(0, past.length - set.spec.revisionHistoryLimit))) {
    const answer = yield* ask({ verb: 'delete', kind: 'ControllerRevision', key: keyOf(revision) });
    if (!answer.ok) throw new SyncError(answer.message);
  }
}

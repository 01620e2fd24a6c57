import type { ControllerRevision } from '../../../sim/api/controller-revision.ts';
import type { DaemonSet } from '../../../sim/api/daemon-set.ts';
import { keyOf, objectKey } from '../../../sim/api/kinds.ts';
import { newObjectMeta } from '../../../sim/api/new-object-meta.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { Steps } from '../../../sim/policy-api/controllers.ts';
import { SyncError } from '../../../sim/policy-api/sync-error.ts';
import { podTemplateHash } from '../deployment/pod-template-hash.ts';
import { inOrder, keepsTemplate, patchOf, REVISION_LABEL } from '../history/revisions.ts';
import { controllerReference } from '../ownership.ts';
import { ask, demand } from '../requests.ts';

/** The revision of the template as it is, and those of the templates before. */
export interface History {
  readonly current: ControllerRevision;
  readonly old: readonly ControllerRevision[];
}

export function hashOf(revision: ControllerRevision): string {
  return revision.metadata.labels[REVISION_LABEL] ?? revision.metadata.name;
}

/**
 * Sorts the revisions of a set into the current one and old ones; makes the current one, or gives it the highest number,
 * if need be.
 *
 * @param podsOf the pods of the set, for the case that two revisions say the same
 */
export function* settleHistory(
  set: DaemonSet,
  held: readonly ControllerRevision[],
  podsOf: () => Steps<readonly Pod[]>,
): Steps<History> {
  const revisions: ControllerRevision[] = [];
  for (const one of held) revisions.push(yield* labelled(one));
  const same = revisions.filter((one) => keepsTemplate(one, set.spec.template));
  const old = revisions.filter((one) => !same.includes(one));
  const number = Math.max(0, ...old.map(({ revision }) => revision)) + 1;
  const [first, ...more] = inOrder(same).reverse();
  if (first === undefined) return { current: yield* create(set, number), old };
  if (more.length > 0) yield* dropDoubles(first, more, yield* podsOf());
  if (first.revision >= number) return { current: first, old };
  const current = yield* demand<ControllerRevision>({ verb: 'update', object: { ...first, revision: number } });
  return { current, old };
}

/** A revision that somebody else made may lack the label that its pods are known by. */
function* labelled(one: ControllerRevision): Steps<ControllerRevision> {
  const { labels, name } = one.metadata;
  if (labels[REVISION_LABEL] !== undefined) return one;
  const metadata = { ...one.metadata, labels: { ...labels, [REVISION_LABEL]: name } };
  return yield* demand<ControllerRevision>({ verb: 'update', object: { ...one, metadata } });
}

/** Of several revisions that say the same the newest stays, and all pods are said to be of it. */
function* dropDoubles(
  kept: ControllerRevision,
  doubles: readonly ControllerRevision[],
  pods: readonly Pod[],
): Steps<void> {
  const hash = hashOf(kept);
  for (const pod of pods) {
    if (pod.metadata.labels[REVISION_LABEL] === hash) continue;
    const patch = { metadata: { labels: { [REVISION_LABEL]: hash } } };
    expectDone(yield* ask({ verb: 'patch', kind: 'Pod', key: keyOf(pod), patch }));
  }
  for (const double of doubles) {
    expectDone(yield* ask({ verb: 'delete', kind: 'ControllerRevision', key: keyOf(double) }));
  }
}

function expectDone(answer: { readonly ok: true } | { readonly ok: false; readonly message: string }): void {
  if (!answer.ok) throw new SyncError(answer.message);
}

function* create(set: DaemonSet, revision: number): Steps<ControllerRevision> {
  const { template } = set.spec;
  const hash = podTemplateHash(template, set.status.collisionCount);
  const wanted: ControllerRevision = {
    kind: 'ControllerRevision',
    metadata: newObjectMeta({
      namespace: set.metadata.namespace,
      name: `${set.metadata.name}-${hash}`,
      labels: { ...template.metadata.labels, [REVISION_LABEL]: hash },
      annotations: set.metadata.annotations,
      ownerReferences: [controllerReference(set)],
    }),
    data: patchOf(template),
    revision,
  };
  const answer = yield* ask({ verb: 'create', object: wanted });
  if (answer.ok) return answer.object as ControllerRevision;
  if (answer.reason !== 'AlreadyExists') throw new SyncError(answer.message);
  const key = objectKey(set.metadata.namespace, wanted.metadata.name);
  const taken = yield* demand<ControllerRevision>({ verb: 'get', kind: 'ControllerRevision', key });
  if (keepsTemplate(taken, template)) return taken;
  yield* countCollision(set);
  throw new SyncError(answer.message);
}

/** The next sync takes another name: the hash is made over the number of collisions too. */
function* countCollision(set: DaemonSet): Steps<void> {
  const fresh = yield* demand<DaemonSet>({ verb: 'get', kind: 'DaemonSet', key: keyOf(set) });
  const { collisionCount } = fresh.status;
  if (collisionCount !== set.status.collisionCount) {
    throw new SyncError(
      `found a stale collision count of DaemonSet "${set.metadata.name}" while processing; will retry until it is updated`,
    );
  }
  const status = { ...fresh.status, collisionCount: (collisionCount ?? 0) + 1 };
  yield* demand<DaemonSet>({ verb: 'update', subresource: 'status', object: { ...fresh, status } });
}

/** Deletes the oldest revisions beyond the limit, but none that a pod still is of. */
export function* cleanUpHistory(set: DaemonSet, old: readonly ControllerRevision[], pods: readonly Pod[]): Steps<void> {
  let tooMany = old.length - set.spec.revisionHistoryLimit;
  if (tooMany <= 0) return;
  const live = new Set(pods.map((pod) => pod.metadata.labels[REVISION_LABEL]));
  for (const one of inOrder(old)) {
    if (tooMany <= 0) return;
    if (live.has(hashOf(one))) continue;
    expectDone(yield* ask({ verb: 'delete', kind: 'ControllerRevision', key: keyOf(one) }));
    tooMany--;
  }
}

import type { ReplicaSet } from '../../../sim/api/workloads.ts';
import type { Steps } from '../../../sim/policy-api/controllers.ts';
import { demand } from '../requests.ts';
import { numberIn, revisionOf, ROLLBACK_TO } from './annotations.ts';
import type { Draft } from './draft.ts';
import { generationsOf } from './new-replica-set.ts';
import { sameTemplate, withoutHash } from './pod-template-hash.ts';
import { allOf } from './replica-sets.ts';

/** The revision an annotation asks to go back to; 0 means the one before the newest. */
export function rollbackOf(draft: Draft): number | undefined {
  return draft.annotations[ROLLBACK_TO] === undefined ? undefined : numberIn(draft.annotations, ROLLBACK_TO);
}

/**
 * Puts the template of an earlier revision back into the Deployment and takes the wish away. What kubectl does today it
 * does itself; this serves clients of the old kind (kubernetes-behaviour.md 3.2, "Rollback").
 */
export function* rollBack(draft: Draft, replicaSets: readonly ReplicaSet[], wish: number): Steps<void> {
  const all = allOf(yield* generationsOf(draft, replicaSets, 'create'));
  const revision = wish === 0 ? lastRevision(all) : wish;
  const target = revision === 0 ? undefined : all.find((rs) => revisionOf(rs) === revision);
  const { host, read } = draft;
  let template = read.spec.template;
  if (target === undefined) {
    const what = wish === 0 ? 'Unable to find last revision.' : 'Unable to find the revision to rollback to.';
    host.record(read, 'Warning', 'DeploymentRollbackRevisionNotFound', what);
  } else if (sameTemplate(target.spec.template, template)) {
    const message = `The rollback revision contains the same template as current deployment "${draft.name}"`;
    host.record(read, 'Warning', 'DeploymentRollbackTemplateUnchanged', message);
  } else {
    template = withoutHash(target.spec.template);
    const message = `Rolled back deployment "${draft.name}" to revision ${revision}`;
    host.record(read, 'Normal', 'DeploymentRollback', message);
  }
  const annotations: Record<string, string> = { ...draft.annotations };
  delete annotations[ROLLBACK_TO];
  yield* demand({
    verb: 'update',
    object: { ...read, metadata: { ...read.metadata, annotations }, spec: { ...read.spec, template } },
  });
}

/** The second highest revision, or 0 when there are fewer than two. */
function lastRevision(replicaSets: readonly ReplicaSet[]): number {
  let highest = 0;
  let second = 0;
  for (const rs of replicaSets) {
    const revision = revisionOf(rs);
    if (revision > highest) [highest, second] = [revision, highest];
    else if (revision > second) second = revision;
  }
  return second;
}

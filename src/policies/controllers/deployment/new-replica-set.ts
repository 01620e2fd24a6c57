import { objectKey } from '../../../sim/api/kinds.ts';
import { controllerOf } from '../../../sim/api/meta.ts';
import { newObjectMeta } from '../../../sim/api/new-object-meta.ts';
import type { ReplicaSet } from '../../../sim/api/workloads.ts';
import type { Response } from '../../../sim/api/request.ts';
import { isNamespaceTerminating } from '../../../sim/api/status-cause.ts';
import { metaAnnotated, withParts } from '../../../sim/api/versions.ts';
import type { Steps } from '../../../sim/policy-api/controllers.ts';
import { SyncError } from '../../../sim/policy-api/sync-error.ts';
import { controllerReference } from '../ownership.ts';
import { ask, demand } from '../requests.ts';
import { greatestRevision, REVISION, withReplicas, withRevision } from './annotations.ts';
import { PROGRESSING, type Draft } from './draft.ts';
import { maxSurge } from './fenceposts.ts';
import { POD_TEMPLATE_HASH, podTemplateHash, sameTemplate } from './pod-template-hash.ts';
import { oldestFirst, wantedReplicas, type Generations } from './replica-sets.ts';

const LONGEST_NAME = 253;

/**
 * Tells the new ReplicaSet from the old ones, sees to the revision numbers of both kinds of objects, and with `create`
 * makes the new one if it is missing.
 */
export function* generationsOf(
  draft: Draft,
  replicaSets: readonly ReplicaSet[],
  create: 'create' | 'find',
): Steps<Generations> {
  const known = draft.kept;
  // Where the new one was left as it is, there is nothing more to see to.
  if (known?.of === replicaSets) return known.generations;
  const sorted = replicaSets.length > 1 ? [...replicaSets].sort(oldestFirst) : replicaSets;
  const found = sorted.find((rs) => sameTemplate(rs.spec.template, draft.spec.template));
  const old = replicaSets.filter((rs) => rs !== found);
  const revision = greatestRevision(old) + 1;
  if (found !== undefined) {
    const generations = { old, current: yield* keepCurrent(draft, found, revision) };
    if (generations.current === found) draft.kept = { of: replicaSets, generations };
    return generations;
  }
  return { old, current: create === 'create' ? yield* createCurrent(draft, old, revision) : undefined };
}

function* keepCurrent(draft: Draft, found: ReplicaSet, revision: number): Steps<ReplicaSet> {
  const annotations = withRevision(found.metadata.annotations, draft.annotations, revision);
  const { minReadySeconds } = draft.spec;
  if (annotations !== found.metadata.annotations || found.spec.minReadySeconds !== minReadySeconds) {
    return yield* demand<ReplicaSet>({
      verb: 'update',
      object: withParts(
        found,
        metaAnnotated(found.metadata, annotations),
        { ...found.spec, minReadySeconds },
        found.status,
      ),
    });
  }
  let news = draft.annotate(REVISION, annotations[REVISION] ?? '');
  if (draft.hasProgressDeadline && draft.progress === undefined) {
    const message = `Found new replica set "${found.metadata.name}"`;
    draft.setCondition(draft.condition(PROGRESSING, 'True', 'FoundNewReplicaSet', message));
    news = true;
  }
  if (news) yield* draft.writeStatus();
  return found;
}

function* createCurrent(draft: Draft, old: readonly ReplicaSet[], revision: number): Steps<ReplicaSet> {
  const wished = newReplicaSet(draft, old, revision);
  const { name } = wished.metadata;
  const response = yield* ask({ verb: 'create', object: wished });
  const created = response.ok ? (response.object as ReplicaSet) : yield* afterRefusal(draft, wished, response);
  if (response.ok && created.spec.replicas > 0) {
    const message = `Scaled up replica set ${created.metadata.name} from 0 to ${created.spec.replicas}`;
    draft.host.record(draft.read, 'Normal', 'ScalingReplicaSet', message);
  }
  let news = draft.annotate(REVISION, String(revision));
  if (response.ok && draft.hasProgressDeadline) {
    const message = `Created new replica set "${name}"`;
    draft.setCondition(draft.condition(PROGRESSING, 'True', 'NewReplicaSetCreated', message));
    news = true;
  }
  if (news) yield* draft.writeStatus();
  return created;
}

/**
 * The creation was refused. A ReplicaSet of that name may be the very one, which the cache only sees by now; with
 * another template it is a collision of hashes, which is counted so that the next sync finds another name.
 */
function* afterRefusal(draft: Draft, wished: ReplicaSet, refusal: Exclude<Response, { ok: true }>): Steps<ReplicaSet> {
  const { namespace, name } = wished.metadata;
  if (refusal.reason === 'AlreadyExists') {
    const existing = draft.host.lister('ReplicaSet').get(objectKey(namespace, name));
    if (existing === undefined) throw new SyncError(`replicasets "${name}" not found`);
    const isOwn = controllerOf(existing.metadata)?.uid === draft.read.metadata.uid;
    if (isOwn && sameTemplate(existing.spec.template, draft.spec.template)) return existing;
    draft.status = { ...draft.status, collisionCount: (draft.status.collisionCount ?? 0) + 1 };
    yield* draft.tryWriteStatus();
  } else if (!isNamespaceTerminating(refusal)) {
    const message = `Failed to create new replica set "${name}": ${refusal.message}`;
    if (draft.hasProgressDeadline) {
      draft.setCondition(draft.condition(PROGRESSING, 'False', 'ReplicaSetCreateError', message));
      yield* draft.tryWriteStatus();
    }
    draft.host.record(draft.read, 'Warning', 'ReplicaSetCreateError', message);
  }
  throw new SyncError(refusal.message);
}

function newReplicaSet(draft: Draft, old: readonly ReplicaSet[], revision: number): ReplicaSet {
  const { spec, read } = draft;
  const hash = podTemplateHash(spec.template, draft.status.collisionCount);
  const labels = { ...spec.template.metadata.labels, [POD_TEMPLATE_HASH]: hash };
  const annotations = withReplicas(
    withRevision({}, draft.annotations, revision),
    spec.replicas,
    spec.replicas + maxSurge(spec),
  );
  return {
    kind: 'ReplicaSet',
    metadata: newObjectMeta({
      namespace: read.metadata.namespace,
      name: `${draft.name.slice(0, LONGEST_NAME - hash.length - 1)}-${hash}`,
      labels,
      annotations,
      ownerReferences: [controllerReference(read)],
    }),
    spec: {
      replicas: roomFor(draft, old, 0),
      minReadySeconds: spec.minReadySeconds,
      selector: { ...spec.selector, matchLabels: { ...spec.selector.matchLabels, [POD_TEMPLATE_HASH]: hash } },
      template: { metadata: { ...spec.template.metadata, labels }, spec: spec.template.spec },
    },
    status: {
      observedGeneration: 0,
      replicas: 0,
      fullyLabeledReplicas: 0,
      readyReplicas: 0,
      availableReplicas: 0,
      terminatingReplicas: 0,
      conditions: [],
    },
  };
}

/**
 * How large the new ReplicaSet, now of size `current`, may be: up to the wish, as far as all together stay within the
 * surge. A Recreate Deployment gives it all at once.
 */
export function roomFor(draft: Draft, others: readonly ReplicaSet[], current: number): number {
  const { spec } = draft;
  if (spec.strategy.type === 'Recreate') return spec.replicas;
  const room = spec.replicas + maxSurge(spec) - wantedReplicas(others) - current;
  return room <= 0 ? current : current + Math.min(room, spec.replicas - current);
}

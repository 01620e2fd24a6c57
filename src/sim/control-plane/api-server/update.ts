import type { ApiObject } from '../../api/kinds.ts';
import { keyOf, KINDS } from '../../api/kinds.ts';
import type { ObjectMeta } from '../../api/meta.ts';
import { sameData } from '../../api/equality.ts';
import { refuse, type Outcome, type WriteContext } from './outcome.ts';

/**
 * PUT: optimistic when the object names a resourceVersion. Writes to `status` ignore the spec and the other way round;
 * a write that changes nothing is none (kubernetes-behaviour.md 2.3).
 */
export function update(
  current: ApiObject | undefined,
  wanted: ApiObject,
  subresource: 'status' | undefined,
  context: WriteContext,
): Outcome {
  const plural = KINDS[wanted.kind].plural;
  if (current === undefined) return refuse('NotFound', `${plural} "${wanted.metadata.name}" not found`);
  const expected = wanted.metadata.resourceVersion;
  if (expected !== 0 && expected !== current.metadata.resourceVersion) {
    return refuse(
      'Conflict',
      `Operation cannot be fulfilled on ${plural} "${wanted.metadata.name}": the object has been modified; please apply your changes to the latest version and try again`,
    );
  }
  if (wanted.metadata.uid !== '' && wanted.metadata.uid !== current.metadata.uid) {
    return refuse('Conflict', `uid mismatch on ${plural} "${keyOf(wanted)}"`);
  }
  return subresource === 'status' ? updateStatus(current, wanted, context) : updateSpec(current, wanted, context);
}

function updateStatus(current: ApiObject, wanted: ApiObject, context: WriteContext): Outcome {
  if (!('status' in current) || !('status' in wanted)) return { does: 'nothing', object: current };
  // The status subresource takes annotations too: a Deployment's revision is written along with its status (recorded).
  const annotations = keep(current.metadata.annotations, wanted.metadata.annotations);
  if (annotations === current.metadata.annotations && sameData(current.status, wanted.status)) {
    return { does: 'nothing', object: current };
  }
  const metadata = { ...nextVersion(current.metadata, context), annotations };
  return { does: 'put', object: { ...current, metadata, status: wanted.status } as ApiObject };
}

function updateSpec(current: ApiObject, wanted: ApiObject, context: WriteContext): Outcome {
  const next = { ...wanted } as Record<string, unknown>;
  if ('status' in current) next['status'] = current.status;
  return put(current, next as unknown as ApiObject, wanted.metadata, context);
}

/**
 * The new version of an object whose main resource is written: spec and whatever else is not status or metadata from
 * `next`; of its metadata only what a client may set.
 */
export function put(current: ApiObject, next: ApiObject, wishes: ObjectMeta, context: WriteContext): Outcome {
  const before = current.metadata;
  const sameMeta =
    sameData(before.labels, wishes.labels) &&
    sameData(before.annotations, wishes.annotations) &&
    sameData(before.ownerReferences, wishes.ownerReferences) &&
    sameData(before.finalizers, wishes.finalizers);
  const sameBody = sameBodies(current, next);
  if (sameMeta && sameBody) return { does: 'nothing', object: current };
  // A Deployment's annotations count as part of what its controller has to observe (2.1, recorded).
  const bumps = !sameBody || (current.kind === 'Deployment' && !sameData(before.annotations, wishes.annotations));
  const metadata: ObjectMeta = {
    ...before,
    resourceVersion: context.revision,
    generation: before.generation + (bumps ? 1 : 0),
    labels: keep(before.labels, wishes.labels),
    annotations: keep(before.annotations, wishes.annotations),
    ownerReferences: keep(before.ownerReferences, wishes.ownerReferences),
    finalizers: keep(before.finalizers, wishes.finalizers),
  };
  const object = { ...next, metadata } as ApiObject;
  if (metadata.deletionTimestamp !== undefined && isGone(metadata)) return { does: 'remove', object };
  return { does: 'put', object };
}

/** The old reference where it says the same, so that whoever compares by identity sees no change. */
function keep<T>(before: T, after: T): T {
  return sameData(before, after) ? before : after;
}

function sameBodies(current: ApiObject, next: ApiObject): boolean {
  const a = current as unknown as Record<string, unknown>;
  const b = next as unknown as Record<string, unknown>;
  for (const key of Object.keys(b)) {
    if (key === 'metadata' || key === 'status') continue;
    if (!sameData(a[key], b[key])) return false;
  }
  return true;
}

/** Nothing holds a deleted object any more: no grace left and no finalizer. */
export function isGone(metadata: ObjectMeta): boolean {
  return metadata.finalizers.length === 0 && (metadata.deletionGracePeriodSeconds ?? 0) === 0;
}

export function nextVersion(metadata: ObjectMeta, context: WriteContext): ObjectMeta {
  return { ...metadata, resourceVersion: context.revision };
}

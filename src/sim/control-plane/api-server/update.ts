import { hasStatusApart, isStatusApart } from '../../api/custom-object.ts';
import type { ApiObject } from '../../api/kinds.ts';
import type { EndpointSlice } from '../../api/service.ts';
import type { ObjectMeta } from '../../api/meta.ts';
import { metaAnnotated, metaAt, metaWith, withMetadata, withStatus } from '../../api/versions.ts';
import { sameData } from '../../api/equality.ts';
import { withoutDisabledFields } from './disabled-fields.ts';
import { kindName } from '../../api/qualified-names.ts';
import type { Problem } from '../../api/problem.ts';
import type { Outcome, WriteContext } from './outcome.ts';
import { refuseModified, refuseOtherUid } from './preconditions.ts';
import { refuseNotFound } from './refusals.ts';
import { invalid, refuseInvalidUpdate } from './validity.ts';

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
  if (current === undefined) return refuseNotFound(wanted.kind, wanted.metadata.name);
  const { uid, resourceVersion } = wanted.metadata;
  if (uid !== '' && uid !== current.metadata.uid) return refuseOtherUid(current, uid);
  if (resourceVersion !== 0 && resourceVersion !== current.metadata.resourceVersion) return refuseModified(current);
  return subresource === 'status' ? updateStatus(current, wanted, context) : updateSpec(current, wanted, context);
}

/** A write of the status subresource. `found` is what is known to be wrong already. */
export function updateStatus(
  current: ApiObject,
  wanted: ApiObject,
  context: WriteContext,
  found: readonly Problem[] = [],
): Outcome {
  if (!hasStatusApart(current) || !hasStatusApart(wanted)) return { does: 'nothing', object: current };
  // The status subresource takes annotations too: a Deployment's revision is written along with its status (recorded).
  const annotations = shared(current.metadata.annotations, wanted.metadata.annotations);
  if (annotations === current.metadata.annotations && sameData(current.status, wanted.status)) {
    return { does: 'nothing', object: current };
  }
  if (found.length > 0) return invalid(kindName(current.kind), current.metadata.name, found);
  const metadata = metaAnnotated(metaAt(current.metadata, context.revision), annotations);
  return { does: 'put', object: withStatus(current, metadata, wanted.status) };
}

function updateSpec(current: ApiObject, wanted: ApiObject, context: WriteContext): Outcome {
  const next = hasStatusApart(current) ? withStatus(wanted, wanted.metadata, current.status) : wanted;
  return put(current, next, wanted.metadata, context);
}

/**
 * The new version of an object whose main resource is written: spec and whatever else is not status or metadata from
 * `next`; of its metadata only what a client may set. `found` is what is known to be wrong already.
 */
export function put(
  current: ApiObject,
  next: ApiObject,
  wishes: ObjectMeta,
  context: WriteContext,
  found?: readonly Problem[],
): Outcome {
  const before = current.metadata;
  const labels = shared(before.labels, wishes.labels);
  const annotations = shared(before.annotations, wishes.annotations);
  const ownerReferences = shared(before.ownerReferences, wishes.ownerReferences);
  const finalizers = shared(before.finalizers, wishes.finalizers);
  const sameMeta =
    labels === before.labels &&
    annotations === before.annotations &&
    ownerReferences === before.ownerReferences &&
    finalizers === before.finalizers;
  const body = sharedBody(current, withoutDisabledFields(next, current, context.featureGates));
  if (sameMeta && body === current && found === undefined) return { does: 'nothing', object: current };
  // A Deployment's annotations count as part of what its controller has to observe (2.1, recorded).
  const bumps = body !== current || (current.kind === 'Deployment' && annotations !== before.annotations);
  const metadata = metaWith(before, {
    resourceVersion: context.revision,
    generation: before.generation + (bumps ? 1 : 0),
    deletionTimestamp: before.deletionTimestamp,
    deletionGracePeriodSeconds: before.deletionGracePeriodSeconds,
    labels,
    annotations,
    ownerReferences,
    finalizers,
  });
  const object = withMetadata(body, metadata);
  const refusal = refuseInvalidUpdate(current, object, found);
  if (refusal !== undefined) return refusal;
  if (metadata.deletionTimestamp !== undefined && isGone(metadata) && !isHeldBySpec(object)) {
    return { does: 'remove', object, byUpdate: true };
  }
  return { does: 'put', object };
}

/**
 * `after`, with everything that says the same as before by its old reference: whoever compares by identity sees exactly
 * what changed, and versions share the rest.
 */
function shared<T>(before: T, after: T): T {
  if (before === after) return before;
  if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null) return after;
  if (sameData(before, after)) return before;
  if (Array.isArray(after)) {
    if (!Array.isArray(before)) return after;
    const old: readonly unknown[] = before;
    return after.map((member, i) => shared(old[i], member as unknown)) as T;
  }
  const result: Record<string, unknown> = {};
  const old = before as Record<string, unknown>;
  for (const [key, member] of Object.entries(after)) {
    result[key] = Object.hasOwn(old, key) ? shared(old[key], member as unknown) : member;
  }
  return result as T;
}

/**
 * A slice's list of endpoints is taken as it was given, or stays as it was: its controller knows lists and endpoints by
 * identity, and hundreds of them are not looked into for the sake of one.
 */
function sharedSlice(current: EndpointSlice, next: EndpointSlice): EndpointSlice {
  const { kind, metadata, addressType } = next;
  const endpoints = sameData(current.endpoints, next.endpoints) ? current.endpoints : next.endpoints;
  const ports = shared(current.ports, next.ports);
  const isSame = endpoints === current.endpoints && ports === current.ports && addressType === current.addressType;
  return isSame ? current : { kind, metadata, addressType, endpoints, ports };
}

/** The current object itself when nothing but metadata and status differs. */
function sharedBody(current: ApiObject, next: ApiObject): ApiObject {
  if (current.kind === 'EndpointSlice' && next.kind === 'EndpointSlice') return sharedSlice(current, next);
  const a = current as unknown as Record<string, unknown>;
  const result: Record<string, unknown> = {};
  const statusIsApart = isStatusApart(current.kind);
  let same = true;
  for (const [key, member] of Object.entries(next as unknown as Record<string, unknown>)) {
    const own = key === 'metadata' || (statusIsApart && key === 'status');
    result[key] = own ? member : shared(a[key], member);
    if (!own && result[key] !== a[key]) same = false;
  }
  // What was there and is not named any more is gone.
  for (const key of Object.keys(a)) if (a[key] !== undefined && result[key] === undefined) same &&= isKept(key);
  return same ? current : (result as unknown as ApiObject);
}

function isKept(member: string): boolean {
  return member === 'metadata' || member === 'status';
}

/** Namespaces have finalizers in their spec too: their content is theirs to wait for. */
export function isHeldBySpec(object: ApiObject): boolean {
  return object.kind === 'Namespace' && (object.spec?.finalizers ?? OF_EVERY_NAMESPACE).length > 0;
}

export const OF_EVERY_NAMESPACE: readonly string[] = Object.freeze(['kubernetes']);

/** Nothing holds a deleted object any more: no grace left and no finalizer. */
export function isGone(metadata: ObjectMeta): boolean {
  return metadata.finalizers.length === 0 && (metadata.deletionGracePeriodSeconds ?? 0) === 0;
}

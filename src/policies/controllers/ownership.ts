import { wireKind, type CustomKind } from '../../sim/api/custom-object.ts';
import { factsOf, keyOf, type ApiObject, type Kinds } from '../../sim/api/kinds.ts';
import { controllerOf, type Labels, type OwnerReference } from '../../sim/api/meta.ts';
import type { Response } from '../../sim/api/request.ts';
import type { Steps } from '../../sim/policy-api/controllers.ts';
import { SyncError } from '../../sim/policy-api/sync-error.ts';
import { ask } from './requests.ts';

type Owner = Kinds[
  | CustomKind
  | 'CronJob'
  | 'DaemonSet'
  | 'Deployment'
  | 'Endpoints'
  | 'Job'
  | 'ReplicaSet'
  | 'ReplicationController'
  | 'Service'
  | 'StatefulSet'];

/** The reference a controller puts on what it makes. */
export function controllerReference(owner: Owner): OwnerReference {
  return {
    apiVersion: factsOf(owner.kind).apiVersion,
    kind: wireKind(owner.kind),
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/**
 * Settles who owns `candidates` (kubernetes-behaviour.md 3.0, "Adoption/release"): what is owned and matches stays; what
 * is owned and no longer matches is released; what nobody controls and matches is adopted. Gives what the owner holds
 * afterwards, in the order given.
 *
 * @param finalizer what is put on whatever is adopted and taken off what is released
 * @throws SyncError when a patch was refused for another reason than that its object is gone
 */
export function* claim<T extends Kinds['ControllerRevision' | 'Pod' | 'ReplicaSet']>(
  owner: Owner,
  candidates: readonly T[],
  matches: (labels: Labels) => boolean,
  finalizer?: string,
): Steps<T[]> {
  const held: T[] = [];
  const failures: string[] = [];
  const beingDeleted = owner.metadata.deletionTimestamp !== undefined;
  let mayAdopt: string | undefined | 'unknown' = 'unknown';
  for (const candidate of candidates) {
    const reference = controllerOf(candidate.metadata);
    if (reference !== undefined) {
      if (reference.uid !== owner.metadata.uid) continue;
      if (matches(candidate.metadata.labels)) held.push(candidate);
      else if (!beingDeleted) {
        const refusal = refusalOf(yield* release(owner, candidate, finalizer));
        if (refusal !== undefined && refusal.reason !== 'Invalid') failures.push(refusal.message);
      }
      continue;
    }
    if (beingDeleted || candidate.metadata.deletionTimestamp !== undefined) continue;
    if (!matches(candidate.metadata.labels)) continue;
    if (mayAdopt === 'unknown') mayAdopt = yield* whyNotAdopt(owner);
    if (mayAdopt !== undefined) {
      failures.push(mayAdopt);
      continue;
    }
    const response = yield* adopt(owner, candidate, finalizer);
    if (response.ok) held.push(candidate);
    else if (response.reason !== 'NotFound') failures.push(response.message);
  }
  if (failures.length > 0) throw new SyncError(failures.join(', '));
  return held;
}

function refusalOf(response: Response): Exclude<Response, { ok: true }> | undefined {
  return response.ok || response.reason === 'NotFound' ? undefined : response;
}

/** Asks the server itself: a cache may not have seen that the owner is going away, or that it is another one by now. */
function* whyNotAdopt(owner: Owner): Steps<string | undefined> {
  const { namespace, name, uid } = owner.metadata;
  const response = yield* ask({ verb: 'get', kind: owner.kind, key: keyOf(owner) });
  if (!response.ok) return response.message;
  const fresh = response.object;
  if (fresh === undefined || fresh.metadata.uid !== uid) {
    return `original ${owner.kind} ${namespace}/${name} is gone: got uid ${fresh?.metadata.uid ?? ''}, wanted ${uid}`;
  }
  if (fresh.metadata.deletionTimestamp !== undefined) return `${namespace}/${name} has just been deleted`;
  return undefined;
}

function* adopt(owner: Owner, object: ApiObject, finalizer: string | undefined): Steps<Response> {
  const { ownerReferences, finalizers } = object.metadata;
  const wanted = finalizer === undefined ? {} : { finalizers: [...finalizers.filter(isOther(finalizer)), finalizer] };
  return yield* patchMetadata(object, { ownerReferences: [...ownerReferences, controllerReference(owner)], ...wanted });
}

function* release(owner: Owner, object: ApiObject, finalizer: string | undefined): Steps<Response> {
  const { ownerReferences, finalizers } = object.metadata;
  const left = finalizer === undefined ? {} : { finalizers: finalizers.filter(isOther(finalizer)) };
  return yield* patchMetadata(object, {
    ownerReferences: ownerReferences.filter((reference) => reference.uid !== owner.metadata.uid),
    ...left,
  });
}

function isOther(finalizer: string): (one: string) => boolean {
  return (one) => one !== finalizer;
}

function* patchMetadata(
  object: ApiObject,
  metadata: { readonly ownerReferences: readonly OwnerReference[]; readonly finalizers?: readonly string[] },
): Steps<Response> {
  return yield* ask({
    verb: 'patch',
    kind: object.kind,
    key: keyOf(object),
    uid: object.metadata.uid,
    patch: { metadata },
  });
}
